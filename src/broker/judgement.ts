import { isDenial, type Denial } from '../denial/denial.js';
import { encodeUlid } from '../model/ids.js';
import type { Schedule } from '../model/schedule.js';
import { nameSchedule } from '../schedule/check-schedule.js';
import type { State } from '../state/open-state.js';
import { openOwnState } from './open-own-state.js';
import { tellAhead } from './tell-ahead.js';
import { startTrail, type Trail } from './trail.js';
import type { World } from './world.js';

/** A request that was refused, with the state where it could be opened (the denial is audited there). */
export type Refused = { readonly kind: 'refused'; readonly trail: Trail; readonly denial: Denial; readonly state: State | null };

/** A request that is being judged: what is known of it so far, and how it ends with a denial. */
export type Judgement = {
  /** The state, or why there is none. */
  readonly state: State | Denial;
  readonly trail: () => Trail;
  /** Puts facts on the trail. */
  readonly note: (facts: Partial<Trail>) => void;
  readonly refuse: (denial: Denial) => Refused;
};

/** Begins to judge a request for `alias`, null where it names none. `schedule`: the one that asks, which its denials name. */
export function openJudgement(alias: string | null, world: World, schedule: Schedule | null): Judgement {
  const startedMs = world.now();
  const state = openOwnState(world);
  let trail = startTrail(encodeUlid(startedMs, world.random(10)), startedMs, alias);
  return {
    state,
    trail: () => trail,
    note: (facts) => {
      trail = { ...trail, ...facts };
    },
    refuse: (denial) => {
      const told = isDenial(state) ? denial : tellAhead<never>(denial, state, world);
      return {
        kind: 'refused',
        trail,
        denial: schedule === null ? told : nameSchedule<never>(told, schedule),
        state: isDenial(state) ? null : state,
      };
    },
  };
}
