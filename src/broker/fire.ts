import { deny, isDenial, type Denial } from '../denial/denial.js';
import { checkRuntime } from '../guard/check-runtime.js';
import { parseName, type ScheduleName } from '../model/ids.js';
import { findClaim, formatPrincipal } from '../model/principal.js';
import type { Caller, RunRecord, RunRequest } from '../model/run.js';
import type { Schedule } from '../model/schedule.js';
import { identifyPrincipal } from '../principal/identify-principal.js';
import { writeFiring } from '../schedule/firing-file.js';
import { readSchedule } from '../schedule/schedule-file.js';
import { fitsToken } from '../schedule/token.js';
import type { State } from '../state/open-state.js';
import type { Firing } from './plan.js';
import { openJudgement, type Refused } from './judgement.js';
import type { RunStreams } from './performance.js';
import { refuse, type RunAnswer } from './end-run.js';
import { rehearse } from './rehearse.js';
import { run } from './run.js';
import type { World } from './world.js';

/** A schedule that is to be fired: what it was made from, and its state. */
export type Due = { readonly kind: 'due'; readonly schedule: Schedule; readonly state: State };

/** Finds a schedule, so that the surface can go to its folder and fire it there. Reads only. USAGE: there is none; CONFIG_INVALID: its file was changed. */
export function findSchedule(typed: string, caller: Pick<Caller, 'env' | 'execArgv'>, world: World): Due | Refused {
  const { state, refuse: refuseFor } = openJudgement(null, world, null);
  const refused = (denial: Denial): Refused => refuseFor(checkRuntime(caller) ?? denial);
  if (isDenial(state)) return refused(state);
  const name = parseName<ScheduleName>(typed);
  const file = name === null ? ({ kind: 'absent' } as const) : readSchedule(state, name);
  switch (file.kind) {
    case 'schedule':
      return { kind: 'due', schedule: file.schedule, state };
    case 'absent':
      return refused(deny('USAGE', { detail: `there is no schedule ${typed.slice(0, 64)}`, command: 'schedule run' }));
    case 'broken':
      return refused(deny('CONFIG_INVALID', { detail: file.why }));
  }
}

/** The answer to a call that found no schedule. */
export function refuseFiring(refused: Refused, world: World, signal: AbortSignal): Promise<RunAnswer> {
  return refuse(refused, world, signal);
}

/** What `fire` needs besides the schedule. `token`: what the environment holds of a scheduler's. `caller` stands in the schedule's folder. `streams` null: decide, and stop before any credential. */
export type FiringPlace = {
  readonly token: string | null;
  readonly caller: Caller;
  readonly assertedTenants: RunRequest['assertedTenants'];
  readonly streams: RunStreams | null;
};

/** Fires a schedule: a run of just what it was made from, if all of that is as it was. It asks nobody and waits for nobody. */
export async function fire(due: Due, place: FiringPlace, world: World, signal: AbortSignal): Promise<RunAnswer> {
  const { token, caller, assertedTenants, streams } = place;
  const { schedule } = due;
  const { alias, params, extra, timeoutMs } = schedule;
  const request: RunRequest = { alias, assertedTenants, params, extra, claim: null, timeoutMs, reason: null };
  const firing = { schedule, atMs: null, ...identifyStarter(due, token, caller) };
  if (streams === null) return (await rehearse(request, caller, world, firing)).answer;
  const answer = await run(request, caller, streams, world, signal, firing);
  // Whoever may not start it cannot make it look refused either.
  return firing.unfit === null ? { ...answer, notes: await noteFiring(due, answer.record, world) } : answer;
}

/** Notes how a firing ended, and tells the notification command of one that did not go well; what could not be done is among the answer's notes. */
async function noteFiring({ schedule, state }: Due, record: RunRecord, world: World): Promise<readonly string[]> {
  const { run: id, code, exit, reason } = record;
  const unwritten = writeFiring(state, schedule.name, { run: id, code, exit, reason, atMs: world.now() });
  const problems = unwritten === null ? [] : [`how schedule ${schedule.name} ended cannot be noted (${unwritten})`];
  if (code === 'OK' || schedule.notify === null) return problems;
  const { notify } = await import('../schedule/notify.js');
  const untold = await notify({ schedule, record, home: world.home, user: world.user });
  return untold === null ? problems : [...problems, `the notification command of schedule ${schedule.name} ${untold}`];
}

/**
 * Whoever shows the schedule's token was started by its scheduler, and is the schedule whatever else the environment says. Without one the caller
 * only claims to be, which neither an agent's marker nor a claim to be one lets it: ALIAS_NOT_ALLOWED, as a token of another schedule or of an earlier
 * one of this name. USAGE: its claim cannot be read.
 */
function identifyStarter(
  { schedule, state }: Due,
  token: string | null,
  { env, terminal, user }: Caller,
): Pick<Firing, 'principal' | 'unfit'> {
  const { name, alias } = schedule;
  if (token !== null && fitsToken(state, schedule, token)) {
    return { principal: { kind: 'schedule', name, source: 'started', agentMarker: false }, unfit: null };
  }
  const starter = identifyPrincipal({ claim: findClaim(env), env, terminal, user });
  const refuseStarter = (detail: string) => ({ principal: starter, unfit: deny('ALIAS_NOT_ALLOWED', { alias, detail }) });
  if (token !== null) return refuseStarter(`what was started is not schedule ${name} as it was made last`);
  if (isDenial(starter)) return { principal: starter, unfit: starter };
  if (starter.agentMarker) return refuseStarter(`${formatPrincipal(starter)} may not start schedule ${name}`);
  return { principal: { kind: 'schedule', name, source: 'claim', agentMarker: false }, unfit: null };
}
