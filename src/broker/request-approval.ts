import { isDenial } from '../denial/denial.js';
import type { Caller, RunRequest } from '../model/run.js';
import { askOperator, refuseAsked } from './admit.js';
import { evaluate } from './evaluate.js';
import { nothingDone, recordPermit } from './make-record.js';
import { refuse, type RunAnswer } from './end-run.js';
import { turnAway } from './run.js';
import type { World } from './world.js';

/**
 * Asks for an approval and runs nothing: the request is put on file where one is needed and none is in force, and the denial says
 * so. A request that needs none, or has one, is a permit, and nothing is written or spent. `signal` ends the wait for the log.
 */
export async function requestApproval(request: RunRequest, caller: Caller, world: World, signal: AbortSignal): Promise<RunAnswer> {
  const plan = await evaluate(request, caller, world);
  if (plan.kind === 'refused') return refuse(plan, world, signal);
  const asking = { rehearse: false, signal };
  if (plan.kind === 'asked') return turnAway(plan, await refuseAsked(plan, world, asking), world, signal);
  const answer = plan.ask === null ? null : await askOperator(plan.ask, plan.state, world, asking);
  if (isDenial(answer)) return turnAway(plan, answer, world, signal);
  return { record: recordPermit(plan.trail, nothingDone(plan.trail, world.now())) };
}
