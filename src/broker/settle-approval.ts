import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { readAnswer, readWaiting, writeAnswer, type ApprovalPlace } from '../approval/approval-store.js';
import { judgeApproval, spend } from '../approval/judge-approval.js';
import { recordRequest } from '../approval/record-request.js';
import { deny, type Denial } from '../denial/denial.js';
import type { DenialCode } from '../denial/catalogue.js';
import type { Approval, ApprovalState, Ask } from '../model/approval.js';
import type { RequestId } from '../model/ids.js';
import type { State } from '../state/open-state.js';
import { denyUnwritable } from '../state/probe-writing.js';

/** When an approval is looked for, and what to do where there is none: put the request on file under `newId`, or (null) only look whether that could be done. */
export type Moment = { readonly nowMs: number; readonly newId: RequestId | null };

/** How each state of an answer is refused. Only a rejection is not put on file again: it is an answer. */
const REFUSALS: Readonly<Record<Exclude<ApprovalState, 'approved'>, { readonly code: DenialCode; readonly detail: string | null }>> = {
  none: { code: 'APPROVAL_REQUIRED', detail: null },
  spent: { code: 'APPROVAL_REQUIRED', detail: 'the last approval has been used' },
  changed: { code: 'APPROVAL_REQUIRED', detail: 'the alias, or what permits it, has changed since the last answer' },
  expired: { code: 'APPROVAL_EXPIRED', detail: null },
  rejected: { code: 'APPROVAL_REJECTED', detail: null },
};

export function approvalPlace({ paths, uid }: State): ApprovalPlace {
  return { requestsDir: paths.requests, approvalsDir: paths.approvals, uid };
}

/**
 * The approval that lets a run start, or why it may not: then the request is on file, unless nothing may be written. Call it
 * under the audit lock; nothing is spent before `spendApproval`.
 */
export function settleApproval(ask: Ask, state: State, { nowMs, newId }: Moment): Approval | Denial {
  const place = approvalPlace(state);
  const answer = readAnswer(place, ask.tenant, ask.key);
  if (typeof answer === 'string') return deny('CONFIG_INVALID', { detail: answer });
  const standing = judgeApproval(answer, ask, nowMs);
  if (answer !== null && standing === 'approved') return answer;
  const { code, detail } = REFUSALS[standing === 'approved' ? 'none' : standing];
  const facts = { alias: ask.alias, ...(detail === null ? {} : { detail }) };
  if (standing === 'rejected') return deny(code, answer === null ? facts : { ...facts, request: answer.request.id });
  if (newId === null) {
    const waiting = readWaiting(place, ask.tenant, ask.key);
    if (typeof waiting === 'string') return deny('CONFIG_INVALID', { detail: waiting });
    const unwritable = denyUnwritable([existsSync(place.requestsDir) ? place.requestsDir : dirname(place.requestsDir)]);
    if (unwritable !== null) return unwritable;
    return deny(code, waiting === null ? { ...facts, unasked: 'it has not been asked for yet' } : { ...facts, request: waiting.id });
  }
  const recorded = recordRequest(place, { ask, newId, answered: answer?.request.id ?? null }, nowMs);
  switch (recorded.kind) {
    case 'recorded':
      return deny(code, { ...facts, request: recorded.request.id });
    case 'full':
      return deny(code, { ...facts, unrecorded: 'too many requests wait already, so this one was not recorded' });
    case 'unreadable':
      return deny('CONFIG_INVALID', { detail: `the request for an approval could not be recorded: ${recorded.why}` });
    case 'unwritable':
      return deny('AUDIT_UNAVAILABLE', { detail: `the request for an approval could not be recorded: ${recorded.why}` });
  }
}

/** Takes one run from an approval. `undo` gives it back, under the same lock. The denial says that it could not be taken. */
export function spendApproval(approval: Approval, state: State): { undo(): void } | Denial {
  const place = approvalPlace(state);
  const spent = spend(approval);
  if (spent.left === approval.left) return { undo: () => undefined };
  const fault = writeAnswer(place, spent);
  if (fault !== null) return deny('AUDIT_UNAVAILABLE', { detail: fault });
  return { undo: () => void writeAnswer(place, approval) };
}
