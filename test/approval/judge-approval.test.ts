import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { judgeApproval, spend } from '../../src/approval/judge-approval.js';
import { ASK_RULES, type Approval, type ApprovalState, type Ask } from '../../src/model/approval.js';
import { makeApproval, makeAsk, NOW_MS } from './make-ask.js';

const HOUR_MS = 3_600_000;
const REJECTED = { verdict: 'rejected', count: 0, left: 0, expiresMs: null } as const;

describe('how an answer stands', () => {
  test.each<[string, Approval | null, Partial<Ask>, number, ApprovalState]>([
    ['no answer is none', null, {}, NOW_MS, 'none'],
    ['an approval with a run left and time is one', makeApproval(), {}, NOW_MS, 'approved'],
    ['it holds at its last moment', makeApproval(), {}, NOW_MS + HOUR_MS - 1, 'approved'],
    ['it is over at its expiry', makeApproval(), {}, NOW_MS + HOUR_MS, 'expired'],
    ['it holds a minute before it was given', makeApproval(), {}, NOW_MS - 60_000, 'approved'],
    ['it is over long before it was given', makeApproval(), {}, NOW_MS - HOUR_MS, 'expired'],
    ['one without a count holds until its expiry', makeApproval({ count: null, left: null }), {}, NOW_MS, 'approved'],
    ['a spent one is spent', makeApproval({ left: 0 }), {}, NOW_MS, 'spent'],
    ['a spent one is spent after its expiry too', makeApproval({ left: 0 }), {}, NOW_MS + HOUR_MS, 'spent'],
    ['a changed alias voids it', makeApproval(), { definition: 'f'.repeat(64) }, NOW_MS, 'changed'],
    ['a grant that asks otherwise voids it', makeApproval(), { rule: 'always-ask' }, NOW_MS, 'changed'],
    ['a grant that is gone voids it', makeApproval(), { rule: 'ungranted' }, NOW_MS, 'changed'],
    ['a grant that says something else voids it', makeApproval(), { grants: { cancel: 'f'.repeat(64) } as never }, NOW_MS, 'changed'],
    ['another grant in its place voids it', makeApproval(), { grants: { other: 'c'.repeat(64) } as never }, NOW_MS, 'changed'],
    ['one more grant voids it', makeApproval(), { grants: { cancel: 'c'.repeat(64), other: 'e'.repeat(64) } as never }, NOW_MS, 'changed'],
    ['one grant less voids it', makeApproval(), { grants: {} }, NOW_MS, 'changed'],
    ['a rejection has no end', makeApproval(REJECTED), {}, NOW_MS + 1000 * HOUR_MS, 'rejected'],
    ['a changed alias voids a rejection', makeApproval(REJECTED), { definition: 'f'.repeat(64) }, NOW_MS, 'changed'],
    ['an approval without an end is over', makeApproval({ expiresMs: null }), {}, NOW_MS, 'expired'],
  ])('%s', (_, approval, changes, nowMs, state) => {
    expect(judgeApproval(approval, makeAsk(changes), nowMs)).toBe(state);
  });

  it('never approves more runs than were approved, whatever the rule', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ASK_RULES), fc.option(fc.integer({ min: 1, max: 20 }), { nil: null }), (rule, count) => {
        let approval = makeApproval({ count, left: count }, { rule });
        let runs = 0;
        for (; runs < 30 && judgeApproval(approval, { ...approval.request, rule }, NOW_MS) === 'approved'; runs++)
          approval = spend(approval);
        expect(runs).toBe(rule === 'always-ask' ? 1 : (count ?? 30));
      }),
    );
  });
});
