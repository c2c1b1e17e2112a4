import { hash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { inside } from '../model/inside.js';
import type { Alias } from '../model/service.js';
import type { State } from './open-state.js';
import { openPrivateFile } from './private-file.js';
import { seal, sealFits, writeCache } from './seal.js';
import type { SealKey } from './seal.js';

/** What the table says of one alias. `sha256` is the hash of the source that defines it. */
export type AliasEntry =
  | { readonly kind: 'alias'; readonly file: string; readonly sha256: string; readonly alias: Alias }
  | { readonly kind: 'invalid'; readonly detail: string };

/** What the table was made from. `racy`: sources to be compared by content, not by stamp, as [name, SHA-256]. */
export type TableHeader = {
  readonly version: 1;
  readonly fingerprint: string;
  readonly racy: readonly (readonly [name: string, sha256: string])[];
  readonly count: number;
  /** SHA-256 (hex) over the sorted alias names, so that the absence of one is sealed too. */
  readonly names: string;
};

/** An open table whose header's seal fits. Whoever opened it closes it. */
export type AliasTable = {
  readonly descriptor: number;
  readonly header: TableHeader;
  readonly headerSeal: string;
  readonly bodyStart: number;
  readonly size: number;
};

const CHUNK_BYTES = 4096;
const MAX_HEADER_BYTES = 4 * 1024 * 1024;

/*
 * compiled/services.jsonl: `seal SP header LF`, then `alias TAB seal TAB entry LF` sorted by alias. Names are ASCII, and JSON
 * holds neither a tab nor a line feed. A line's seal covers the header's, so lines of two tables do not mix.
 */

/** Opens the table; null when it is absent, not private, or its header does not verify. */
export function openTable(state: State, key: SealKey): AliasTable | null {
  const opened = openPrivateFile(tablePath(state), { uid: state.uid });
  if (opened.kind !== 'ok') return null;
  const line = readLine(opened.descriptor, 0, MAX_HEADER_BYTES);
  const [headerSeal, json] = line === null ? ['', ''] : [line.slice(0, 64), line.slice(65)];
  if (line === null || !sealFits(key, ['header'], json, headerSeal)) {
    closeSync(opened.descriptor);
    return null;
  }
  const header = JSON.parse(json) as TableHeader;
  return { descriptor: opened.descriptor, header, headerSeal, bodyStart: Buffer.byteLength(line) + 1, size: opened.size };
}

/** Closes a table. */
export function closeTable(table: AliasTable): void {
  closeSync(table.descriptor);
}

/** The entry of one alias by binary search; `absent` when there is none, `damaged` when its line does not verify. */
export function lookUpAlias(table: AliasTable, key: SealKey, name: string): AliasEntry | 'absent' | 'damaged' {
  let low = table.bodyStart;
  let high = table.size;
  // Line starts that may still be the one lie in [low, high), and `low` is a line start.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const start = middle === low ? low : nextLine(table, middle - 1);
    if (start >= high) {
      high = middle;
      continue;
    }
    const found = nameAt(table, start);
    if (found === null) return 'damaged';
    if (found === name) return readEntry(table, key, start, name);
    if (name < found) high = start;
    else low = nextLine(table, start);
  }
  return 'absent';
}

/** Every alias's name, sorted; null when they are not those that the header seals. Reads the whole table. */
export function listNames(table: AliasTable): string[] | null {
  const body = Buffer.allocUnsafe(Math.max(table.size - table.bodyStart, 0));
  for (let length = 0; length < body.length;) {
    const read = readSync(table.descriptor, body, length, body.length - length, table.bodyStart + length);
    if (read === 0) return null;
    length += read;
  }
  const names: string[] = [];
  for (let start = 0; start < body.length;) {
    const tab = body.indexOf(9, start);
    const end = body.indexOf(10, start);
    if (tab < 0 || end < tab) return null;
    names.push(body.toString('latin1', start, tab));
    start = end + 1;
  }
  return names.length === table.header.count && hashNames(names) === table.header.names ? names : null;
}

/** Writes the table in one step. False when it cannot be written. */
export function writeTable(
  state: State,
  key: SealKey,
  from: Pick<TableHeader, 'fingerprint' | 'racy'>,
  entries: ReadonlyMap<string, AliasEntry>,
): boolean {
  const names = [...entries.keys()].sort();
  const header: TableHeader = { version: 1, ...from, count: names.length, names: hashNames(names) };
  const headerJson = JSON.stringify(header);
  const headerSeal = seal(key, ['header'], headerJson);
  const lines = [`${headerSeal} ${headerJson}\n`];
  for (const name of names) {
    const json = JSON.stringify(entries.get(name));
    lines.push(`${name}\t${seal(key, ['line', headerSeal, name], json)}\t${json}\n`);
  }
  return writeCache(tablePath(state), lines.join(''));
}

function tablePath(state: State): string {
  return inside(state.paths.compiled, 'services.jsonl');
}

function hashNames(names: readonly string[]): string {
  return hash('sha256', names.join('\n'));
}

function readEntry(table: AliasTable, key: SealKey, start: number, name: string): AliasEntry | 'damaged' {
  const line = readLine(table.descriptor, start, table.size - start);
  if (line === null) return 'damaged';
  const sealStart = name.length + 1;
  const json = line.slice(sealStart + 65);
  if (!sealFits(key, ['line', table.headerSeal, name], json, line.slice(sealStart, sealStart + 64))) return 'damaged';
  return JSON.parse(json) as AliasEntry;
}

/** The name that a line starts with; an alias has at most 128 characters. */
function nameAt(table: AliasTable, start: number): string | null {
  const chunk = Buffer.allocUnsafe(129);
  const read = readSync(table.descriptor, chunk, 0, chunk.length, start);
  const tab = chunk.subarray(0, read).indexOf(9);
  return tab < 0 ? null : chunk.toString('latin1', 0, tab);
}

/** The start of the first line that begins after `offset`; the table's size when there is none. */
function nextLine(table: AliasTable, offset: number): number {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = offset; at < table.size;) {
    const read = readSync(table.descriptor, chunk, 0, chunk.length, at);
    if (read === 0) return table.size;
    const end = chunk.subarray(0, read).indexOf(10);
    if (end >= 0) return at + end + 1;
    at += read;
  }
  return table.size;
}

/** The line at `start` without its line feed; null when none ends within `maxBytes`. */
function readLine(descriptor: number, start: number, maxBytes: number): string | null {
  const chunks: Buffer[] = [];
  for (let length = 0; length < maxBytes;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const read = readSync(descriptor, chunk, 0, chunk.length, start + length);
    if (read === 0) return null;
    const end = chunk.subarray(0, read).indexOf(10);
    chunks.push(chunk.subarray(0, end < 0 ? read : end));
    if (end >= 0) return Buffer.concat(chunks).toString('utf8');
    length += read;
  }
  return null;
}
