import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, readdirSync } from 'node:fs';
import { inside } from '../model/inside.js';
import { deny, isDenial } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import { codeOf, errorCode } from '../model/error-code.js';
import { formatUtc } from '../model/utc-time.js';

/** A file of the log, open. Whoever opened it closes `fd`; `size` is in bytes, as it was then. */
export type OpenFile = { readonly kind: 'open'; readonly fd: number; readonly size: number };

/** Read and appended to: where writes go is the kernel's choice alone (O_APPEND). */
export const APPENDING = constants.O_RDWR | constants.O_APPEND;
export const READING = constants.O_RDONLY;

const MONTH_FILE = /^\d{4}-(0[1-9]|1[0-2])\.jsonl$/;
const OTHERS_WRITE = 0o022;
/** The first look at a file's end, and the farthest: a line is at most 64 KiB, a torn one after it as well. */
const FIRST_WINDOW = 4_096;
const LAST_WINDOW = 1_048_576;

/** Whether a name is one of the log's files, `2026-11.jsonl`. */
export function isMonthFile(name: string): boolean {
  return MONTH_FILE.test(name);
}

/** The file that a record of this moment (milliseconds since the epoch) belongs in; months are UTC. */
export function monthFile(timeMs: number): string {
  return `${formatUtc(timeMs).slice(0, 7)}.jsonl`;
}

/** The first moment that belongs in one of the log's files. */
export function startOfMonth(file: string): number {
  return Date.parse(`${file.slice(0, file.indexOf('.'))}-01T00:00:00Z`);
}

/** The log's files, oldest first. AUDIT_UNAVAILABLE when the folder is not there, not `uid`'s (null: not looked at), or open to others. */
export function listMonthFiles(auditDir: string, uid: number | null): readonly string[] | Denial {
  try {
    const stat = lstatSync(auditDir);
    if (!stat.isDirectory()) return unavailable('the folder is not a folder');
    if (uid !== null && stat.uid !== uid) return unavailable('the folder belongs to another user');
    if (uid !== null && (stat.mode & OTHERS_WRITE) !== 0) return unavailable('others can write the folder');
    return readdirSync(auditDir).filter(isMonthFile).sort();
  } catch (error) {
    return unavailable(`the folder cannot be read (${codeOf(error)})`);
  }
}

/**
 * Opens a file of the audit folder and checks it through the descriptor: a regular file, owned by `uid` (null: not looked at)
 * and not writable by others. Never follows a link and never waits for a FIFO's other end. Null when it is not there.
 */
export function openPrivate(
  auditDir: string,
  name: string,
  use: { readonly flags: number; readonly uid: number | null },
): OpenFile | Denial | null {
  let fd: number;
  try {
    fd = openSync(inside(auditDir, name), use.flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' ? null : unavailable(code === 'ELOOP' ? `${name} is a symlink` : `${name} cannot be opened (${code})`);
  }
  const looked = lookThrough(fd, name, use.uid);
  if (!isDenial(looked)) return { kind: 'open', fd, size: looked.size };
  closeSync(fd);
  return looked;
}

function lookThrough(fd: number, name: string, uid: number | null): { readonly size: number } | Denial {
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return unavailable(`${name} is not a file`);
    if (uid !== null && stat.uid !== uid) return unavailable(`${name} belongs to another user`);
    if (uid !== null && (stat.mode & OTHERS_WRITE) !== 0) return unavailable(`others can write ${name}`);
    return { size: stat.size };
  } catch (error) {
    return unavailable(`${name} cannot be read (${errorCode(error)})`);
  }
}

/** Reads a whole file of at most `maxBytes`; null when it is not there, AUDIT_UNAVAILABLE as `openPrivate` or when it is larger. */
export function readPrivate(
  auditDir: string,
  name: string,
  use: { readonly uid: number | null; readonly maxBytes: number },
): Buffer | Denial | null {
  const file = openPrivate(auditDir, name, { flags: READING, uid: use.uid });
  if (file === null || isDenial(file)) return file;
  try {
    return file.size > use.maxBytes ? unavailable(`${name} is too large`) : readRange(file.fd, 0, file.size);
  } catch (error) {
    return unavailable(`${name} cannot be read (${codeOf(error)})`);
  } finally {
    closeSync(file.fd);
  }
}

/** The bytes from `start` up to `end`, fewer when the file ends before it. Throws what the file system throws. */
export function readRange(fd: number, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const count = readSync(fd, bytes, filled, bytes.length - filled, start + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/**
 * The last whole line that ends at or before `end`: its bytes without the newline, and the offset just after the newline.
 * Null when there is no newline before `end`; `too-long` when none of the last mebibyte's lines is whole.
 */
export function readLastLine(fd: number, end: number): { readonly line: Buffer; readonly end: number } | 'too-long' | null {
  for (let window = FIRST_WINDOW; ; window *= 4) {
    const start = Math.max(0, end - window);
    const bytes = readRange(fd, start, end);
    const newline = bytes.lastIndexOf(0x0a);
    const before = newline <= 0 ? -1 : bytes.lastIndexOf(0x0a, newline - 1);
    if (newline >= 0 && (before >= 0 || start === 0)) return { line: bytes.subarray(before + 1, newline), end: start + newline + 1 };
    if (start === 0) return null;
    if (window >= LAST_WINDOW) return 'too-long';
  }
}

/** AUDIT_UNAVAILABLE with a clause that says why. */
export function unavailable(detail: string): Denial {
  return deny('AUDIT_UNAVAILABLE', { detail });
}

/** AUDIT_CHAIN_BROKEN with a clause that names the file and the record. */
export function broken(detail: string): Denial {
  return deny('AUDIT_CHAIN_BROKEN', { detail });
}
