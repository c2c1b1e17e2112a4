import { closeSync } from 'node:fs';
import { isDenial } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import type { AuditRecord } from '../model/audit.js';
import { codeOf, rethrowBug } from '../model/error-code.js';
import { takesBack } from './clock.js';
import type { Head } from './head.js';
import { READING, broken, monthFile, openPrivate, readLastLine, readRange, unavailable } from './log-file.js';
import type { OpenFile } from './log-file.js';
import { GENESIS, hashLine, parseRecord } from './record.js';

/** The last whole line: where it ends, and what the next record chains from. `file` null: there is no record yet. */
export type Tail = {
  readonly file: string | null;
  readonly size: number;
  readonly seq: number;
  readonly sha: string;
  readonly timeMs: number;
};

/** Bytes after the last newline of a file: a record that was not written to its end. `start` is their offset. */
export type Fragment = { readonly file: string; readonly start: number; readonly bytes: number };

/**
 * The end of the log. `fd` is the tail's file, open as it was asked for; whoever asked closes it. `lost`: the fragment is what
 * remains of the record that the head names.
 */
export type LogEnd = {
  readonly kind: 'end';
  readonly tail: Tail;
  readonly fd: number | null;
  readonly fragment: Fragment | null;
  readonly lost: boolean;
};

/** The log before its first record. */
export const NO_RECORD: Tail = { file: null, size: 0, seq: 0, sha: GENESIS, timeMs: 0 };

/** How much may follow what the head names; more than a crash can leave behind. */
const MAX_AHEAD_BYTES = 16 * 1_048_576;

/** The log's files, oldest first, and how to open them: with which flags, and whose they must be (null: not looked at). */
export type LogFiles = {
  readonly auditDir: string;
  readonly uid: number | null;
  readonly files: readonly string[];
  readonly flags: number;
};

/**
 * Finds the end of the log and compares it with the head (null: there is none). The log may be ahead by records that chain
 * from the head's, and may end in a fragment. AUDIT_CHAIN_BROKEN where it is shorter or other than the head remembers,
 * AUDIT_UNAVAILABLE where it cannot be opened. Looks at the last line alone unless the log is ahead.
 */
export function findTail(place: LogFiles, head: Head | null): LogEnd | Denial {
  const remembered = head === null ? null : readRemembered(place, head);
  if (remembered !== null) return remembered;
  const newest = readNewest(place);
  if (isDenial(newest) || head === null) return newest;
  const verdict = compare(place, newest, head);
  if (!isDenial(verdict)) return { ...newest, lost: verdict === 'lost' };
  if (newest.fd !== null) closeSync(newest.fd);
  return verdict;
}

/**
 * The end as the head names it, where the newest file ends in the very line that the head names: its bytes have that hash, so it is a record, and
 * it begins with the number and the time that the head gives. Null where anything is otherwise: then the log itself is read.
 */
function readRemembered({ auditDir, uid, files, flags }: LogFiles, head: Head): LogEnd | null {
  const { file, size, seq, sha, time } = head;
  if (files.at(-1) !== file || time.slice(0, 7) > file.slice(0, 7)) return null;
  const open = openPrivate(auditDir, file, { flags, uid });
  if (open === null || isDenial(open)) return null;
  let found = false;
  try {
    const last = open.size === size ? readLastLine(open.fd, size) : null;
    found = last !== null && last !== 'too-long' && last.end === size && hashLine(last.line) === sha && beginsAs(last.line, seq, time);
  } catch (error) {
    rethrowBug(error);
  } finally {
    if (!found) closeSync(open.fd);
  }
  return found ? { kind: 'end', tail: { file, size, seq, sha, timeMs: Date.parse(time) }, fd: open.fd, fragment: null, lost: false } : null;
}

function beginsAs(line: Buffer, seq: number, time: string): boolean {
  const before = `{"v":1,"seq":${seq},"prev":"`;
  const after = `","time":"${time}",`;
  const start = before.length + GENESIS.length;
  return line.toString('latin1', 0, before.length) === before && line.toString('latin1', start, start + after.length) === after;
}

function readNewest(place: LogFiles): LogEnd | Denial {
  let fragment: Fragment | null = null;
  for (const file of place.files.toReversed()) {
    const open = openPrivate(place.auditDir, file, { flags: place.flags, uid: place.uid });
    if (open === null) return broken(`${file} is gone`);
    if (isDenial(open)) return open;
    const seen = readFileEnd(file, open);
    if (isDenial(seen) || seen.tail === null) closeSync(open.fd);
    if (isDenial(seen)) return seen;
    if (fragment !== null && seen.fragment !== null) {
      closeSync(open.fd);
      return broken(`${file} ends within a record`);
    }
    fragment ??= seen.fragment;
    if (seen.tail !== null) return { kind: 'end', tail: seen.tail, fd: open.fd, fragment, lost: false };
  }
  return { kind: 'end', tail: NO_RECORD, fd: null, fragment, lost: false };
}

function readFileEnd(file: string, open: OpenFile): { readonly tail: Tail | null; readonly fragment: Fragment | null } | Denial {
  try {
    const last = readLastLine(open.fd, open.size);
    if (last === 'too-long') return broken(`the last line of ${file} is too long`);
    const end = last === null ? 0 : last.end;
    const fragment = end === open.size ? null : { file, start: end, bytes: open.size - end };
    if (last === null) return { tail: null, fragment };
    const record = parseRecord(last.line);
    if (record === null) return broken(`the last line of ${file} is not a record`);
    const timeMs = Date.parse(record.time);
    // An earlier month's: time may have been taken back in this file, which is for the walk through all of it to find.
    if (monthFile(timeMs) > file) return broken(`record ${record.seq} in ${file} belongs in a later month's file`);
    return { tail: { file, size: end, seq: record.seq, sha: hashLine(last.line), timeMs }, fragment };
  } catch (error) {
    return unavailable(`${file} cannot be read (${codeOf(error)})`);
  }
}

function compare(place: LogFiles, newest: LogEnd, head: Head): 'same' | 'lost' | Denial {
  const { tail } = newest;
  if (!place.files.includes(head.file)) return broken(`${head.file} is gone, and record ${head.seq} with it`);
  if (tail.seq > head.seq) return follow(place, newest, head);
  if (tail.seq < head.seq) return isLost(place, newest, head) ? 'lost' : broken(missing(tail, head));
  if (head.seq === 0) return 'same';
  if (tail.sha !== head.sha) return broken(`record ${head.seq} at the end of ${head.file} is another one`);
  if (tail.file !== head.file || tail.size !== head.size) return broken(`records before ${head.seq} in ${head.file} are not as they were`);
  return 'same';
}

function missing(tail: Tail, head: Head): string {
  const first = tail.seq + 1;
  return first === head.seq
    ? `record ${first} is missing at the end of ${head.file}`
    : `records ${first} to ${head.seq} are missing at the end of ${head.file}`;
}

/** The fragment must be the beginning of the very record that the head names, or zeros, as a power cut leaves them. */
function isLost(place: LogFiles, newest: LogEnd, head: Head): boolean {
  const { tail, fragment } = newest;
  if (fragment === null || tail.seq !== head.seq - 1 || fragment.file !== head.file || fragment.start + fragment.bytes >= head.size)
    return false;
  const open = openPrivate(place.auditDir, fragment.file, { flags: READING, uid: place.uid });
  if (open === null || isDenial(open)) return false;
  try {
    const begins = Buffer.from(`{"v":1,"seq":${head.seq},"prev":"${tail.sha}","time":"${head.time}",`);
    const found = readRange(open.fd, fragment.start, fragment.start + Math.min(begins.length, fragment.bytes));
    return found.equals(begins.subarray(0, found.length)) || found.every((byte) => byte === 0);
  } catch (error) {
    rethrowBug(error);
    return false;
  } finally {
    closeSync(open.fd);
  }
}

/** Walks from the head's record to the tail; every record on the way must chain. */
function follow(place: LogFiles, newest: LogEnd, head: Head): 'same' | Denial {
  let last: Tail = { file: head.file, size: head.size, seq: head.seq, sha: head.sha, timeMs: Date.parse(head.time) };
  for (const file of place.files.slice(place.files.indexOf(head.file))) {
    const open = openPrivate(place.auditDir, file, { flags: READING, uid: place.uid });
    if (open === null) return broken(`${file} is gone`);
    if (isDenial(open)) return open;
    try {
      const from = file === head.file ? head.size : 0;
      if (from > 0 && !endsAt(open.fd, head)) return broken(`record ${head.seq} in ${file} is not where it was`);
      if (open.size - from > MAX_AHEAD_BYTES) return broken(`${file} is far ahead of the head`);
      const next = followLines(file, readRange(open.fd, from, Math.max(from, open.size)), last);
      if (isDenial(next)) return next;
      last = next;
    } catch (error) {
      return unavailable(`${file} cannot be read (${codeOf(error)})`);
    } finally {
      closeSync(open.fd);
    }
  }
  return last.sha === newest.tail.sha ? 'same' : broken(`record ${newest.tail.seq} does not follow record ${head.seq}`);
}

function endsAt(fd: number, head: Head): boolean {
  const last = readLastLine(fd, head.size);
  return last !== null && last !== 'too-long' && last.end === head.size && hashLine(last.line) === head.sha;
}

function followLines(file: string, bytes: Buffer, from: Tail): Tail | Denial {
  let last = from;
  for (let start = 0, end = bytes.indexOf(0x0a); end >= 0; start = end + 1, end = bytes.indexOf(0x0a, start)) {
    const line = bytes.subarray(start, end);
    const record = parseRecord(line);
    if (record === null || record.seq !== last.seq + 1 || record.prev !== last.sha || !keepsTime(record, last.timeMs)) {
      return broken(`what follows record ${last.seq} in ${file} does not chain`);
    }
    last = { file, size: 0, seq: record.seq, sha: hashLine(line), timeMs: Date.parse(record.time) };
  }
  return last;
}

function keepsTime(record: AuditRecord, lastMs: number): boolean {
  return Date.parse(record.time) >= lastMs || takesBack(record, lastMs);
}
