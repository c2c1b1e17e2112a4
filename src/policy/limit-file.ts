import { isTable, parseStrictJson } from '../model/json-table.js';
import type { TenantName } from '../model/ids.js';

/** A run that holds one of a grant's places. */
export type Holder = {
  readonly run: string;
  readonly pid: number;
  /** When that process started, as `readProcessStart` tells it. */
  readonly pidStart: string | null;
  /** In which pid namespace it has that id, as `readPidNamespace` tells it; a file that was written before it was kept does not say, and means ours. */
  readonly pidNamespace?: string;
  /** When the run took its place, in milliseconds since the epoch. */
  readonly sinceMs: number;
};

/** What a limit file holds: when runs started, in milliseconds since the epoch, oldest first, and who runs now. */
export type LimitLog = { readonly starts: readonly number[]; readonly holders: readonly Holder[] };

export const EMPTY_LOG: LimitLog = { starts: [], holders: [] };

/** 10,000 starts (the largest rate) take 140 KB, 1,000 holders (the largest concurrency) 150 KB; the rest is room. */
export const MAX_LIMIT_FILE_BYTES = 1_048_576;

/** The file that holds a grant's limits. A tenant's name has neither dot nor slash, so that no two share a file. */
export function nameLimitFile(tenant: TenantName, grant: string): string {
  return `${tenant}.${grant}.json`;
}

/** Writes a log as a limit file's text. */
export function formatLimitLog(log: LimitLog): string {
  return JSON.stringify({ version: 1, starts: log.starts, holders: log.holders }) + '\n';
}

/** Reads a limit file; null when it is not one, to the last field. */
export function parseLimitLog(bytes: Uint8Array): LimitLog | null {
  const value = parseStrictJson(Buffer.from(bytes).toString('utf8'));
  if (!isTable(value) || Object.keys(value).length !== 3 || value['version'] !== 1) return null;
  const { starts, holders } = value;
  if (!Array.isArray(starts) || !starts.every(isTime) || !Array.isArray(holders) || !holders.every(isHolder)) return null;
  return { starts: starts.toSorted((a, b) => a - b), holders };
}

function isHolder(value: unknown): value is Holder {
  if (!isTable(value)) return false;
  const { run, pid, pidStart, sinceMs, pidNamespace = '', ...others } = value;
  const isPid = Number.isSafeInteger(pid) && typeof pid === 'number' && pid > 0;
  const isMark = (pidStart === null || typeof pidStart === 'string') && typeof pidNamespace === 'string';
  return typeof run === 'string' && isPid && isMark && isTime(sinceMs) && Object.keys(others).length === 0;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
