import { isDenial } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import type { AuditRecord, AuditType } from '../model/audit.js';
import { codeOf } from '../model/error-code.js';
import { matchesWildcard } from '../model/wildcard.js';
import { listMonthFiles, monthFile, unavailable } from './log-file.js';
import { parseRecord } from './record.js';
import { walkLines, walkLinesBackward } from './walk-lines.js';

/**
 * Which records are wanted; null: any. `sinceMs` is included and `untilMs` is not. `alias` and `principal` may hold `*`
 * (one or more characters); a principal without a colon is a kind, `agent` any agent.
 */
export type RecordFilter = {
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  readonly tenant: string | null;
  readonly project: string | null;
  readonly alias: string | null;
  readonly principal: string | null;
  readonly code: string | null;
  readonly type: AuditType | null;
  readonly run: string | null;
  /** At most so many records; the newest of them when `newestFirst`. */
  readonly limit: number | null;
  readonly newestFirst: boolean;
};

/** A filter that takes every record, oldest first. */
export const EVERY_RECORD: RecordFilter = {
  sinceMs: null,
  untilMs: null,
  tenant: null,
  project: null,
  alias: null,
  principal: null,
  code: null,
  type: null,
  run: null,
  limit: null,
  newestFirst: false,
};

/** A record with the line it stands in, as it was written, without its newline. */
export type RecordLine = { readonly record: AuditRecord; readonly text: string };

/** What reading gives up with, after the records that could be read. */
export type RecordStream = AsyncGenerator<RecordLine, Denial | null>;

/**
 * Streams the records that a filter wants. Lines that are not records are passed over: `verifyChain` is what finds them.
 * Returns null at the end, or AUDIT_UNAVAILABLE (nothing was left out in silence) when the folder or a file cannot be read.
 */
export async function* queryRecords(auditDir: string, filter: RecordFilter): RecordStream {
  const files = listMonthFiles(auditDir, null);
  if (isDenial(files)) return files;
  const wanted = files.filter((file) => mayHold(file, filter));
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  for (const file of filter.newestFirst ? wanted.toReversed() : wanted) {
    if (left <= 0) return null;
    try {
      for await (const bytes of filter.newestFirst ? walkLinesBackward(auditDir, file) : wholeLines(auditDir, file)) {
        const record = parseRecord(bytes);
        if (record === null || !matchesFilter(record, filter)) continue;
        yield { record, text: bytes.toString('utf8') };
        left -= 1;
        if (left <= 0) return null;
      }
    } catch (error) {
      return unavailable(`${file} cannot be read (${codeOf(error)})`);
    }
  }
  return null;
}

/** Whether a record is one that the filter wants; `limit` and order are not looked at. */
export function matchesFilter(record: AuditRecord, filter: RecordFilter): boolean {
  const timeMs = Date.parse(record.time);
  if (filter.sinceMs !== null && timeMs < filter.sinceMs) return false;
  if (filter.untilMs !== null && timeMs >= filter.untilMs) return false;
  if (filter.tenant !== null && record.tenant !== filter.tenant) return false;
  if (filter.project !== null && record.project !== filter.project) return false;
  if (filter.code !== null && record.code !== filter.code) return false;
  if (filter.type !== null && record.type !== filter.type) return false;
  if (filter.run !== null && record.run !== filter.run) return false;
  if (filter.alias !== null && !matchesWildcard(filter.alias, record.alias ?? '')) return false;
  if (filter.principal === null) return true;
  const principal = filter.principal.includes(':') ? filter.principal : `${filter.principal}:*`;
  return matchesWildcard(principal, record.principal ?? '');
}

/** No time in a file is later than its name, so that a query for the last day does not read years. Earlier ones there may be, where time was taken back. */
function mayHold(file: string, filter: RecordFilter): boolean {
  return filter.sinceMs === null || file >= monthFile(Math.max(0, filter.sinceMs));
}

async function* wholeLines(auditDir: string, file: string): AsyncGenerator<Buffer> {
  for await (const lines of walkLines(auditDir, file)) {
    for (const line of lines) {
      if (line.whole && line.bytes !== null) yield line.bytes;
    }
  }
}
