import { inspectorIsOpen } from '../guard/inspector.js';
import { isDenial, type Denial } from '../denial/denial.js';
import type { Caller, RunRequest } from '../model/run.js';
import { admit, refuseAsked } from './admit.js';
import type { RunAnswer } from './end-run.js';
import { evaluate } from './evaluate.js';
import type { Asked, Firing, Plan } from './plan.js';
import type { Refused } from './judgement.js';
import { makePlace } from './make-place.js';
import { nothingDone, recordDenial, recordPermit } from './make-record.js';
import type { World } from './world.js';

/** A decision without a run: what `run` would have ended with before any credential was fetched. */
export type Rehearsal = { readonly plan: Plan | Asked | Refused; readonly denial: Denial | null; readonly answer: RunAnswer };

/** Decides and stops before the credential. Nothing of the state is written and no room in a limit is taken; a private place is made, and gone again. */
export async function rehearse(request: RunRequest, caller: Caller, world: World, firing: Firing | null = null): Promise<Rehearsal> {
  const plan = await evaluate(request, caller, world, firing);
  const denial = await foresee(plan, world);
  const circumstances = nothingDone(plan.trail, world.now());
  const record = denial === null ? recordPermit(plan.trail, circumstances) : recordDenial(plan.trail, denial, circumstances);
  return { plan, denial, answer: { record } };
}

async function foresee(plan: Plan | Asked | Refused, world: World): Promise<Denial | null> {
  switch (plan.kind) {
    case 'refused':
      return plan.denial;
    case 'asked':
      return refuseAsked(plan, world, { rehearse: true });
    case 'plan': {
      const place = makePlace(plan, world);
      if (isDenial(place)) return place;
      place?.remove();
      return inspectorIsOpen(world.inspectorUrl()) ?? (await admit(plan, world, { rehearse: true }));
    }
  }
}
