import { readLastTime } from '../audit/head.js';
import type { State } from '../state/open-state.js';
import type { World } from './world.js';

/** The time that policy goes by, in milliseconds since the epoch: a clock that was set back prolongs nothing. */
export function readNow(state: State, world: World): number {
  return Math.max(world.now(), readLastTime(state.paths.audit, state.uid));
}
