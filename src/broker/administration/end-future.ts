import { listKeys, listTenantsIn, readAnswer, writeAnswer } from '../../approval/approval-store.js';
import { listSessions, markEnded } from '../../session/session-store.js';
import type { State } from '../../state/open-state.js';
import { approvalPlace } from '../settle-approval.js';

/**
 * Ends the approvals and sessions that began after `nowMs`, the log's time, as they do where time was taken back: they would hold again once their time comes. Gives how many
 * there were, or why one could not be ended, as a clause. Call it with the audit lock held.
 */
export function endFuture(state: State, nowMs: number): number | string {
  const approvals = endApprovals(state, nowMs);
  if (typeof approvals === 'string') return approvals;
  const sessions = endSessions(state, nowMs);
  return typeof sessions === 'string' ? sessions : approvals + sessions;
}

function endApprovals(state: State, nowMs: number): number | string {
  let ended = 0;
  const place = approvalPlace(state);
  const tenants = listTenantsIn(place.approvalsDir, state.uid);
  for (const tenant of typeof tenants === 'string' ? [] : tenants) {
    const keys = listKeys(place.approvalsDir, tenant, state.uid);
    for (const key of typeof keys === 'string' ? [] : keys) {
      const answer = readAnswer(place, tenant, key);
      if (answer === null || typeof answer === 'string' || answer.verdict !== 'approved' || answer.decidedMs <= nowMs) continue;
      if (answer.expiresMs !== null && answer.expiresMs <= nowMs) continue;
      const fault = writeAnswer(place, { ...answer, expiresMs: nowMs });
      if (fault !== null) return fault;
      ended++;
    }
  }
  return ended;
}

function endSessions({ paths, uid }: State, nowMs: number): number | string {
  let ended = 0;
  const place = { sessionsDir: paths.sessions, uid };
  const lines = listSessions(place);
  for (const line of typeof lines === 'string' ? [] : lines) {
    if ('broken' in line || line.session.ended !== null || line.session.startedMs <= nowMs) continue;
    const marked = markEnded(place, line.session.id, { why: 'expired', atMs: nowMs });
    if (marked.kind === 'refused') return marked.why;
    ended++;
  }
  return ended;
}
