import type { Denial } from '../denial/denial.js';
import type { AuditRecord } from '../model/audit.js';
import type { RecordStream } from './query.js';
import { CHAIN_FIELDS, ENTRY_FIELDS } from './record.js';

/** The columns of the CSV, in their order: the fields of a record as its line has them. */
export const CSV_COLUMNS: readonly string[] = [...CHAIN_FIELDS, ...ENTRY_FIELDS.map(([field]) => field)];

/** A stream of text that ends with null, or with the denial that the records' stream ended with. */
export type TextStream = AsyncGenerator<string, Denial | null>;

/** What a spreadsheet takes for the beginning of a formula, full-width forms included (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@＝＋－＠]/u;
/** Control characters, line and paragraph separators, and what turns the direction of text. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** JSON Lines: every record's line byte for byte as it was written, so that hashes can be checked again. */
export async function* exportJsonl(records: RecordStream): TextStream {
  for (;;) {
    const next = await records.next();
    if (next.done === true) return next.value;
    yield `${next.value.text}\n`;
  }
}

/**
 * CSV as RFC 4180: CRLF, a header line, every text in quotes. The columns are fixed; lists are joined by a space, tables are
 * JSON, null and absent are empty. A text that begins with `=`, `+`, `-` or `@` gets an apostrophe in front, so that a
 * spreadsheet does not run it; control characters are written as `\u` escapes, so that a record stays one line.
 */
export async function* exportCsv(records: RecordStream): TextStream {
  yield `${CSV_COLUMNS.join(',')}\r\n`;
  for (;;) {
    const next = await records.next();
    if (next.done === true) return next.value;
    yield `${csvLine(next.value.record)}\r\n`;
  }
}

function csvLine(record: AuditRecord): string {
  const fields: Readonly<Record<string, unknown>> = record;
  return CSV_COLUMNS.map((column) => csvField(fields[column])).join(',');
}

function csvField(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : Array.isArray(value) ? value.join(' ') : JSON.stringify(value);
  const visible = text.replace(UNPRINTABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const safe = FORMULA.test(visible) ? `'${visible}` : visible;
  return `"${safe.replaceAll('"', '""')}"`;
}
