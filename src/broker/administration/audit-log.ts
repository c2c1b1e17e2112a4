import { exportCsv, exportJsonl } from '../../audit/export.js';
import { parseMoment } from '../../audit/moment.js';
import { EVERY_RECORD, queryRecords, type RecordFilter, type RecordLine } from '../../audit/query.js';
import { repairFound, type Repair } from '../../audit/repair.js';
import { verifyChain, type Verification } from '../../audit/verify.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { findAhead } from '../../model/ahead.js';
import { encodeUlid } from '../../model/ids.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { acquireLock } from '../../state/lock.js';
import { auditLock } from '../with-chain.js';
import { denyForLock } from '../explain-lock.js';
import { openOwnState } from '../open-own-state.js';
import { readNow } from '../read-now.js';
import type { World } from '../world.js';
import { openForChange, refuseAgent } from './administer.js';
import { endFuture } from './end-future.js';
import { repairLimits, type RepairedLimits } from './repair-limits.js';

export type { RecordFilter, RecordLine } from '../../audit/query.js';
export type { Verification } from '../../audit/verify.js';

/** A filter with nothing in it, for the commands to fill. */
export const NO_FILTER = EVERY_RECORD;

/** A moment as it is typed: ISO 8601, or how long ago (`24h`, `7d`); null when it is neither. */
export function readMoment(world: World, text: string): number | null {
  return parseMoment(text, world.now());
}

/** Streams the records that a filter wants; the denial, if any, comes last. */
export async function* readRecords(world: World, filter: RecordFilter): AsyncGenerator<RecordLine | Denial> {
  const state = openOwnState(world);
  if (isDenial(state)) {
    yield state;
    return;
  }
  const failed = yield* queryRecords(state.paths.audit, filter);
  if (failed !== null) yield failed;
}

/** Streams an export as text; the denial, if any, comes last. */
export async function* exportRecords(world: World, filter: RecordFilter, format: 'jsonl' | 'csv'): AsyncGenerator<string | Denial> {
  const state = openOwnState(world);
  if (isDenial(state)) {
    yield state;
    return;
  }
  const records = queryRecords(state.paths.audit, filter);
  const failed = yield* format === 'csv' ? exportCsv(records) : exportJsonl(records);
  if (failed !== null) yield failed;
}

/** Whether the log is whole, from its first record to its head. */
export async function verifyLog(world: World): Promise<Verification | Denial> {
  const state = openOwnState(world);
  return isDenial(state) ? state : verifyChain(state.paths.audit);
}

/** How far the log that was verified is ahead of the clock, in milliseconds; null where it is not. */
export function findLead(world: World, { latestMs }: Verification): number | null {
  return findAhead(latestMs, world.now());
}

/** What was repaired: the log itself, and the limit files that it remembers. `ended`: how many approvals and sessions that began after the log's time. */
export type Repaired = Repair & RepairedLimits & { readonly ended: number };

/**
 * Cuts a torn tail, puts the breaks that the operator has `seen` on record so that the log can go on, and takes its time back where the operator has seen that it is
 * ahead of the clock; refused when something else is to be repaired by now. Then it makes lost limit files anew from the log.
 */
export async function repairLog(world: World, caller: Caller, seen: Verification): Promise<Repaired | Refusal | Denial> {
  const refused = refuseAgent(caller);
  if (refused !== null) return refused;
  const state = openForChange(world);
  if (isDenial(state) || isRefusal(state)) return state;
  const lock = acquireLock(auditLock(state));
  if ('kind' in lock) return denyForLock(lock, auditLock(state));
  try {
    const found = await verifyChain(state.paths.audit);
    if (isDenial(found)) return found;
    const sameBreaks = JSON.stringify(found.breaks) === JSON.stringify(seen.breaks) && found.badCount === seen.badCount;
    const sameLead = (findLead(world, found) === null) === (findLead(world, seen) === null);
    if (!sameBreaks || !sameLead) {
      return refusal('the log has changed since what is to be repaired was shown; nothing was repaired', 'outloop audit repair');
    }
    const command = { nowMs: world.now(), run: encodeUlid(world.now(), world.random(10)) };
    const repair = repairFound({ auditDir: state.paths.audit, uid: state.uid, ...command }, found);
    if (isDenial(repair)) return repair;
    const limits = await repairLimits(state, world, command);
    if (isDenial(limits)) return limits;
    const ended = endFuture(state, readNow(state, world));
    return typeof ended === 'number'
      ? { ...repair, ...limits, ended }
      : refusal(`what began in the time that was taken back is not ended: ${ended}`, 'outloop audit repair');
  } finally {
    lock.release();
  }
}
