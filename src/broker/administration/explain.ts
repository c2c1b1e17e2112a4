import { readAnswer, readWaiting } from '../../approval/approval-store.js';
import { judgeApproval } from '../../approval/judge-approval.js';
import type { Denial } from '../../denial/denial.js';
import type { ApprovalState, Ask, AskRule } from '../../model/approval.js';
import type { Caller, RunRecord, RunRequest } from '../../model/run.js';
import type { Grant } from '../../model/tenant.js';
import { readNow } from '../read-now.js';
import { rehearse } from '../rehearse.js';
import { approvalPlace } from '../settle-approval.js';
import type { State } from '../../state/open-state.js';
import type { World } from '../world.js';

/** How a person's approval stands: why one is needed, the last answer, and the request that waits or was answered. `left` null: no limit. */
export type ApprovalStanding = {
  readonly rule: AskRule;
  readonly state: ApprovalState;
  readonly waiting: boolean;
  readonly request: string | null;
  readonly left: number | null;
  readonly expires: string | null;
};

/** A decision with what determined it. `denial` null is a permit; `approval` null: no person need approve. */
export type Explanation = {
  readonly record: RunRecord;
  readonly denial: Denial | null;
  readonly grants: readonly string[];
  readonly bind: Readonly<Record<string, string>>;
  readonly limits: readonly Pick<Grant, 'id' | 'rate' | 'concurrency'>[];
  readonly approval: ApprovalStanding | null;
};

/** Decides as `run` would and says why; no backend is asked and nothing is put on record. */
export async function explain(request: RunRequest, caller: Caller, world: World): Promise<Explanation> {
  const { plan, denial, answer } = await rehearse(request, caller, world);
  const { record } = answer;
  if (plan.kind === 'refused') return { record, denial, grants: plan.trail.grants, bind: {}, limits: [], approval: null };
  const approval = plan.ask === null ? null : describeApproval(plan.ask, plan.state, readNow(plan.state, world));
  if (plan.kind === 'asked') return { record, denial, grants: plan.trail.grants, bind: {}, limits: [], approval };
  const { grants, bind } = plan.decision;
  const limits = grants.map(({ id, rate, concurrency }) => ({ id, rate, concurrency }));
  return { record, denial, grants: grants.map(({ id }) => id), bind: { ...bind }, limits, approval };
}

function describeApproval(ask: Ask, state: State, nowMs: number): ApprovalStanding {
  const place = approvalPlace(state);
  const answer = readAnswer(place, ask.tenant, ask.key);
  const waiting = readWaiting(place, ask.tenant, ask.key);
  const answered = typeof answer === 'string' ? null : answer;
  const request = waiting !== null && typeof waiting !== 'string' ? waiting : (answered?.request ?? null);
  return {
    rule: ask.rule,
    state: judgeApproval(answered, ask, nowMs),
    waiting: waiting !== null && typeof waiting !== 'string',
    request: request?.id ?? null,
    left: answered?.left ?? null,
    expires: answered?.expiresMs === null || answered === null ? null : new Date(answered.expiresMs).toISOString(),
  };
}
