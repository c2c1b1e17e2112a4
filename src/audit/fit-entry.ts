import type { AuditEntry } from '../model/audit.js';

/** The first try's limits; every further try halves both. */
const FIRST_CHARS = 4_096;
const FIRST_ITEMS = 256;
/** A text is never cut below this: sixteen characters of at most six bytes each, in some twenty fields, are far below 64 KiB. */
const LEAST_CHARS = 16;

/**
 * Shortens an entry until `spell` takes it (null: still too long), the same way every time: each try cuts every text and
 * every key to its first N characters and a `…`, and every list and table to its first M items and one that counts the rest
 * (`…+12`), with N and M halved from 4,096 and 256. The shortened entry says `truncated: true`.
 */
export function fitEntry<Line>(entry: AuditEntry, spell: (shorter: AuditEntry) => Line | null): Line {
  for (let chars = FIRST_CHARS, items = FIRST_ITEMS; ; chars = Math.max(LEAST_CHARS, chars >> 1), items >>= 1) {
    const line = spell(shorten(entry, chars, items));
    if (line !== null) return line;
    if (chars === LEAST_CHARS && items === 0) throw new RangeError('an audit entry cannot be shortened enough');
  }
}

function shorten(entry: AuditEntry, chars: number, items: number): AuditEntry {
  const fields = Object.entries(entry).map(([field, value]): [string, unknown] => [field, shortenValue(value, chars, items)]);
  return { ...(Object.fromEntries(fields) as AuditEntry), truncated: true };
}

function shortenValue(value: unknown, chars: number, items: number): unknown {
  if (typeof value === 'string') return cut(value, chars);
  if (Array.isArray(value)) {
    const kept = value.slice(0, items).map((item) => shortenValue(item, chars, items));
    return value.length > items ? [...kept, `…+${value.length - items}`] : kept;
  }
  if (typeof value !== 'object' || value === null) return value;
  const all = Object.entries(value);
  const kept = all.slice(0, items).map(([key, item]): [string, unknown] => [cut(key, chars), shortenValue(item, chars, items)]);
  if (all.length > items) kept.push(['…', `+${all.length - items}`]);
  return Object.fromEntries(kept);
}

/** A surrogate pair is never split: JSON would spell the half as an escape, which no reader expects. */
function cut(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const last = text.charCodeAt(chars - 1);
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? chars - 1 : chars)}…`;
}
