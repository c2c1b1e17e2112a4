import { findAhead } from '../model/ahead.js';
import type { Approval, ApprovalState, Ask } from '../model/approval.js';
import type { GrantId } from '../model/ids.js';

/**
 * How an answer stands to what is asked now. `nowMs` is the larger of the clock and the last audit record's time; an approval that was given later than that,
 * by a clock that was ahead, is over.
 */
export function judgeApproval(approval: Approval | null, ask: Question, nowMs: number): ApprovalState {
  if (approval === null) return 'none';
  if (!isSameQuestion(approval.request, ask)) return 'changed';
  if (approval.verdict === 'rejected') return 'rejected';
  if (approval.left === 0) return 'spent';
  if (findAhead(approval.decidedMs, nowMs) !== null) return 'expired';
  return approval.expiresMs === null || nowMs >= approval.expiresMs ? 'expired' : 'approved';
}

/** What may have changed about a request that is the same to the caller. */
type Question = Pick<Ask, 'definition' | 'grants' | 'rule'>;

export function isSameQuestion(one: Question, other: Question): boolean {
  const grants = Object.entries(one.grants);
  return (
    one.definition === other.definition &&
    one.rule === other.rule &&
    grants.length === Object.keys(other.grants).length &&
    grants.every(([id, definition]) => other.grants[id as GrantId] === definition)
  );
}

/** The approval after one more run has started. An approval of `always-ask` is good for one, whatever it says. */
export function spend(approval: Approval): Approval {
  if (approval.request.rule === 'always-ask') return { ...approval, left: 0 };
  return { ...approval, left: approval.left === null ? null : Math.max(0, approval.left - 1) };
}
