import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { AuditEntry } from '../model/audit.js';
import type { Caller, RunRecord, RunRequest } from '../model/run.js';
import type { Json } from '../model/service.js';
import { checkRuntime } from '../guard/check-runtime.js';
import { inspectorIsOpen } from '../guard/inspector.js';
import { encodeUlid } from '../model/ids.js';
import { makePrivatePlace } from '../execute/private-place.js';
import { openState } from '../state/open-state.js';
import { admit, conclude, noteDenial } from './admit.js';
import { evaluate, type Plan, type Refused } from './evaluate.js';
import { fetchSecrets } from './fetch-secrets.js';
import { recordDenial, recordOutcome, recordPermit, signalNumber, type Circumstances } from './make-record.js';
import { perform, type Performance, type Performed, type RunStreams } from './perform.js';
import { startTrail, trailEntry } from './trail.js';
import type { World } from './world.js';

/** What a run ends with. `result` is there when an HTTP answer was selected from; null is a result. */
export type RunAnswer = { readonly record: RunRecord; readonly result?: Json };

/**
 * The run, from the request to its record: judge it, write the audit intent, fetch the credentials, perform the action, write the
 * audit result. A refusal before the credential touches no backend and no service. It never throws for what the world does.
 */
export async function run(request: RunRequest, caller: Caller, streams: RunStreams, world: World, signal: AbortSignal): Promise<RunAnswer> {
  const plan = await evaluate(request, caller, world);
  if (plan.kind === 'refused') return refuse(plan, world);
  const place = plan.tool === null ? null : makePrivatePlace(plan.tool, world.temporary);
  if (isDenial(place)) return refuse({ ...plan, kind: 'refused', denial: place }, world);
  try {
    const unadmitted = inspectorIsOpen(world.inspectorUrl()) ?? (await admit(plan, world, false));
    if (unadmitted !== null) return await refuse({ ...plan, kind: 'refused', denial: unadmitted }, world);
    const timeoutMs = Math.min(plan.alias.limits.timeoutMs, request.timeoutMs ?? Infinity);
    return await finish(plan, await execute({ plan, place, streams, timeoutMs, world }, signal), world);
  } finally {
    place?.remove();
  }
}

/** Fetches the credentials and performs the action; their values are overwritten whatever happens, and a bug of ours becomes INTERNAL_ERROR. */
async function execute(performance: Omit<Performance, 'secrets'>, signal: AbortSignal): Promise<Performed> {
  const { plan, world } = performance;
  const secrets = await fetchSecrets(plan, world, signal);
  if (isDenial(secrets)) return { outcome: secrets, redactions: 0, httpStatus: null };
  try {
    return await perform({ ...performance, secrets }, signal);
  } catch {
    // Its text could hold anything, a value too.
    return { outcome: deny('INTERNAL_ERROR', { stage: 'performing the action' }), redactions: 0, httpStatus: null };
  } finally {
    for (const secret of secrets.values()) secret.wipe();
  }
}

/** A decision without a run: what `run` would have ended with before any credential was fetched. */
export type Rehearsal = { readonly plan: Plan | Refused; readonly denial: Denial | null; readonly answer: RunAnswer };

/** Decides and stops before the credential. Nothing is written and no room in a limit is taken. */
export async function rehearse(request: RunRequest, caller: Caller, world: World): Promise<Rehearsal> {
  const plan = await evaluate(request, caller, world);
  const denial = plan.kind === 'refused' ? plan.denial : (inspectorIsOpen(world.inspectorUrl()) ?? (await admit(plan, world, true)));
  const circumstances = {
    durationMs: world.now() - plan.trail.startedMs,
    backendCalled: false,
    redactions: 0,
    httpStatus: null,
    auditFailed: false,
  };
  const record = denial === null ? recordPermit(plan.trail, circumstances) : recordDenial(plan.trail, denial, circumstances);
  return { plan, denial, answer: { record } };
}

/** A command line that could not be read: refused, and on record where there is operator state. */
export async function refuseUsage(detail: string, caller: Caller, world: World): Promise<RunAnswer> {
  const nowMs = world.now();
  const trail = startTrail(encodeUlid(nowMs, world.random(10)), nowMs, null);
  const tampered = checkRuntime({ env: caller.env, execArgv: caller.execArgv });
  const state = isDenial(world.paths) ? world.paths : openState(world.paths, world.uid);
  return refuse({ kind: 'refused', trail, denial: tampered ?? deny('USAGE', { detail }), state: isDenial(state) ? null : state }, world);
}

async function refuse({ trail, denial, state }: Refused, world: World): Promise<RunAnswer> {
  const durationMs = world.now() - trail.startedMs;
  const circumstances = { durationMs, backendCalled: false, redactions: 0, httpStatus: null };
  const record = recordDenial(trail, denial, { ...circumstances, auditFailed: false });
  if (state === null) return { record };
  const entry = { ...trailEntry(trail), code: denial.code, exit: record.exit, backend_called: false, duration_ms: record.duration_ms };
  const unwritten = await noteDenial(state, entry, world);
  return { record: unwritten === null ? record : recordDenial(trail, denial, { ...circumstances, auditFailed: true }) };
}

async function finish(plan: Plan, performed: Performed, world: World): Promise<RunAnswer> {
  const { outcome, redactions, httpStatus } = performed;
  const describe = (auditFailed: boolean): RunRecord => {
    const circumstances: Circumstances = {
      durationMs: world.now() - plan.trail.startedMs,
      backendCalled: plan.credentials.length > 0,
      redactions,
      httpStatus,
      auditFailed,
    };
    if (isDenial(outcome)) return recordDenial(plan.trail, outcome, circumstances);
    return recordOutcome(plan.trail, outcome, circumstances, signalNumber(outcome));
  };
  const record = describe(false);
  const unwritten = await conclude(plan, resultEntry(record), world);
  const answer = unwritten === null ? record : describe(true);
  return performed.result === undefined ? { record: answer } : { record: answer, result: performed.result };
}

function resultEntry(record: RunRecord): Partial<AuditEntry> {
  const { code, exit, backend_called, child_exit, child_signal, http_status, redactions, duration_ms } = record;
  return { code, exit, backend_called, child_exit, child_signal, http_status, redactions, duration_ms };
}
