import { deny, isDenial, type Denial } from '../denial/denial.js';
import { isInterruption } from '../model/interruption.js';
import { NO_REDACTIONS, type Caller, type RunRequest } from '../model/run.js';
import { inspectorIsOpen } from '../guard/inspector.js';
import { admit, refuseAsked, type Admitted } from './admit.js';
import { finish, refuse, type RunAnswer } from './end-run.js';
import { evaluate } from './evaluate.js';
import type { Firing } from './plan.js';
import { openJudgement } from './judgement.js';
import { fetchSecrets } from './fetch-secrets.js';
import { nothingDone, recordOutcome, signalNumber, type Outcome } from './make-record.js';
import { makePlace } from './make-place.js';
import { NO_TOKENS } from './minted.js';
import { perform } from './perform.js';
import type { Performance, Performed, RunStreams } from './performance.js';
import { findParts } from './secret-parts.js';
import type { World } from './world.js';

/**
 * The run, from the request to its record: judge it, write the audit intent, fetch the credentials, perform the action, write the
 * audit result. A refusal before the credential touches no backend and no service. `signal` ends the action; where its reason is a Denial, the run
 * ends with that. It never throws for what the world does.
 */
export async function run(
  request: RunRequest,
  caller: Caller,
  streams: RunStreams,
  world: World,
  signal: AbortSignal,
  firing: Firing | null = null,
): Promise<RunAnswer> {
  const plan = await evaluate(request, caller, world, firing);
  if (plan.kind === 'refused') return refuse(plan, world, signal);
  if (plan.kind === 'asked') return turnAway(plan, await refuseAsked(plan, world, { rehearse: false, signal }), world, signal);
  const place = makePlace(plan, world);
  if (isDenial(place)) return refuse({ ...plan, kind: 'refused', denial: place }, world, signal);
  try {
    const unadmitted = await letIn(plan, world, signal);
    if (unadmitted !== null) return unadmitted;
    const timeoutMs = Math.min(plan.alias.limits.timeoutMs, request.timeoutMs ?? Infinity);
    const ending = finish(plan, await execute({ plan, place, streams, timeoutMs, world }, signal), world);
    // While the log's lock is waited for.
    place?.remove();
    return await ending;
  } finally {
    place?.remove();
  }
}

/** The last step before a credential: nobody looks into this process, and the intent is on the log. Gives what the run ends with where it is not let in. */
export async function letIn(plan: Admitted, world: World, signal: AbortSignal): Promise<RunAnswer | null> {
  const denial = inspectorIsOpen(world.inspectorUrl()) ?? (await admit(plan, world, { rehearse: false, signal }));
  return denial === null ? null : turnAway(plan, denial, world, signal);
}

/** Ends what was judged and is not let in all the same. */
export async function turnAway(
  { trail, state }: Pick<Admitted, 'trail' | 'state'>,
  denial: Denial,
  world: World,
  signal: AbortSignal,
): Promise<RunAnswer> {
  const ended = denial.code === 'AUDIT_UNAVAILABLE' ? reasonOf(signal) : null;
  // A signal ended the wait for the lock: nothing was done, and the log could not be had for it.
  if (ended !== null && !isDenial(ended))
    return { record: recordOutcome(trail, ended, nothingDone(trail, world.now()), signalNumber(ended)) };
  return refuse({ kind: 'refused', trail, denial, state }, world, signal);
}

/** Fetches the credentials and performs the action; their values are overwritten whatever happens, and a bug of ours becomes INTERNAL_ERROR. */
async function execute(performance: Omit<Performance, 'secrets' | 'parts' | 'tokens'>, signal: AbortSignal): Promise<Performed> {
  const { plan, world } = performance;
  const ended = reasonOf(signal);
  const secrets = ended ?? (await fetchSecrets(plan, world, signal));
  if ('kind' in secrets) return { outcome: reasonOf(signal) ?? secrets, redactions: NO_REDACTIONS, httpStatus: null };
  let tokens = NO_TOKENS;
  try {
    const parts = await findParts(plan, secrets);
    if (isDenial(parts)) return { outcome: parts, redactions: NO_REDACTIONS, httpStatus: null };
    if (plan.exchanges.length > 0) {
      const { mintTokens } = await import('./mint-tokens.js');
      const minted = await mintTokens(plan, secrets, world, signal);
      if (isDenial(minted)) return { outcome: reasonOf(signal) ?? minted, redactions: NO_REDACTIONS, httpStatus: null };
      tokens = minted;
    }
    const performed = await perform({ ...performance, secrets, parts, tokens }, signal);
    return { ...performed, outcome: reasonOf(signal) ?? performed.outcome };
  } catch {
    // Its text could hold anything, a value too.
    return { outcome: deny('INTERNAL_ERROR', { stage: 'performing the action' }), redactions: NO_REDACTIONS, httpStatus: null };
  } finally {
    for (const secret of secrets.values()) secret.wipe();
    tokens.held.wipe();
  }
}

/** What whoever aborted the run says of it. */
export function reasonOf({ reason }: AbortSignal): Denial | Outcome | null {
  return isDenial(reason) || isInterruption(reason) ? reason : null;
}

/** A command line that could not be read: refused, and on record where there is operator state. `command`: whose help says how it is written. */
export async function refuseUsage(detail: string, world: World, signal: AbortSignal, command = 'run'): Promise<RunAnswer> {
  const judgement = openJudgement(null, world, null);
  return refuse(judgement.refuse(deny('USAGE', { detail, command })), world, signal);
}
