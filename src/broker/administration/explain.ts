import { isDenial, type Denial } from '../../denial/denial.js';
import type { Caller, RunRecord, RunRequest } from '../../model/run.js';
import type { Grant } from '../../model/tenant.js';
import { rehearse } from '../run.js';
import type { World } from '../world.js';

/** A decision with what determined it. `denial` null is a permit. */
export type Explanation = {
  readonly record: RunRecord;
  readonly denial: Denial | null;
  readonly grants: readonly string[];
  readonly bind: Readonly<Record<string, string>>;
  readonly limits: readonly Pick<Grant, 'id' | 'rate' | 'concurrency'>[];
};

/** Decides as `run` would and says why; no backend is asked and nothing is written. */
export async function explain(request: RunRequest, caller: Caller, world: World): Promise<Explanation> {
  const { plan, denial, answer } = await rehearse(request, caller, world);
  if (plan.kind === 'refused') return { record: answer.record, denial, grants: plan.trail.grants, bind: {}, limits: [] };
  const { grants, bind } = plan.decision;
  const limits = grants.map(({ id, rate, concurrency }) => ({ id, rate, concurrency }));
  return { record: answer.record, denial: isDenial(denial) ? denial : null, grants: grants.map(({ id }) => id), bind: { ...bind }, limits };
}
