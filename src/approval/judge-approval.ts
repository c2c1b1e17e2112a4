import type { Approval, ApprovalState, Ask } from '../model/approval.js';

/** How an answer stands to what is asked now. `nowMs` is the larger of the clock and the last audit record's time. */
export function judgeApproval(approval: Approval | null, ask: Pick<Ask, 'definition' | 'rule'>, nowMs: number): ApprovalState {
  if (approval === null) return 'none';
  if (approval.request.definition !== ask.definition || approval.request.rule !== ask.rule) return 'changed';
  if (approval.verdict === 'rejected') return 'rejected';
  if (approval.left === 0) return 'spent';
  return approval.expiresMs === null || nowMs >= approval.expiresMs ? 'expired' : 'approved';
}

/** The approval after one more run has started. An approval of `always-ask` is good for one, whatever it says. */
export function spend(approval: Approval): Approval {
  if (approval.request.rule === 'always-ask') return { ...approval, left: 0 };
  return { ...approval, left: approval.left === null ? null : Math.max(0, approval.left - 1) };
}
