import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseName, type GrantId, type TenantName } from '../model/ids.js';
import { readPrivateFile, writePrivateFile } from '../state/private-file.js';
import { formatLimitLog, MAX_LIMIT_FILE_BYTES, parseLimitLog, type LimitLog } from './limit-file.js';

/** Whose limits a file holds. `grant`: its id, or `schedule.<name>` for the place of a schedule's firings. */
export type LimitOwner = { readonly tenant: TenantName; readonly grant: string };

/** The longest period of a rate: older starts count towards none. */
export const LONGEST_PERIOD_MS = 86_400_000;
/** The largest rate: of more starts in a period only the newest matter. */
const MAX_STARTS = 10_000;

/** Reads the name of a limit file, `acme.read-issues.json` or `acme.schedule.nightly.json`; null when it is not one. */
export function readLimitName(name: string): LimitOwner | null {
  const [, first = '', grant = '', own = ''] = /^([^.]+)\.((?:schedule\.)?([^.]+))\.json$/.exec(name) ?? [];
  const tenant = parseName<TenantName>(first);
  return tenant === null || parseName<GrantId>(own) === null ? null : { tenant, grant };
}

/** The limit files that are there. */
export function listLimits(limitsDir: string): readonly string[] {
  return readdirSync(limitsDir).filter((name) => readLimitName(name) !== null);
}

/** Why a limit file that was made before cannot be used, as a clause; null when it can. */
export function faultOfLimit(limitsDir: string, name: string, uid: number): string | null {
  const file = readPrivateFile(join(limitsDir, name), { uid, maxBytes: MAX_LIMIT_FILE_BYTES });
  switch (file.kind) {
    case 'absent':
      return 'is gone';
    case 'refused':
      return file.why;
    case 'ok':
      return parseLimitLog(file.bytes) === null ? 'is damaged' : null;
  }
}

/** Whether a limit file counts starts or holders of a time after `nowMs`, which time has not come: false too where it cannot be read. */
export function isLimitAhead(limitsDir: string, name: string, uid: number, nowMs: number): boolean {
  const log = readLog(limitsDir, name, uid);
  return log !== null && settle(log, nowMs) !== formatLimitLog(log);
}

/**
 * Lets what lies after `nowMs` in the limit files be of that moment, when time was taken back: counted in full, and no longer than any other. A file that
 * cannot be read is left for the repair that makes it anew. Gives how many files were changed. Throws the file system's error.
 */
export function settleLimits(limitsDir: string, uid: number, nowMs: number): number {
  let changed = 0;
  for (const name of listLimits(limitsDir)) {
    const log = readLog(limitsDir, name, uid);
    if (log === null) continue;
    const settled = settle(log, nowMs);
    if (settled === formatLimitLog(log)) continue;
    writePrivateFile(join(limitsDir, name), settled);
    changed++;
  }
  return changed;
}

function readLog(limitsDir: string, name: string, uid: number): LimitLog | null {
  const file = readPrivateFile(join(limitsDir, name), { uid, maxBytes: MAX_LIMIT_FILE_BYTES });
  return file.kind === 'ok' ? parseLimitLog(file.bytes) : null;
}

function settle({ starts, holders }: LimitLog, nowMs: number): string {
  return formatLimitLog({
    starts: starts.map((ms) => Math.min(ms, nowMs)),
    holders: holders.map((holder) => ({ ...holder, sinceMs: Math.min(holder.sinceMs, nowMs) })),
  });
}

/** Makes a limit file anew from the starts that are known otherwise, in milliseconds since the epoch. Nobody holds a place in it. Throws the file system's error. */
export function makeLimit(limitsDir: string, name: string, starts: readonly number[]): void {
  const kept = starts.toSorted((a, b) => a - b).slice(-MAX_STARTS);
  writePrivateFile(join(limitsDir, name), formatLimitLog({ starts: kept, holders: [] }));
}
