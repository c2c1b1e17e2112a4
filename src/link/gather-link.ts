import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { inside } from '../model/inside.js';
import { codeOf, rethrowBug } from '../model/error-code.js';
import type { FolderEvidence, LinkEvidence, LinkFile } from '../model/link.js';
import { LINK_FILE, MAX_LINK_BYTES } from './link-file.js';
import { findPathFlaw, othersCanWrite } from '../state/trusted-path.js';

/** `cwd` gives the physical current folder (process.cwd, never PWD) and may throw ENOENT when it is gone. `uid` is the caller's. */
export type Standpoint = { readonly uid: number; readonly cwd: () => string };

type Untrusted = Extract<LinkFile, { kind: 'untrusted' }>['why'];

/**
 * Finds the nearest link file, from the current folder up to the root, and says what stands there. Nothing is decided: a
 * file that is no link, or that others could have put there, is reported and never passed over for one further up.
 */
export function gatherLink(standpoint: Standpoint): LinkEvidence {
  const cwd = readCwd(standpoint.cwd);
  if (cwd === null) return { cwd: null, file: { kind: 'none' } };
  if (isUndecodable(cwd)) return { cwd, file: { kind: 'untrusted', directory: cwd, why: 'not-utf8' } };
  for (let directory = cwd; ; directory = dirname(directory)) {
    const file = lookIn(directory, standpoint.uid);
    if (file.kind !== 'none' || directory === dirname(directory)) return { cwd, file };
  }
}

/** The same for the current folder alone, with the folder's own device and inode; null when it is gone. */
export function gatherFolder(standpoint: Standpoint): FolderEvidence | null {
  const cwd = readCwd(standpoint.cwd);
  if (cwd === null) return null;
  const folder = lookAt(cwd);
  if (folder === 'unreadable' || folder === null) return null;
  const { device, inode } = identify(folder);
  const untrusted = (why: Untrusted): FolderEvidence => ({
    directory: cwd,
    device,
    inode,
    file: { kind: 'untrusted', directory: cwd, why },
  });
  if (isUndecodable(cwd)) return untrusted('not-utf8');
  const file = lookIn(cwd, standpoint.uid);
  const flaw = file.kind === 'none' ? findPathFlaw(cwd, standpoint.uid) : null;
  return flaw === null ? { directory: cwd, device, inode, file } : untrusted(flaw);
}

function lookIn(directory: string, uid: number): LinkFile {
  const entry = lookAt(inside(directory, LINK_FILE));
  if (entry === null) return { kind: 'none' };
  const untrusted = (why: Untrusted): LinkFile => ({ kind: 'untrusted', directory, why });
  if (entry === 'unreadable') return untrusted('unreadable');
  if (entry.isSymbolicLink()) return untrusted('symlink');
  if (!entry.isFile()) return untrusted('not-a-file');
  const bytes = readLinkFile(inside(directory, LINK_FILE), uid);
  if (typeof bytes === 'string') return untrusted(bytes);
  const flaw = findPathFlaw(directory, uid);
  if (flaw !== null) return untrusted(flaw);
  const folder = lookAt(directory);
  if (folder === null || folder === 'unreadable') return untrusted('unreadable');
  return { kind: 'found', directory, ...identify(folder), bytes };
}

/** Checked through the descriptor, so that what was checked is what is read; O_NONBLOCK, so that a FIFO never holds us up. */
function readLinkFile(path: string, uid: number): Buffer | Untrusted {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return codeOf(error) === 'ELOOP' ? 'symlink' : 'unreadable';
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return 'not-a-file';
    if (stat.size > MAX_LINK_BYTES) return 'too-large';
    if (stat.uid !== uid) return 'other-owner';
    if (othersCanWrite(stat)) return 'others-can-write';
    return readUpTo(fd, MAX_LINK_BYTES);
  } catch (error) {
    rethrowBug(error);
    return 'unreadable';
  } finally {
    closeSync(fd);
  }
}

/** One byte more than allowed is asked for: a file may grow after its size was read. */
function readUpTo(fd: number, maxBytes: number): Buffer | 'too-large' {
  const bytes = Buffer.alloc(maxBytes + 1);
  let filled = 0;
  for (;;) {
    const count = readSync(fd, bytes, filled, bytes.length - filled, filled);
    filled += count;
    if (filled > maxBytes) return 'too-large';
    if (count === 0) return bytes.subarray(0, filled);
  }
}

function readCwd(cwd: () => string): string | null {
  try {
    const path = cwd();
    return isAbsolute(path) ? path : null;
  } catch (error) {
    rethrowBug(error);
    return null;
  }
}

/** Node puts U+FFFD for bytes that are not UTF-8, and the text then names another path or none. */
function isUndecodable(path: string): boolean {
  return path.includes('\ufffd') || path.includes('\0');
}

/** Null: nothing is there. */
function lookAt(path: string): BigIntStats | 'unreadable' | null {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    rethrowBug(error);
    return 'unreadable';
  }
}

function identify(stat: BigIntStats): { readonly device: string; readonly inode: string } {
  return { device: String(stat.dev), inode: String(stat.ino) };
}
