import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../model/error-code.js';

/** What stands at a path: its bytes, nothing, or something that must not be trusted (`why` is a clause without a value). */
export type PrivateFile =
  { readonly kind: 'ok'; readonly bytes: Buffer } | { readonly kind: 'absent' } | { readonly kind: 'refused'; readonly why: string };

/** An open regular file that passed the checks. Whoever opened it closes it. */
export type OpenPrivateFile =
  | { readonly kind: 'ok'; readonly descriptor: number; readonly size: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly why: string };

export type PrivateFileRule = {
  /** Who must own it. */
  readonly uid: number;
  /** Nobody else may even read it (keys). Otherwise nobody else may write it. */
  readonly ownerOnly?: boolean;
  /** Take a file that others may write: only to tell what a refused file would have defined. */
  readonly othersMayWrite?: boolean;
};

/** Why a file that is for its owner's eyes alone is refused: its mode says otherwise. */
export const OPEN_TO_OTHERS = 'is open to others';

/** A temporary name is tried this often before the error is passed on; only files of dead processes can be in the way. */
const TEMPORARY_NAMES = 100;

/** What `openTemporary` calls a file, after the one that it is to be; with the id of the process that made it. */
export const TEMPORARY_FILE = /^\..+\.([0-9]{1,10})-[0-9]{1,3}\.tmp$/;

/**
 * Reads a file whole: regular, of the right owner, closed to others by `rule`, at most `maxBytes` long. A link, FIFO, device
 * or directory is refused without waiting for it. The bytes belong to the caller. Throws nothing that a file can cause.
 */
export function readPrivateFile(path: string, rule: PrivateFileRule & { readonly maxBytes: number }): PrivateFile {
  const opened = openPrivateFile(path, rule);
  if (opened.kind !== 'ok') return opened;
  try {
    return readWhole(opened.descriptor, opened.size, rule.maxBytes);
  } catch (error) {
    return { kind: 'refused', why: `cannot be read (${errorCode(error)})` };
  } finally {
    closeSync(opened.descriptor);
  }
}

/** Opens a file for reading under the checks of `readPrivateFile`, size excepted. Node opens every descriptor close-on-exec. */
export function openPrivateFile(path: string, rule: PrivateFileRule): OpenPrivateFile {
  let descriptor: number;
  try {
    // O_NONBLOCK: opening a FIFO for reading would otherwise wait for a writer.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return { kind: 'absent' };
    // FreeBSD says EMLINK for a link under O_NOFOLLOW (open(2)); a socket cannot be opened at all.
    if (code === 'ELOOP' || code === 'EMLINK') return { kind: 'refused', why: 'is a symbolic link' };
    if (code === 'ENXIO' || code === 'EOPNOTSUPP') return { kind: 'refused', why: 'is not a regular file' };
    return { kind: 'refused', why: `cannot be read (${code})` };
  }
  const looked = lookThrough(descriptor, rule);
  if (looked.kind === 'ok') return { ...looked, descriptor };
  closeSync(descriptor);
  return looked;
}

function lookThrough(
  descriptor: number,
  rule: PrivateFileRule,
): { readonly kind: 'ok'; readonly size: number } | Extract<OpenPrivateFile, { kind: 'refused' }> {
  try {
    const stat = fstatSync(descriptor);
    const why = !stat.isFile() ? 'is not a regular file' : whyUntrusted(stat, rule);
    return why === null ? { kind: 'ok', size: stat.size } : { kind: 'refused', why };
  } catch (error) {
    return { kind: 'refused', why: `cannot be read (${errorCode(error)})` };
  }
}

/** Why a file or directory with this owner and mode is not private enough, or null. */
export function whyUntrusted(
  stat: { readonly uid: number | bigint; readonly mode: number | bigint },
  rule: PrivateFileRule,
): string | null {
  if (Number(stat.uid) !== rule.uid) return 'belongs to another user';
  const mode = Number(stat.mode);
  if (rule.ownerOnly === true && (mode & 0o077) !== 0) return OPEN_TO_OTHERS;
  if (rule.othersMayWrite !== true && (mode & 0o022) !== 0) return 'can be written by others';
  return null;
}

/**
 * Puts `bytes` at `path` in one step: a temporary file beside it, flushed, renamed over whatever was there (a link is
 * replaced, not followed), then the directory flushed. `durable` false leaves out the flushing, for what can be made again.
 * Throws the file system's error, and leaves nothing behind then. A directory that cannot be flushed is found before anything in it is
 * changed: whoever is told that a permission could not be written takes it for not given.
 */
export function writePrivateFile(path: string, bytes: Uint8Array | string, mode = 0o600, durable = true): void {
  const temporary = writeTemporary(path, bytes, mode, durable);
  try {
    renameSync(temporary, path);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
  if (durable) flushDirectory(dirname(path));
}

/** As `writePrivateFile`, but never replaces: false when something stands at `path` already, whatever it is. */
export function createPrivateFile(path: string, bytes: Uint8Array | string, mode = 0o600): boolean {
  const temporary = writeTemporary(path, bytes, mode, true);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
  flushDirectory(dirname(path));
  return true;
}

function readWhole(descriptor: number, size: number, maxBytes: number): PrivateFile {
  // One byte more than its size: the end of the file is then seen without growing the buffer.
  let buffer = Buffer.allocUnsafe(Math.min(size, maxBytes) + 1);
  let length = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (read === 0) return { kind: 'ok', bytes: buffer.subarray(0, length) };
    length += read;
    if (length > maxBytes) return { kind: 'refused', why: `is larger than ${maxBytes} bytes` };
    if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(buffer.length * 2, maxBytes + 1));
  }
}

function writeTemporary(path: string, bytes: Uint8Array | string, mode: number, durable: boolean): string {
  const [temporary, descriptor] = openTemporary(path);
  try {
    try {
      fillTemporary(descriptor, bytes, mode, durable);
    } finally {
      closeSync(descriptor);
    }
    if (durable) flushDirectory(dirname(path));
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
  return temporary;
}

/** Makes an empty file beside `path` that only its owner can read: its path and its descriptor. The caller closes it, and renames or removes it. */
export function openTemporary(path: string): [string, number] {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  for (let attempt = 0; ; attempt++) {
    const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${attempt}.tmp`);
    try {
      return [temporary, openSync(temporary, flags, 0o600)];
    } catch (error) {
      if (errorCode(error) !== 'EEXIST' || attempt === TEMPORARY_NAMES) throw error;
    }
  }
}

/** Gives a file of `openTemporary` its mode and its bytes. Throws the file system's error. */
export function fillTemporary(descriptor: number, bytes: Uint8Array | string, mode: number, durable: boolean): void {
  // The mode that open takes is cut by the umask.
  fchmodSync(descriptor, mode);
  writeAll(descriptor, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  if (durable) fsyncSync(descriptor);
}

/** Writes all of it. Throws what the file system throws. */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
  // A nearly full disk takes a part and reports success.
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

/** Removes a file, and has it stay removed over a power cut. Throws the file system's error, ENOENT too. */
export function removePrivateFile(path: string): void {
  unlinkSync(path);
  flushDirectory(dirname(path));
}

/** Makes what was renamed, made or removed in a directory last. Throws the file system's error. */
export function flushDirectory(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
