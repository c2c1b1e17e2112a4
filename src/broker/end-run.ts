import { isDenial } from '../denial/denial.js';
import type { AuditEntry } from '../model/audit.js';
import type { RunRecord } from '../model/run.js';
import type { Json } from '../model/service.js';
import { conclude, noteDenial, type Admitted } from './admit.js';
import type { Plan } from './plan.js';
import { isDeniedForLock } from './explain-lock.js';
import type { Refused } from './judgement.js';
import { nothingDone, recordDenial, recordOutcome, signalNumber, type Circumstances } from './make-record.js';
import type { Performed } from './performance.js';
import { trailEntry } from './trail.js';
import type { World } from './world.js';

/**
 * What a run ends with. `result` is there when an HTTP answer was selected from; null is a result. `truncated`: the streams that OUTPUT_LIMIT cut.
 * `notes`: what went wrong besides, for people.
 */
export type RunAnswer = {
  readonly record: RunRecord;
  readonly result?: Json;
  readonly truncated?: readonly string[];
  readonly notes?: readonly string[];
};

/** The record of a request that was refused before anything ran, which is on the audit log where there is one. `signal` ends the wait for the log. */
export async function refuse({ trail, denial, state }: Refused, world: World, signal: AbortSignal): Promise<RunAnswer> {
  const circumstances = nothingDone(trail, world.now());
  const record = recordDenial(trail, denial, circumstances);
  if (state === null) return { record };
  const unrecorded = () => recordDenial(trail, denial, { ...circumstances, auditFailed: true });
  if (isDeniedForLock(denial)) return { record: unrecorded() };
  const { exit, duration_ms, request } = record;
  const asked = request === undefined ? {} : { request };
  const entry = { ...trailEntry(trail), ...asked, code: denial.code, exit, backend_called: false, duration_ms };
  const unwritten = await noteDenial(state, entry, world, signal);
  return { record: unwritten === null ? record : unrecorded() };
}

/** Puts the result of what was admitted on the log, and gives its record. */
export async function finish(plan: Admitted & Pick<Plan, 'credentials'>, performed: Performed, world: World): Promise<RunAnswer> {
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
  const unaudited = describe(false);
  const record = (await conclude(plan, resultEntry(unaudited), world)) === null ? unaudited : describe(true);
  const streams = isDenial(outcome) ? outcome.facts['streams'] : undefined;
  return {
    record,
    ...(performed.result === undefined ? {} : { result: performed.result }),
    ...(Array.isArray(streams) ? { truncated: streams } : {}),
  };
}

function resultEntry(record: RunRecord): Partial<AuditEntry> {
  const { code, exit, backend_called, child_exit, child_signal, http_status, redactions, redactions_by, duration_ms } = record;
  return { code, exit, backend_called, child_exit, child_signal, http_status, redactions, redactions_by, duration_ms };
}
