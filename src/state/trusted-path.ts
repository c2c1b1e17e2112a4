import { lstatSync, readFileSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { rethrowBug } from '../model/error-code.js';

const OTHER_WRITES = 0o002;
const GROUP_WRITES = 0o020;
const STICKY = 0o1000;
/** What Linux shows for an owner who has no number in this user namespace (/proc/sys/kernel/overflowuid). */
const OVERFLOW_UID = 65_534;

/** Why a path cannot be trusted; null: it can. */
export type PathFlaw = 'symlink' | 'folder-of-another' | 'others-can-write' | 'unreadable' | null;

export type FlawedFolder = { readonly path: string; readonly flaw: NonNullable<PathFlaw> };

type Access = { readonly uid: number | bigint; readonly gid: number | bigint; readonly mode: number | bigint };

/**
 * Whether somebody other than the owner can write: everybody, or a group other than the owner's private one, which is the
 * group of the owner's own number. A file's own sticky bit means nothing, so it is not looked at here.
 */
export function othersCanWrite(stat: Access): boolean {
  const mode = Number(stat.mode);
  if ((mode & OTHER_WRITES) !== 0) return true;
  return (mode & GROUP_WRITES) !== 0 && Number(stat.gid) !== Number(stat.uid);
}

/**
 * Looks at a folder (an absolute, physical path) and at every one above it. Each must be a folder and no link, owned by
 * `uid` or root, and others must not be able to write it. In a sticky one they cannot replace what is another's: it passes where it is root's, or
 * open to the whole world.
 */
export function findPathFlaw(directory: string, uid: number): PathFlaw {
  return findFlawedFolder(directory, uid)?.flaw ?? null;
}

/** The nearest folder that has a flaw, of the same, with that flaw; null: none has. */
export function findFlawedFolder(directory: string, uid: number): FlawedFolder | null {
  for (let path = directory; ; path = dirname(path)) {
    const flaw = findFlaw(path, uid);
    if (flaw !== null) return { path, flaw };
    if (path === dirname(path)) return null;
  }
}

function findFlaw(path: string, uid: number): PathFlaw {
  const stat = lookAt(path);
  if (stat === null) return 'unreadable';
  if (!stat.isDirectory()) return 'symlink';
  const isRoots = stat.uid === 0 || isHostOwner(stat.uid);
  if (stat.uid !== uid && !isRoots) return 'folder-of-another';
  const passesSticky = (stat.mode & STICKY) !== 0 && (isRoots || (stat.mode & OTHER_WRITES) !== 0);
  return othersCanWrite(stat) && !passesSticky ? 'others-can-write' : null;
}

function lookAt(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    rethrowBug(error);
    return null;
  }
}

/**
 * In a user namespace that maps the caller alone (bubblewrap, rootless containers), the host's root has no number and shows
 * as 65534, and a sandboxed caller would find every path untrusted. There, and only there, that owner counts as root.
 */
function isHostOwner(uid: number): boolean {
  if (uid !== OVERFLOW_UID) return false;
  try {
    const ranges = readFileSync('/proc/self/uid_map', 'latin1').trim().split('\n');
    return !ranges.some((range) => holds(range, OVERFLOW_UID));
  } catch (error) {
    rethrowBug(error);
    return false;
  }
}

/** `inside outside count`, as user_namespaces(7) has it. */
function holds(range: string, uid: number): boolean {
  const [first = 0, , count = 0] = range.trim().split(/ +/).map(Number);
  return uid >= first && uid < first + count;
}
