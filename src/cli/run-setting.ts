import type { RunStreams } from '../broker/performance.js';
import type { World } from '../broker/world.js';
import type { Caller } from '../model/run.js';

/** What everything that runs is given besides its command line. `signal` ends it. */
export type RunSetting = {
  readonly world: World;
  readonly caller: Caller;
  readonly streams: RunStreams;
  readonly signal: AbortSignal;
};
