import { CATALOGUE } from '../denial/catalogue.js';
import { deny } from '../denial/denial.js';
import { describeDenial } from '../denial/describe.js';
import { encodeUlid } from '../model/ids.js';
import { isRehearsal, NO_REDACTIONS, type RunRecord } from '../model/run.js';
import { recordDenial } from './make-record.js';
import type { RunAnswer } from './end-run.js';
import { startTrail } from './trail.js';
import type { World } from './world.js';

/** The record of a run whose output could not be written, for `why`. An action that was performed is done all the same. */
export function reportLostOutput(record: RunRecord, why: string): RunRecord {
  if (record.code in CATALOGUE) return record;
  const denial = isRehearsal(record)
    ? deny('INTERNAL_ERROR', { stage: `giving its answer: ${why}` })
    : deny('OUTPUT_WITHHELD', { detail: why });
  const { exit, reason, retryable, next } = describeDenial(denial);
  return { ...record, origin: 'outloop', code: denial.code, exit, reason, retryable, next, child_signal: null };
}

/** What is left to say where `run` itself came to no answer: a bug of ours. Nothing is read and nothing is written. */
export function reportFailure(world: Pick<World, 'now' | 'random'>): RunAnswer {
  const nowMs = world.now();
  const trail = startTrail(encodeUlid(nowMs, world.random(10)), nowMs, null);
  const circumstances = { durationMs: 0, backendCalled: true, redactions: NO_REDACTIONS, httpStatus: null, auditFailed: false };
  return { record: recordDenial(trail, deny('INTERNAL_ERROR'), circumstances) };
}
