import { isDenial, type Denial } from '../../denial/denial.js';
import type { ScheduleName } from '../../model/ids.js';
import { isRefusal, type Refusal } from '../../model/refusal.js';
import type { Caller, RunRecord } from '../../model/run.js';
import type { Firing, Schedule } from '../../model/schedule.js';
import { isHeld } from '../../policy/limits.js';
import { readFiring } from '../../schedule/firing-file.js';
import { listScheduleNames, readSchedule } from '../../schedule/schedule-file.js';
import { findScheduler, type Standing } from '../../schedule/scheduler.js';
import { findTimes } from '../../schedule/timing.js';
import type { State } from '../../state/open-state.js';
import { askOperator, oneAtATime, refuseAsked } from '../admit.js';
import { nothingDone, recordDenial, recordPermit } from '../make-record.js';
import { evaluate } from '../evaluate.js';
import type { Asked, Plan } from '../plan.js';
import type { Refused } from '../judgement.js';
import { openOwnState } from '../open-own-state.js';
import type { World } from '../world.js';
import { deskOf, itself, lookUpSchedule, makeJob } from './schedules.js';

/**
 * How a schedule stands. `refused`: its last firing was denied, or ended by outloop. `failed`: what it ran failed. `missed`: the last time that
 * it must have fired at passed without a firing, since the machine was off or asleep or its scheduler did not start it. `new`: no such time has come.
 */
export type Condition = 'new' | 'ok' | 'refused' | 'failed' | 'running' | 'missed' | 'expired';

export type ScheduleLine =
  | { readonly kind: 'broken'; readonly name: ScheduleName; readonly why: string }
  | {
      readonly kind: 'schedule';
      readonly schedule: Schedule;
      readonly condition: Condition;
      readonly last: Firing | null;
      /** The time that passed last and the one that comes next, in milliseconds since the epoch. */
      readonly dueMs: number;
      readonly nextMs: number;
      /** The last time whose firing must have begun by now; `dueMs` or an earlier one. */
      readonly awaitedMs: number;
    };

/** Whether the operator should look at it. */
export function wentWrong(line: ScheduleLine): boolean {
  return line.kind === 'broken' || line.condition === 'refused' || line.condition === 'failed' || line.condition === 'missed';
}

/** A firing may begin so late and still be that of its time: a busy machine, a cron that wakes once a minute. */
const LATE_MS = 120_000;

/** Every schedule with its condition, by name. Its scheduler is not asked. */
export function readScheduleLines(state: State, world: World): readonly ScheduleLine[] {
  return listScheduleNames(state).map((name): ScheduleLine => {
    const file = readSchedule(state, name);
    if (file.kind === 'schedule') return describe(state, file.schedule, world.now());
    return { kind: 'broken', name, why: file.kind === 'broken' ? file.why : `schedules/${name}.json is gone` };
  });
}

/** A line with how its scheduler stands to it. */
export type ListedLine = { readonly line: ScheduleLine; readonly standing: Standing };

export function listSchedules(world: World, caller: Caller): readonly ListedLine[] | Denial {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  return readScheduleLines(state, world).map((line) => ({ line, standing: askScheduler(state, world, caller, line) }));
}

/** A schedule in full, with the record of what a firing now would end with before any credential is fetched. */
export type Shown = ListedLine & { readonly schedule: Schedule; readonly now: RunRecord };

/** `standIn` gives the caller in another folder. */
export async function showSchedule(
  world: World,
  caller: Caller,
  typed: string,
  standIn: (directory: string) => Caller,
): Promise<Shown | Refusal | Denial> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const schedule = lookUpSchedule(state, typed);
  if (isDenial(schedule) || isRefusal(schedule)) return schedule;
  const line = describe(state, schedule, world.now());
  return { schedule, line, standing: askScheduler(state, world, caller, line), now: await rehearseFiring(schedule, standIn, world) };
}

/** Room in limits is not looked at: it may be there when the time comes. */
async function rehearseFiring(schedule: Schedule, standIn: (directory: string) => Caller, world: World): Promise<RunRecord> {
  const { alias, params, extra, timeoutMs, folder } = schedule;
  const request = { alias, assertedTenants: [], params, extra, timeoutMs, claim: null, reason: null };
  const firing = { schedule, principal: itself(schedule.name), unfit: null, atMs: null };
  const plan = await evaluate(request, standIn(folder.directory), world, firing);
  const circumstances = nothingDone(plan.trail, world.now());
  const denial = await foreseeDenial(plan, world);
  return denial === null ? recordPermit(plan.trail, circumstances) : recordDenial(plan.trail, denial, circumstances);
}

async function foreseeDenial(plan: Plan | Asked | Refused, world: World): Promise<Denial | null> {
  if (plan.kind === 'refused') return plan.denial;
  if (plan.kind === 'asked') return refuseAsked(plan, world, { rehearse: true });
  const answer = plan.ask === null ? null : await askOperator(plan.ask, plan.state, world, { rehearse: true });
  return isDenial(answer) ? answer : null;
}

function describe(state: State, schedule: Schedule, nowMs: number): ScheduleLine {
  const { lastMs: dueMs, nextMs } = findTimes(schedule.when, nowMs, null);
  const awaited = findTimes(schedule.when, nowMs - LATE_MS, null);
  const last = readFiring(state, schedule.name);
  const condition = judge(state, schedule, last, { nowMs, sinceMs: awaited.sinceMs });
  return { kind: 'schedule', schedule, condition, last, dueMs, nextMs, awaitedMs: awaited.lastMs };
}

/** `sinceMs` begins the last time whose firing must have begun: a later one, which may yet fire, does not make up for it before it has. */
function judge(
  state: State,
  schedule: Schedule,
  last: Firing | null,
  { nowMs, sinceMs }: { readonly nowMs: number; readonly sinceMs: number },
): Condition {
  if (schedule.expiresMs !== null && nowMs >= schedule.expiresMs) return 'expired';
  if (isHeld(state.paths.limits, state.uid, schedule.folder.tenant, oneAtATime(schedule).id, nowMs)) return 'running';
  if (sinceMs > schedule.createdMs && (last === null || last.atMs < sinceMs)) return 'missed';
  if (last === null) return 'new';
  if (last.code === 'OK') return 'ok';
  return last.code === 'CHILD_FAILED' || last.code === 'CHILD_SIGNALED' || last.code === 'HTTP_ERROR' ? 'failed' : 'refused';
}

/** How a schedule's scheduler stands to it; that may start a program. */
export function askScheduler(state: State, world: World, caller: Caller, line: ScheduleLine): Standing {
  if (line.kind === 'broken') return 'unknown';
  return findScheduler(line.schedule.on).inspect(makeJob(state, world, line.schedule), deskOf(world, caller));
}
