import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Denial } from '../denial/denial.js';
import { deny, isDenial } from '../denial/denial.js';
import { errorCode } from '../model/error-code.js';
import type { TenantName } from '../model/ids.js';
import type { Grant } from '../model/tenant.js';
import { readPrivateFile, writePrivateFile } from '../state/private-file.js';
import { EMPTY_LOG, MAX_LIMIT_FILE_BYTES, formatLimitLog, nameLimitFile, parseLimitLog } from './limit-file.js';
import type { Holder, LimitLog } from './limit-file.js';
import { isAlive, readPidNamespace } from '../state/live-process.js';

/** What has limits. A name with a dot is no grant's. */
export type Limited = Pick<Grant, 'rate' | 'concurrency'> & { readonly id: string };

/** A run that asks for room in the limits of the grants that determine it. */
export type RoomRequest = {
  /** The folder of limit files, absolute; it is there. */
  readonly limitsDir: string;
  /** Whose files they must be. */
  readonly uid: number;
  readonly tenant: TenantName;
  /** A decision's grants, and what else limits the run; those without a rate or concurrency are passed over. */
  readonly grants: readonly Limited[];
  readonly run: string;
  readonly pid: number;
  /** `readProcessStart(pid)`. */
  readonly pidStart: string | null;
  /** Milliseconds since the epoch, never less than at an earlier request. */
  readonly nowMs: number;
  /** Names of the limit files that were made before, from the audit's head: one of them that is gone is CONFIG_INVALID, and where they are not known (null) every one that is not there. */
  readonly known: readonly string[] | null;
};

/** Room was taken in every limit. `made`: the names of all limit files that stand now and belong into the audit's head. */
export type Room = {
  readonly kind: 'taken';
  readonly made: readonly string[] | null;
  /** Puts every file back as it was: for a run whose audit intent could not be written. Call it under the same lock. */
  undo(): void;
};

/** How long to wait for a place: when a run will end is not known. */
const PLACE_RETRY_MS = 1000;
/** No run lasts a day (an action's own limit is an hour at most): such a place is free though its process id lives, without a start time to compare. */
const LONGEST_RUN_MS = 86_400_000;

/** A run of another pid namespace cannot be looked for. Its place is free once the longest limit of an action, an hour, is over, with what it waits for before and after. */
const LONGEST_ELSEWHERE_MS = 7_200_000;

type LimitedGrant = { readonly grant: Limited; readonly name: string; readonly path: string; readonly before: LimitLog | null };

/**
 * Takes room in the limits of every grant, or in none: nothing is written unless all have it. At most `rate.count` runs
 * start in any `rate.periodMs` that ends now, the period's first moment not included. Without room it is RATE_LIMITED, with
 * the longest of the waits; where a file cannot be written AUDIT_UNAVAILABLE. The caller holds the state's lock. Without limits
 * the disk is not touched.
 */
export function takeRoom(request: RoomRequest): Room | Denial {
  const limits = findRoom(request);
  if (isDenial(limits)) return limits;
  const written: LimitedGrant[] = [];
  const undo = () => written.forEach(putBack);
  for (const limit of limits) {
    written.push(limit);
    const fault = writeLog(limit.path, enter(limit, request));
    if (fault !== null) {
      undo();
      return deny('AUDIT_UNAVAILABLE', { detail: `the limit file of grant ${limit.grant.id} cannot be written (${fault})` });
    }
  }
  const made = request.known === null ? null : [...new Set([...request.known, ...limits.map(({ name }) => name)])];
  return { kind: 'taken', made, undo };
}

/** Whether `takeRoom` would find room, without taking any: null, or its denial. */
export function checkRoom(request: RoomRequest): Denial | null {
  const limits = findRoom(request);
  return isDenial(limits) ? limits : null;
}

/**
 * Gives a run's places back when it has ended; its start stays counted. Call it under the lock. A file that is gone or
 * broken is left for the next request to find, and a place that could not be given back is free once its process is gone.
 */
export function releaseRoom({
  limitsDir,
  uid,
  tenant,
  grants,
  run,
}: Pick<RoomRequest, 'limitsDir' | 'uid' | 'tenant' | 'grants' | 'run'>): void {
  for (const { id } of grants.filter(({ concurrency }) => concurrency !== null)) {
    const path = join(limitsDir, nameLimitFile(tenant, id));
    const log = readLog(path, uid);
    if (log.kind !== 'ok' || !log.log.holders.some((holder) => holder.run === run)) continue;
    writeLog(path, { ...log.log, holders: log.log.holders.filter((holder) => holder.run !== run) });
  }
}

/** Whether a run that lives holds a place; read without the lock, for people to see. */
export function isHeld(limitsDir: string, uid: number, tenant: TenantName, id: string, nowMs: number): boolean {
  const log = readLog(join(limitsDir, nameLimitFile(tenant, id)), uid);
  return log.kind === 'ok' && liveHolders(log.log.holders, nowMs).length > 0;
}

function findRoom(request: RoomRequest): readonly LimitedGrant[] | Denial {
  const limits: LimitedGrant[] = [];
  const refusals: Denial[] = [];
  for (const grant of request.grants) {
    if (grant.rate === null && grant.concurrency === null) continue;
    const limit = openLimit(grant, request);
    if (isDenial(limit)) return limit;
    limits.push(limit);
    const log = limit.before ?? EMPTY_LOG;
    refusals.push(...[checkRate(grant, log, request), checkConcurrency(grant, log, request)].filter((refusal) => refusal !== null));
  }
  const longest = refusals.toSorted((a, b) => (b.retryAfterMs ?? 0) - (a.retryAfterMs ?? 0))[0];
  return longest ?? limits;
}

function openLimit(grant: Limited, { limitsDir, uid, tenant, known }: RoomRequest): LimitedGrant | Denial {
  const name = nameLimitFile(tenant, grant.id);
  const path = join(limitsDir, name);
  const log = readLog(path, uid);
  switch (log.kind) {
    case 'ok':
      return { grant, name, path, before: log.log };
    case 'absent':
      if (known === null) return invalid(grant.id, 'is not there, and audit/head.json, which knew whether it was made, was lost');
      return known.includes(name) ? invalid(grant.id, 'is gone') : { grant, name, path, before: null };
    case 'broken':
      return invalid(grant.id, log.why);
  }
}

/** Starts after the clock's time count as now, for the clock does not run backwards. */
function startsInPeriod(starts: readonly number[], periodMs: number, nowMs: number): readonly number[] {
  return starts.map((ms) => Math.min(ms, nowMs)).filter((ms) => ms > nowMs - periodMs);
}

function checkRate({ id, rate }: Limited, { starts }: LimitLog, { nowMs }: RoomRequest): Denial | null {
  if (rate === null) return null;
  const recent = startsInPeriod(starts, rate.periodMs, nowMs);
  const inTheWay = recent[recent.length - rate.count];
  if (inTheWay === undefined) return null;
  return deny('RATE_LIMITED', { limit: 'rate', grant: id }, inTheWay + rate.periodMs - nowMs);
}

function checkConcurrency({ id, concurrency }: Limited, { holders }: LimitLog, { nowMs }: RoomRequest): Denial | null {
  if (concurrency === null || liveHolders(holders, nowMs).length < concurrency) return null;
  return deny('RATE_LIMITED', { limit: 'concurrency', grant: id }, PLACE_RETRY_MS);
}

function liveHolders(holders: readonly Holder[], nowMs: number): readonly Holder[] {
  const here = readPidNamespace();
  return holders.filter(({ pid, pidStart, pidNamespace = here, sinceMs }) => {
    if (pidNamespace !== here) return sinceMs > nowMs - LONGEST_ELSEWHERE_MS;
    if (pidStart === null && sinceMs <= nowMs - LONGEST_RUN_MS) return false;
    return isAlive({ pid, start: pidStart });
  });
}

/** The log with this run in it, and without what no longer counts. */
function enter({ grant, before }: LimitedGrant, { run, pid, pidStart, nowMs }: RoomRequest): LimitLog {
  const { starts, holders } = before ?? EMPTY_LOG;
  return {
    starts: grant.rate === null ? [] : [...startsInPeriod(starts, grant.rate.periodMs, nowMs), nowMs],
    holders:
      grant.concurrency === null
        ? []
        : [...liveHolders(holders, nowMs), { run, pid, pidStart, pidNamespace: readPidNamespace(), sinceMs: nowMs }],
  };
}

function putBack({ path, before }: LimitedGrant): void {
  if (before !== null) {
    writeLog(path, before);
    return;
  }
  try {
    unlinkSync(path);
  } catch {
    // It was never written, or stays with a run that did not happen: too strict rather than too lax.
  }
}

/** Null, or the name of the error for which it cannot be written. A limit file is not flushed: a power cut may forget some starts, a flush would cost each run more. */
function writeLog(path: string, log: LimitLog): string | null {
  try {
    writePrivateFile(path, formatLimitLog(log), 0o600, false);
    return null;
  } catch (error) {
    return errorCode(error);
  }
}

type LogFile =
  { readonly kind: 'ok'; readonly log: LimitLog } | { readonly kind: 'absent' } | { readonly kind: 'broken'; readonly why: string };

function readLog(path: string, uid: number): LogFile {
  const file = readPrivateFile(path, { uid, maxBytes: MAX_LIMIT_FILE_BYTES });
  if (file.kind === 'absent') return file;
  if (file.kind === 'refused') return { kind: 'broken', why: `cannot be trusted (${file.why})` };
  const log = parseLimitLog(file.bytes);
  return log === null ? { kind: 'broken', why: 'cannot be read' } : { kind: 'ok', log };
}

function invalid(grant: string, what: string): Denial {
  return deny('CONFIG_INVALID', { detail: `the limit file of grant ${grant} ${what}` });
}
