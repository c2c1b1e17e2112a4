import { closeSync, constants, fchmodSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { inside } from '../model/inside.js';
import { isDenial } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import { codeOf } from '../model/error-code.js';
import { parseStrictJson } from '../model/json-table.js';
import { isSha256 } from '../model/sha256.js';
import { writeAll } from '../state/private-file.js';
import { isMonthFile, readPrivate } from './log-file.js';
import { isRecordTime } from './record.js';

/** A piece of a record that was cut, or is to be: its size in bytes, and the record it was when the head knew. */
export type TornPiece = { readonly file: string; readonly bytes: number; readonly seq: number | null; readonly sha: string | null };

/**
 * What `audit/head.json` remembers of the log's end, so that a shortened log is noticed. It is written after every record,
 * and not fsynced: the log is the truth, and may be ahead of it. `sha` is the SHA-256 of the last line, `file` and `size`
 * where that line ends. `limits`: the limit files that exist, null where a head that knew was lost. `torn`: a piece that was cut and has no repair record yet.
 */
export type Head = {
  readonly seq: number;
  readonly sha: string;
  readonly time: string;
  readonly file: string;
  readonly size: number;
  readonly limits: readonly string[] | null;
  readonly torn: TornPiece | null;
};

const HEAD_FILE = 'head.json';
const TEMPORARY = 'head.json.tmp';
const KEYS: readonly string[] = ['version', 'seq', 'sha', 'time', 'file', 'size', 'limits', 'torn'];
/** Ten thousand limit files of a hundred characters fit. */
const MAX_BYTES = 1_048_576;

/**
 * Reads the head. Null when it is not there, or is empty or all zeros, which is what a power cut makes of a file that was
 * renamed without fsync; `unreadable` when it holds anything else that is not a head; AUDIT_UNAVAILABLE as `openPrivate`.
 */
export function readHead(auditDir: string, uid: number | null): Head | 'unreadable' | Denial | null {
  const bytes = readPrivate(auditDir, HEAD_FILE, { uid, maxBytes: MAX_BYTES });
  if (bytes === null || isDenial(bytes)) return bytes;
  if (bytes.every((byte) => byte === 0)) return null;
  return parseHead(parseStrictJson(bytes.toString('utf8'))) ?? 'unreadable';
}

/** Puts the head in place by rename. The caller holds the lock, so that the temporary name is its own. Throws what the file system throws. */
export function writeHead(auditDir: string, head: Head): void {
  const temporary = inside(auditDir, TEMPORARY);
  const fd = openNew(temporary);
  try {
    writeAll(fd, Buffer.from(`${JSON.stringify({ version: 1, ...head })}\n`, 'utf8'));
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, inside(auditDir, HEAD_FILE));
}

function openNew(path: string): number {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  try {
    return withMode(openSync(path, flags, 0o600));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  unlinkSync(path);
  return withMode(openSync(path, flags, 0o600));
}

function withMode(fd: number): number {
  fchmodSync(fd, 0o600);
  return fd;
}

function parseHead(value: unknown): Head | null {
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1) return null;
  if (!Object.keys(value).every((key) => KEYS.includes(key))) return null;
  const { seq, sha, time, file, size, limits, torn } = value as Record<string, unknown>;
  if (!isCount(seq) || !isSha256(sha) || !isRecordTime(time) || !isCount(size)) return null;
  if (typeof file !== 'string' || !isMonthFile(file)) return null;
  if (limits !== null && (!Array.isArray(limits) || !limits.every((name) => typeof name === 'string'))) return null;
  const piece = torn === null || torn === undefined ? null : parsePiece(torn);
  if (piece === null && torn !== null && torn !== undefined) return null;
  return { seq, sha, time, file, size, limits, torn: piece };
}

function parsePiece(value: unknown): TornPiece | null {
  if (typeof value !== 'object' || value === null) return null;
  const { file, bytes, seq, sha } = value as Record<string, unknown>;
  if (typeof file !== 'string' || !isMonthFile(file) || !isCount(bytes)) return null;
  if ((seq !== null && !isCount(seq)) || (sha !== null && !isSha256(sha))) return null;
  return { file, bytes, seq, sha };
}

/** The limit files that a head tells of. Where there is none, and the log is longer than a crash at its first record leaves it, nobody knows. */
export function recallLimits(head: Head | null, seq: number): Head['limits'] {
  if (head !== null) return head.limits;
  return seq > 1 ? null : [];
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * The time of the last record in milliseconds since the epoch, as the head remembers it; 0 when there is none. It is read without the lock, for
 * decisions that must not fall behind a clock that was set back; an unreadable head is found under the lock.
 */
export function readLastTime(auditDir: string, uid: number): number {
  const head = readHead(auditDir, uid);
  return head === null || head === 'unreadable' || isDenial(head) ? 0 : Date.parse(head.time);
}
