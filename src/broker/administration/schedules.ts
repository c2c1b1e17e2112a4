import { dirname } from 'node:path';
import { readStore } from '../../credential/embedded/store-file.js';
import { deny, isDenial, type Denial } from '../../denial/denial.js';
import { parseName, type ScheduleName } from '../../model/ids.js';
import type { Principal } from '../../model/principal.js';
import { hintAt } from '../../model/problem.js';
import { suggestName } from '../../model/suggest.js';
import { refusal, type Refusal } from '../../model/refusal.js';
import type { Caller, RunRequest } from '../../model/run.js';
import { SCHEDULE_VARIABLE, SCHEDULER_NAMES, type Schedule, type SchedulerName } from '../../model/schedule.js';
import { parseUtc } from '../../model/utc-time.js';
import { hashLinkFile } from '../../link/resolve-link.js';
import type { Desk } from '../../schedule/call-program.js';
import { removeFiring } from '../../schedule/firing-file.js';
import { labelSchedule, type Job } from '../../schedule/job.js';
import { listScheduleNames, readSchedule, removeSchedule as removeFile, writeSchedule } from '../../schedule/schedule-file.js';
import { faultOfNotify } from '../../schedule/notify.js';
import { chooseScheduler, findScheduler, type Piece } from '../../schedule/scheduler.js';
import { findTimes, parseTiming, readWhen } from '../../schedule/timing.js';
import { makeToken } from '../../schedule/token.js';
import type { State } from '../../state/open-state.js';
import { evaluate } from '../evaluate.js';
import type { Plan } from '../plan.js';
import { openOwnState } from '../open-own-state.js';
import { readNow } from '../read-now.js';
import type { World } from '../world.js';
import { administer } from './administer.js';

/** A schedule as it is typed. `on` null: this machine's. `expires`: a date or a time. `notify`: a command's absolute path and its arguments. */
export type ScheduleWish = Pick<RunRequest, 'alias' | 'assertedTenants' | 'params' | 'extra' | 'timeoutMs'> & {
  readonly name: ScheduleName;
  readonly when: string;
  readonly on: SchedulerName | null;
  readonly expires: string | null;
  readonly notify: readonly string[] | null;
};

/** A schedule that would be permitted, with what its scheduler would be told; nothing is written yet. */
export type Proposal = {
  readonly kind: 'proposal';
  readonly schedule: Schedule;
  readonly pieces: readonly Piece[];
  readonly nextMs: number;
  readonly warnings: readonly string[];
};

/** Decides on a schedule as it would be decided on at its first firing, in the caller's folder. The permission is this; a firing only finds it again. */
export async function proposeSchedule(world: World, caller: Caller, wish: ScheduleWish): Promise<Proposal | Refusal | Denial> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  if (state.kind === 'ci') return refusal('a CI’s state has no schedules: the CI starts its jobs itself');
  const read = readWhen(wish.when);
  if (typeof read === 'string') return deny('USAGE', { detail: `--when: ${read}`, command: 'schedule add' });
  const expiresMs = wish.expires === null ? null : parseUtc(wish.expires);
  if (wish.expires !== null && expiresMs === null)
    return deny('USAGE', { detail: '--expires needs a date or a time such as 2027-03-01', command: 'schedule add' });
  const told = wish.notify?.[0];
  if (told?.startsWith('/') === false)
    return deny('USAGE', { detail: '--notify needs the absolute path of a command', command: 'schedule add' });
  const fault = told === undefined ? null : faultOfNotify(told);
  if (fault !== null) return refusal(`--notify: ${told} ${fault}`, 'name an executable file');

  const nowMs = world.now();
  const { nextMs } = findTimes(read.when, nowMs, null);
  const { alias, assertedTenants, params, extra, timeoutMs } = wish;
  const request = { alias, assertedTenants, params, extra, timeoutMs, claim: null, reason: null };
  const atMs = Math.max(nextMs, readNow(state, world));
  const plan = await evaluate(request, caller, world, { schedule: null, principal: itself(wish.name), unfit: null, atMs });
  if (plan.kind !== 'plan') return plan.kind === 'refused' ? plan.denial : deny('APPROVAL_REQUIRED', { alias });
  if (expiresMs !== null && expiresMs <= nextMs) return refusal('it would expire before it fires for the first time');

  const desk = deskOf(world, caller);
  const schedule = makeSchedule(plan, caller, {
    ...wish,
    when: read.when,
    on: wish.on ?? chooseScheduler(desk),
    expiresMs,
    createdMs: nowMs,
  });
  const pieces = findScheduler(schedule.on).preview(makeJob(state, world, schedule), desk);
  if ('kind' in pieces) return refusal(`${schedule.on} cannot be told this: ${pieces.why}`);
  return { kind: 'proposal', schedule, pieces, nextMs, warnings: warn(plan) };
}

/** A schedule that was made. `left`: what the scheduler of the one before still holds, as a clause; it starts nothing any more. */
export type Approved = { readonly schedule: Schedule; readonly left: { readonly on: SchedulerName; readonly why: string } | null };

/** Makes the schedule: its file, then its scheduler's entry; where the scheduler does not take it, nothing of it stays. `replace`: in the place of one of that name. */
export function approveSchedule(world: World, caller: Caller, proposal: Proposal, replace: boolean): Promise<Approved | Refusal | Denial> {
  const { schedule } = proposal;
  const { name, on, when, alias, folder } = schedule;
  const detail = { schedule: name, alias, on, when, project: folder.project, folder: folder.directory };
  return administer(world, caller, { action: 'schedule add', tenant: folder.tenant, detail }, (state) => {
    const before = readSchedule(state, name);
    const taken = replace ? null : refuseTaken(state, name);
    if (taken !== null) return taken;
    const desk = deskOf(world, caller);
    const label = labelSchedule(state.id, name);
    writeSchedule(state, schedule);
    const failed = findScheduler(on).install(makeJob(state, world, schedule), desk);
    if (failed !== null) {
      if (before.kind === 'schedule') writeSchedule(state, before.schedule);
      else removeFile(state, name);
      return refusal(`${on} did not take it: ${failed}`, 'mend that, or choose another with --on cron, systemd or launchd');
    }
    const former = before.kind === 'schedule' && before.schedule.on !== on ? before.schedule.on : null;
    const why = former === null ? null : findScheduler(former).remove(label, desk);
    removeFiring(state, name);
    return { schedule, left: former === null || why === null ? null : { on: former, why } };
  });
}

/** Why no schedule of this name can be made beside those that are there; null: the name is free. */
export function refuseSchedule(world: World, name: ScheduleName): Refusal | Denial | null {
  const state = openOwnState(world);
  return isDenial(state) ? state : refuseTaken(state, name);
}

function refuseTaken(state: State, name: ScheduleName): Refusal | null {
  if (readSchedule(state, name).kind === 'absent') return null;
  return refusal(`there is a schedule ${name} already`, `outloop schedule show ${name}, and --replace makes it anew`);
}

/** What was taken away. `left`: what the scheduler still holds, as a clause; it starts nothing any more. */
export type Removed = { readonly removed: ScheduleName; readonly left: readonly string[] };

/** Takes a schedule away, one with a broken file too, or of whose file only a scheduler's entry is left. The file goes first: from then on no firing runs. */
export function removeSchedule(world: World, caller: Caller, name: ScheduleName): Promise<Removed | Refusal | Denial> {
  return administer(world, caller, { action: 'schedule remove', detail: { schedule: name } }, (state) => {
    const missed = refuseRemovalIn(state, world, caller, name);
    if (missed !== null) return missed;
    const file = readSchedule(state, name);
    const label = labelSchedule(state.id, name);
    const desk = deskOf(world, caller);
    const schedulers = file.kind === 'schedule' ? [file.schedule.on] : SCHEDULER_NAMES;
    if (file.kind !== 'absent') removeFile(state, name);
    removeFiring(state, name);
    const left = schedulers.map((on) => findScheduler(on).remove(label, desk));
    return { removed: name, left: left.filter((why) => why !== null) };
  });
}

/** Why there is no such schedule to take away; null: there is. */
export function refuseScheduleRemoval(world: World, caller: Caller, name: ScheduleName): Refusal | Denial | null {
  const state = openOwnState(world);
  return isDenial(state) ? state : refuseRemovalIn(state, world, caller, name);
}

/** What a scheduler still has of a schedule whose file is gone can be taken away. */
function refuseRemovalIn(state: State, world: World, caller: Caller, name: ScheduleName): Refusal | null {
  if (readSchedule(state, name).kind !== 'absent') return null;
  const label = labelSchedule(state.id, name);
  const desk = deskOf(world, caller);
  if (SCHEDULER_NAMES.some((on) => findScheduler(on).holds(label, desk))) return null;
  return refuseUnknown(state, name);
}

function refuseUnknown(state: State, typed: string): Refusal {
  return refusal(`there is no schedule ${typed}${hintAt(suggestName(typed, listScheduleNames(state)))}`, 'outloop schedule list');
}

/** A schedule by its name as it is typed. */
export function lookUpSchedule(state: State, typed: string): Schedule | Refusal | Denial {
  const name = parseName<ScheduleName>(typed);
  const file = name === null ? ({ kind: 'absent' } as const) : readSchedule(state, name);
  switch (file.kind) {
    case 'schedule':
      return file.schedule;
    case 'absent':
      return refuseUnknown(state, typed);
    case 'broken':
      return deny('CONFIG_INVALID', { detail: file.why });
  }
}

/** The principal that a schedule is when outloop itself has started it. */
export function itself(name: ScheduleName): Principal {
  return { kind: 'schedule', name, source: 'started', agentMarker: false };
}

/** The operator's own programs and files, where schedulers are. */
export function deskOf({ home, user, uid }: World, { env }: Caller): Desk {
  return { env, home, user, uid };
}

/** What a schedule's scheduler is told: to start `schedule run` on this very state. */
export function makeJob(state: State, world: World, schedule: Schedule): Job {
  const { config, state: kept, record } = state.paths;
  const place =
    config === kept
      ? [['OUTLOOP_HOME', config] as const]
      : ([
          ['OUTLOOP_HOME', ''],
          ['XDG_CONFIG_HOME', dirname(config)],
          ['XDG_STATE_HOME', dirname(kept)],
        ] as const);
  return {
    label: labelSchedule(state.id, schedule.name),
    name: schedule.name,
    words: [...world.command(), 'schedule', 'run', schedule.name],
    environment: [...place, ['OUTLOOP_STATE', record === kept ? '' : record], [SCHEDULE_VARIABLE, makeToken(state, schedule)]],
    timing: parseTiming(schedule.when),
  };
}

type Made = Pick<ScheduleWish, 'name' | 'params' | 'extra' | 'timeoutMs' | 'notify'> &
  Pick<Schedule, 'when' | 'on' | 'expiresMs' | 'createdMs'>;

function makeSchedule({ link, alias, decision }: Plan, caller: Caller, made: Made): Schedule {
  const { file } = caller.link;
  if (file.kind !== 'found') throw new TypeError('a permitted plan without a link file');
  const { name, when, on, createdMs, params, extra, timeoutMs, expiresMs, notify } = made;
  return {
    name,
    when,
    on,
    createdMs,
    folder: {
      directory: link.directory,
      inode: file.inode,
      link: link.id,
      sha256: hashLinkFile(file.bytes),
      tenant: link.tenant,
      project: link.project,
    },
    alias: alias.alias,
    definition: alias.definition,
    params,
    extra,
    timeoutMs,
    grants: decision.grants.map(({ id, definition }) => ({ id, definition })),
    expiresMs: earliest([expiresMs, ...decision.grants.map((grant) => grant.expiresMs)]),
    notify,
  };
}

function earliest(moments: readonly (number | null)[]): number | null {
  const given = moments.filter((ms) => ms !== null);
  return given.length === 0 ? null : Math.min(...given);
}

/** Nobody waits for a firing to approve it. A scheduler starts jobs when nobody is logged in, and then the keychain is not there. */
function warn({ credentials, decision, state }: Plan): string[] {
  const store = readStore(state);
  const sealed = store.kind === 'store' && store.store.key === 'keychain';
  const asking = decision.grants.filter(({ approve }) => approve !== null);
  const locked = credentials.filter(({ credential }) => credential.backend === 'keychain' || (credential.backend === 'embedded' && sealed));
  return [
    ...asking.map(({ id }) => `grant ${id} asks for an approval: a firing is APPROVAL_REQUIRED until a person has approved its request`),
    ...locked.map(({ name }) => `credential ${name} needs the OS keychain: a firing while you are not logged in is BACKEND_LOCKED`),
  ];
}
