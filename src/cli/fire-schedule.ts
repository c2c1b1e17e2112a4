import { findSchedule, fire, refuseFiring } from '../broker/fire.js';
import type { RunAnswer } from '../broker/end-run.js';
import { composeCallerIn } from '../compose.js';
import { SCHEDULE_VARIABLE } from '../model/schedule.js';
import type { FiringArguments } from './firing-arguments.js';
import type { RunSetting } from './run-setting.js';

/** `outloop schedule run NAME`: fires a schedule in its own folder. Its action gets no standard input. */
export async function fireSchedule(
  { schedule, dryRun }: FiringArguments,
  { world, caller, streams, signal }: RunSetting,
): Promise<RunAnswer> {
  const due = findSchedule(schedule, caller, world);
  if (due.kind === 'refused') return refuseFiring(due, world, signal);
  const tenant = caller.env['OUTLOOP_TENANT'] ?? '';
  const place = {
    token: caller.env[SCHEDULE_VARIABLE] || null,
    caller: composeCallerIn(due.schedule.folder.directory, caller),
    assertedTenants: tenant === '' ? [] : [{ from: 'OUTLOOP_TENANT', tenant }],
    streams: dryRun ? null : { ...streams, stdin: { kind: 'none' } as const },
  };
  return fire(due, place, world, signal);
}
