import { closeSync, constants, fchmodSync, fstatSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { isDenial } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import type { AuditEntry } from '../model/audit.js';
import { codeOf, rethrowBug } from '../model/error-code.js';
import { formatUtc } from '../model/utc-time.js';
import { takeBackEntry } from './clock.js';
import { findTail } from './find-tail.js';
import type { Fragment, LogEnd, Tail } from './find-tail.js';
import { readHead, recallLimits, writeHead } from './head.js';
import type { Head, TornPiece } from './head.js';
import { writeAll } from '../state/private-file.js';
import { APPENDING, broken, listMonthFiles, monthFile, openPrivate, unavailable } from './log-file.js';
import { buildLine, hashLine } from './record.js';

/** The last moment that four digits of a year can name. */
const LAST_MS = Date.UTC(10_000, 0) - 1;

/** Where a chain is taken up. `due`: a cut that has no repair record yet, or that is still to be made (`fragment`). */
export type ChainStart = {
  readonly auditDir: string;
  readonly uid: number;
  readonly nowMs: number;
  readonly tail: Tail;
  readonly fd: number | null;
  readonly limits: Head['limits'];
  readonly fragment: Fragment | null;
  readonly due: TornPiece | null;
};

/**
 * Opens the log for appending. Call it, and use the chain, only while the audit lock is held, and close it before the lock
 * is released. `nowMs` is the clock in milliseconds since the epoch, `uid` the user who must own every file.
 * Reads; nothing is changed before the first `append`. AUDIT_CHAIN_BROKEN when the log's end is not what the head
 * remembers, AUDIT_UNAVAILABLE when the folder or a file cannot be used. A head that is absent (a crash before it was ever
 * written) is made anew from the log.
 */
export function openChain(place: { readonly auditDir: string; readonly nowMs: number; readonly uid: number }): Chain | Denial {
  const files = listMonthFiles(place.auditDir, place.uid);
  if (isDenial(files)) return files;
  const head = readHead(place.auditDir, place.uid);
  if (isDenial(head)) return head;
  if (head === 'unreadable') return broken('head.json is not what was written');
  const end = findTail({ auditDir: place.auditDir, uid: place.uid, files, flags: APPENDING }, head);
  if (isDenial(end)) return end;
  const due = head?.torn ?? tornPiece(end, head);
  return new Chain({ ...place, tail: end.tail, fd: end.fd, limits: recallLimits(head, end.tail.seq), fragment: end.fragment, due });
}

function tornPiece(end: LogEnd, head: Head | null): TornPiece | null {
  if (end.fragment === null) return null;
  const { file, bytes } = end.fragment;
  return end.lost && head !== null ? { file, bytes, seq: head.seq, sha: head.sha } : { file, bytes, seq: null, sha: null };
}

/** The log's end, open under the audit lock. */
export class Chain {
  /** The names of the limit files that exist, null where that is not known; set it before an append, which writes it to the head. */
  limits: Head['limits'];
  readonly #auditDir: string;
  readonly #uid: number;
  #nowMs: number;
  #tail: Tail;
  #fd: number | null;
  #fragment: Fragment | null;
  #due: TornPiece | null;

  /** Takes over `fd`. For `openChain` and the repair alone: nothing is checked here. */
  constructor(start: ChainStart) {
    this.limits = start.limits;
    this.#auditDir = start.auditDir;
    this.#uid = start.uid;
    this.#nowMs = Math.max(start.nowMs, start.tail.timeMs);
    this.#tail = start.tail;
    this.#fd = start.fd;
    this.#fragment = start.fragment;
    this.#due = start.due;
  }

  /** The larger of the clock and the last record's time, in milliseconds since the epoch: the time of what is appended. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** The number of the last record, 0 when there is none. */
  get seq(): number {
    return this.#tail.seq;
  }

  /** Whether a torn record waits to be cut, or a cut for its repair record; the next append does both. */
  get isTorn(): boolean {
    return this.#due !== null;
  }

  /**
   * Appends one record in one write, then writes the head. `fsync`: the record is on disk when this returns; without it a
   * power cut may take the record and leave the head, which is AUDIT_CHAIN_BROKEN afterwards, so leave it out only for
   * records that no promise hangs on. Null when the record stands. On AUDIT_UNAVAILABLE the log is as it was before, except
   * for a torn record that was cut and its `repair` record, which precedes the entry and carries the entry's run.
   */
  append(entry: AuditEntry, how: { readonly fsync: boolean }): Denial | null {
    return this.cutTorn(entry.run) ?? this.#write(entry, how.fsync);
  }

  /** Cuts a torn record and writes its `repair` record, under the id `run`; null when that is done or there is none. */
  cutTorn(run: string): Denial | null {
    const piece = this.#due;
    if (piece === null) return null;
    try {
      this.#cut(piece);
    } catch (error) {
      return unavailable(`${piece.file} cannot be cut (${codeOf(error)})`);
    }
    const detail = { cause: 'torn', file: piece.file, bytes: piece.bytes, lost_seq: piece.seq, lost_sha: piece.sha };
    return this.#write({ type: 'repair', run, action: 'cut', detail, secret_exposed: false }, true);
  }

  /**
   * Takes time back to the clock with a `repair` record under the id `run`; what is appended after it goes by the clock again. For the operator's repair
   * alone: to a run, time never goes back.
   */
  takeTimeBack(run: string, clockMs: number): Denial | null {
    const uncut = this.cutTorn(run);
    if (uncut !== null) return uncut;
    const fromMs = this.#tail.timeMs;
    this.#nowMs = clockMs;
    const refused = this.#write(takeBackEntry(run, fromMs), true);
    if (refused !== null) this.#nowMs = fromMs;
    return refused;
  }

  /** Closes the log. The chain takes nothing after it. */
  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  /** The head goes first: killed after the cut, the next process still knows that a repair record is due. */
  #cut(piece: TornPiece): void {
    const fragment = this.#fragment;
    if (fragment === null) return;
    const file = this.#tail.file ?? fragment.file;
    this.#writeHead({ ...this.#tail, file }, piece);
    const open = openPrivate(this.#auditDir, fragment.file, { flags: APPENDING, uid: this.#uid });
    if (open === null || isDenial(open)) throw Object.assign(new Error('the torn file cannot be opened'), { code: 'ESTALE' });
    try {
      if (open.size !== fragment.start + fragment.bytes) throw Object.assign(new Error('the torn file has changed'), { code: 'ESTALE' });
      ftruncateSync(open.fd, fragment.start);
      fsyncSync(open.fd);
    } finally {
      closeSync(open.fd);
    }
    this.#fragment = null;
  }

  #write(entry: AuditEntry, fsync: boolean): Denial | null {
    if (!(this.#nowMs >= 0 && this.#nowMs <= LAST_MS)) return unavailable('the clock is out of range');
    const file = laterFile(monthFile(this.#nowMs), this.#tail.file);
    const opened = this.#openMonth(file);
    if (isDenial(opened)) return opened;
    const { fd, size } = opened;
    const time = formatUtc(this.#nowMs);
    const line = buildLine({ seq: this.#tail.seq + 1, prev: this.#tail.sha, time }, entry);
    const next = { file, size: size + line.length + 1, seq: this.#tail.seq + 1, sha: hashLine(line), timeMs: this.#nowMs };
    try {
      if (fstatSync(fd).size !== size) return broken(`${file} was written to without the lock`);
      writeAll(fd, Buffer.concat([line, NEWLINE]));
      if (fsync) fsyncSync(fd);
      this.#writeHead(next, null);
    } catch (error) {
      takeBack(fd, size);
      return unavailable(`${file} cannot be written (${codeOf(error)})`);
    }
    this.#tail = next;
    this.#due = null;
    return null;
  }

  #openMonth(file: string): { readonly fd: number; readonly size: number } | Denial {
    if (this.#fd !== null && this.#tail.file === file) return { fd: this.#fd, size: this.#tail.size };
    const open = openPrivate(this.#auditDir, file, { flags: APPENDING | constants.O_CREAT, uid: this.#uid });
    if (open === null) return unavailable('the folder is gone');
    if (isDenial(open)) return open;
    const size = this.#tail.file === file ? this.#tail.size : 0;
    try {
      if (size === 0) fchmodSync(open.fd, 0o600);
      if (size === 0) syncFolder(this.#auditDir);
    } catch (error) {
      closeSync(open.fd);
      return unavailable(`${file} cannot be made (${codeOf(error)})`);
    }
    this.close();
    this.#fd = open.fd;
    return { fd: open.fd, size };
  }

  #writeHead(
    tail: { readonly file: string; readonly size: number; readonly seq: number; readonly sha: string; readonly timeMs: number },
    torn: TornPiece | null,
  ): void {
    const { seq, sha, timeMs, file, size } = tail;
    writeHead(this.#auditDir, { seq, sha, time: formatUtc(timeMs), file, size, limits: this.limits, torn });
  }
}

const NEWLINE = Buffer.from('\n');

/** After time was taken back, the last file goes on until its own month has come: the files' names are the order of the chain. */
function laterFile(file: string, last: string | null): string {
  return last === null || last < file ? file : last;
}

function syncFolder(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Puts the file back to the size it had. Where even that fails, the next process finds a torn record and cuts it. */
function takeBack(fd: number, size: number): void {
  try {
    ftruncateSync(fd, size);
  } catch (error) {
    rethrowBug(error);
  }
}
