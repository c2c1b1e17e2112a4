import type { Readable } from 'node:stream';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import { closeInput } from '../execute/close-input.js';
import type { ByteFilter } from '../model/byte-filter.js';
import type { ByteSink } from '../model/byte-sink.js';
import type { Decision } from '../model/decision.js';
import { errorCode } from '../model/error-code.js';
import { parseName, type CredentialName } from '../model/ids.js';
import { interruptedBy } from '../model/interruption.js';
import { NO_REDACTIONS, type Caller, type RunRequest } from '../model/run.js';
import type { Grant } from '../model/tenant.js';
import { orAborted } from '../model/when-aborted.js';
import { mayHide, REDACT_ALIAS } from '../policy/may-hide.js';
import { loadWindowClock } from '../policy/window.js';
import { findSettings } from '../state/settings.js';
import type { Admitted } from './admit.js';
import { settingsDeps } from './configuration.js';
import { denyFailure } from './deny-failure.js';
import { fetchSecrets } from './fetch-secrets.js';
import { findStanding } from './find-standing.js';
import { openJudgement, type Judgement, type Refused } from './judgement.js';
import type { Outcome } from './make-record.js';
import { hideRun, NO_TOKENS } from './minted.js';
import type { Performed } from './performance.js';
import type { Needed } from './plan.js';
import { findNeeded } from './prepare-action.js';
import { finish, refuse, type RunAnswer } from './end-run.js';
import { reasonOf, letIn } from './run.js';
import type { Settings } from '../state/settings.js';
import type { World } from './world.js';

/** A caller's own bytes, from which credentials of its folder's tenant are to be taken out. */
export type RedactRequest = Pick<RunRequest, 'claim' | 'assertedTenants'> & { readonly credentials: readonly string[] };

/** Where the bytes come from and go to. `open` is called once, when it is settled that they are read. */
export type RedactStreams = { readonly open: () => Readable; readonly stdout: ByteSink };

type RedactPlan = Admitted & { readonly credentials: readonly Needed[]; readonly settings: Settings };

/**
 * Passes a caller's stream on without the credentials, under the rules of a run: the same stages before, one read of each credential, an intent and
 * a result on the log. Nothing is read from the stream before the credentials are there. It never throws for what the world does.
 */
export async function redactStream(
  request: RedactRequest,
  caller: Caller,
  streams: RedactStreams,
  world: World,
  signal: AbortSignal,
): Promise<RunAnswer> {
  const plan = await judge(request, caller, world);
  if ('kind' in plan) return refuse(plan, world, signal);
  const unadmitted = await letIn(plan, world, signal);
  if (unadmitted !== null) return unadmitted;
  return finish(plan, await filter(plan, streams, world, signal), world);
}

async function judge(request: RedactRequest, caller: Caller, world: World): Promise<RedactPlan | Refused> {
  const judgement = openJudgement(REDACT_ALIAS, world, null);
  try {
    return await plan(request, caller, judgement, world);
  } catch (error) {
    return judgement.refuse(denyFailure(error, 'CONFIG_INVALID', 'judging the request'));
  }
}

async function plan(request: RedactRequest, caller: Caller, judgement: Judgement, world: World): Promise<RedactPlan | Refused> {
  const { note, refuse: deniedFor } = judgement;
  const standing = await findStanding({ ...request, caller, firing: null }, judgement, world);
  if (standing.kind === 'refused') return standing;
  const { state, link, tenant, principal, inSession, nowMs } = standing;
  if (isDenial(principal)) return deniedFor(principal);

  const names = new Set<CredentialName>();
  for (const typed of request.credentials) {
    const name = parseName<CredentialName>(typed);
    if (name === null)
      return deniedFor(
        deny('USAGE', { detail: 'a credential is named as outloop secret list shows it, without the tenant', command: 'redact' }),
      );
    names.add(name);
  }
  const insideWindow = tenant.grants.some(({ window }) => window !== null) ? await loadWindowClock() : null;
  const grants = mayHide([...names], { tenant, project: link.project, principal, inSession, nowMs, insideWindow });
  if (isDenial(grants)) return deniedFor(grants);
  note({ grants: grants.map(({ id }) => id), credentials: [...names] });

  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) return deniedFor(settings);
  const credentials: Needed[] = [];
  for (const name of names) {
    const credential = tenant.credentials[name];
    if (credential === undefined) return deniedFor(deny('CONFIG_INVALID', { detail: `there is no credential ${name}` }));
    const needed = await findNeeded(name, credential, { tenant: tenant.tenant, settings, state });
    if (isDenial(needed)) return deniedFor(needed);
    credentials.push(needed);
  }
  return {
    trail: judgement.trail(),
    state,
    tenant,
    settings,
    credentials,
    decision: permit(grants),
    schedule: null,
    ask: null,
    bind: null,
  };
}

/** The grants' limits count a stream as they count a run. */
function permit(grants: readonly Grant[]): Extract<Decision, { kind: 'permit' }> {
  return { kind: 'permit', grants, bind: {}, params: {}, workspace: false, args: false, approve: null };
}

async function filter(plan: RedactPlan, streams: RedactStreams, world: World, signal: AbortSignal): Promise<Performed> {
  const ended = reasonOf(signal);
  const secrets = ended ?? (await fetchSecrets(plan, world, signal));
  if ('kind' in secrets) return { outcome: reasonOf(signal) ?? secrets, redactions: NO_REDACTIONS, httpStatus: null };
  try {
    // Whoever writes the stream reads it too. Who that is would be a claim.
    const filter = hideRun({ secrets, parts: [], tokens: NO_TOKENS, world }).open(true);
    const outcome = await pump(filter, streams, signal);
    return { outcome, redactions: { ...NO_REDACTIONS, stdout: filter.count }, httpStatus: null };
  } catch {
    // Its text could hold anything, a value too.
    return { outcome: deny('INTERNAL_ERROR', { stage: 'passing the stream on' }), redactions: NO_REDACTIONS, httpStatus: null };
  } finally {
    for (const secret of secrets.values()) secret.wipe();
  }
}

/**
 * Moves the stream through the filter, no faster than its reader takes it. However the stream ends, what was held back of it goes out as at its end;
 * only what the filter itself failed on is not given. A filter that holds evenly waits for no pause.
 */
async function pump(filter: ByteFilter, { open, stdout }: RedactStreams, signal: AbortSignal): Promise<Outcome | Denial> {
  const stdin = open();
  let gone = false;
  let filtering = false;
  const stop = () => closeInput(stdin);
  stdout.onFailure(() => {
    gone = true;
    stop();
  });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const cut = () => reasonOf(signal) ?? (gone ? interruptedBy('SIGPIPE') : null);
  const giveRest = () => {
    filtering = true;
    stdout.write(filter.end());
  };
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      filtering = true;
      const taken = stdout.write(filter.write(chunk));
      filtering = false;
      // A reader that has stopped reading keeps no signal from ending this.
      if (!taken) await orAborted(stdout.room(), signal);
    }
    giveRest();
    return cut() ?? { kind: 'stream' };
  } catch (error) {
    if (filtering) return cut() ?? deny('INTERNAL_ERROR', { stage: 'passing the stream on' });
    giveRest();
    return cut() ?? deny('INTERNAL_ERROR', { stage: `reading standard input (${errorCode(error)})` });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
