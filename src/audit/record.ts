import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import type { AuditEntry, AuditRecord } from '../model/audit.js';
import { isTable, parseJson } from '../model/json-table.js';
import { isSha256 } from '../model/sha256.js';
import { fitEntry } from './fit-entry.js';

/** What `prev` of the very first record holds: 64 zeros. */
export const GENESIS = '0'.repeat(64);

/** The longest line, its newline included. A longer one is no record of ours. */
export const MAX_LINE_BYTES = 65_536;

/** What a field of a record may hold, besides null: text, a whole number, a flag, a list of names, or a flat table. */
export type FieldShape = 'text' | 'number' | 'flag' | 'names' | 'table';

/** The fields that every record begins with, in the order of the line. */
export const CHAIN_FIELDS = ['v', 'seq', 'prev', 'time'] as const;

/**
 * The fields that follow, in the order of the line. Only these are ever written: what else an object carries stays out of
 * the log.
 */
export const ENTRY_FIELDS: readonly (readonly [keyof AuditEntry, FieldShape])[] = [
  ['type', 'text'],
  ['run', 'text'],
  ['tenant', 'text'],
  ['project', 'text'],
  ['folder', 'text'],
  ['link', 'text'],
  ['alias', 'text'],
  ['principal', 'text'],
  ['session', 'text'],
  ['request', 'text'],
  ['decision', 'text'],
  ['grants', 'names'],
  ['code', 'text'],
  ['exit', 'number'],
  ['delivery', 'text'],
  ['params', 'table'],
  ['sources', 'table'],
  ['credentials', 'names'],
  ['tool', 'text'],
  ['backend_called', 'flag'],
  ['child_exit', 'number'],
  ['child_signal', 'text'],
  ['http_status', 'number'],
  ['redactions', 'number'],
  ['redactions_by', 'table'],
  ['duration_ms', 'number'],
  ['action', 'text'],
  ['detail', 'table'],
  ['secret_exposed', 'flag'],
  ['truncated', 'flag'],
];

const TYPES: readonly string[] = ['intent', 'result', 'deny', 'admin', 'repair'];
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Where a new record stands in the chain. `time` is ISO 8601 in UTC with milliseconds. */
export type ChainPlace = { readonly seq: number; readonly prev: string; readonly time: string };

/** SHA-256 of a line without its newline, in hex. */
export function hashLine(line: Uint8Array): string {
  return hash('sha256', line);
}

/** Whether a text is a time as records hold it, and one that exists. */
export function isRecordTime(value: unknown): value is string {
  return typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value));
}

/**
 * The record's line without its newline: the chain's fields, then the entry's, in the order above. A line that would pass
 * `MAX_LINE_BYTES` is made from a shortened entry (`fitEntry`) and says so with `truncated`.
 */
export function buildLine(place: ChainPlace, entry: AuditEntry): Buffer {
  const whole = spell(place, entry);
  if (whole.length < MAX_LINE_BYTES) return whole;
  return fitEntry(entry, (shorter) => {
    const line = spell(place, shorter);
    return line.length < MAX_LINE_BYTES ? line : null;
  });
}

/** Reads one line, without its newline; null when it is no record: its fields are checked, its place in the chain is not. */
export function parseRecord(line: Uint8Array): AuditRecord | null {
  if (line.length >= MAX_LINE_BYTES || !isUtf8(line)) return null;
  const value = parseJson(Buffer.from(line.buffer, line.byteOffset, line.length).toString('utf8'));
  if (!isTable(value) || value['v'] !== 1 || !isRecordTime(value['time']) || !isSha256(value['prev'])) return null;
  const seq = value['seq'];
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return null;
  if (typeof value['run'] !== 'string' || value['secret_exposed'] !== false) return null;
  if (typeof value['type'] !== 'string' || !TYPES.includes(value['type'])) return null;
  if (!ENTRY_FIELDS.every(([field, shape]) => fits(value[field], shape))) return null;
  return value as AuditRecord;
}

/** As JSON.stringify of a table of it all, which would be made field after field. */
function spell(place: ChainPlace, entry: AuditEntry): Buffer {
  let text = `{"v":1,"seq":${place.seq},"prev":${JSON.stringify(place.prev)},"time":${JSON.stringify(place.time)}`;
  for (const [field] of ENTRY_FIELDS) {
    const value = entry[field];
    if (value !== undefined) text += `,"${field}":${JSON.stringify(value)}`;
  }
  return Buffer.from(`${text}}`, 'utf8');
}

function fits(value: unknown, shape: FieldShape): boolean {
  if (value === undefined || value === null) return true;
  switch (shape) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
    case 'names':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'table':
      return isTable(value) && Object.values(value).every((item) => item === null || ['string', 'number', 'boolean'].includes(typeof item));
  }
}
