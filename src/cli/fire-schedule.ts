import { findSchedule, fire, refuseFiring } from '../broker/fire.js';
import type { RunStreams } from '../broker/perform.js';
import type { RunAnswer } from '../broker/run.js';
import type { World } from '../broker/world.js';
import { composeCallerIn } from '../compose.js';
import type { Caller } from '../model/run.js';
import { SCHEDULE_VARIABLE } from '../model/schedule.js';
import type { FiringArguments } from './firing-arguments.js';

type Setting = { readonly world: World; readonly caller: Caller; readonly streams: RunStreams; readonly signal: AbortSignal };

/** `outloop schedule run NAME`: fires a schedule in its own folder. Its action gets no standard input. */
export async function fireSchedule({ schedule, dryRun }: FiringArguments, { world, caller, streams, signal }: Setting): Promise<RunAnswer> {
  const due = findSchedule(schedule, caller, world);
  if (due.kind === 'refused') return refuseFiring(due, world);
  const tenant = caller.env['OUTLOOP_TENANT'] ?? '';
  const place = {
    token: caller.env[SCHEDULE_VARIABLE] || null,
    caller: composeCallerIn(due.schedule.folder.directory, caller),
    assertedTenants: tenant === '' ? [] : [{ from: 'OUTLOOP_TENANT', tenant }],
    streams: dryRun ? null : { ...streams, stdin: { kind: 'none' } as const },
  };
  return fire(due, place, world, signal);
}
