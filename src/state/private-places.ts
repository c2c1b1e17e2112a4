import { chmodSync, lstatSync, mkdirSync, readdirSync, realpathSync, rmSync, type Stats } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { inside } from '../model/inside.js';
import { isAlive, readPidNamespace, readProcessStart } from './live-process.js';
import { findFlawedFolder, type FlawedFolder } from './trusted-path.js';

/** Where private places are made: in a folder of this user's under the system's temporary directory. `nowMs`: milliseconds since the epoch. */
export type Ground = { readonly temporary: string; readonly uid: number; readonly pid: number; readonly nowMs: number };

/** Whoever makes a private place looks at so many of others, however many are there: each look is a system call. */
export const LEFT_PLACES = 8;
/** No run lasts a day (an action's own limit is an hour at most). */
const LONGEST_RUN_MS = 86_400_000;
/** `<process id>.<its start>.<its pid namespace>-<random>`; `0` stands where the system does not tell. */
const PLACE = /^([0-9]{1,10})\.([0-9]{1,20})\.([0-9]{1,20})-[A-Za-z0-9]{6}$/;

/** What a new private place's path begins with, or why none may be made, as a clause. */
export type Begun = { readonly kind: 'begun'; readonly path: string } | { readonly kind: 'unfit'; readonly why: string };

/**
 * Where a new private place may be made. Its name says whose it is, so that one that a killed run left behind is known for what it is;
 * where another user has taken the folder's name, the place stands beside it. In a temporary directory that others can change, they could put something else
 * in its place between the look at it and its use.
 */
export function beginPlace({ temporary, uid, pid }: Ground): Begun {
  const real = findReal(temporary, uid);
  if (real.kind === 'unfit') return real;
  const folder = join(real.path, folderName(uid));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // It is there, or cannot be made: the look at it tells.
  }
  const name = `${pid}.${readProcessStart(pid) ?? 0}.${readPidNamespace()}-`;
  return { kind: 'begun', path: isOwn(folder, uid) ? inside(folder, name) : `${folder}.${name}` };
}

/** Why no private place may be made in this temporary directory, as a clause; null: it may. */
export function faultOfTemporary({ temporary, uid }: Pick<Ground, 'temporary' | 'uid'>): string | null {
  const real = findReal(temporary, uid);
  return real.kind === 'unfit' ? real.why : null;
}

/** The temporary directory as it really lies. A child that works elsewhere would take a relative path for another. */
function findReal(temporary: string, uid: number): Begun {
  if (!isAbsolute(temporary)) return { kind: 'unfit', why: 'the temporary directory (TMPDIR) is not an absolute path' };
  let path: string;
  try {
    path = realpathSync.native(temporary);
  } catch {
    return { kind: 'unfit', why: 'there is no such temporary directory' };
  }
  const flawed = findFlawedFolder(path, uid);
  return flawed === null
    ? { kind: 'begun', path }
    : { kind: 'unfit', why: `${FLAWS[flawed.flaw](flawed.path)}, where the temporary directory is` };
}

const FLAWS: Readonly<Record<FlawedFolder['flaw'], (path: string) => string>> = {
  'others-can-write': (path) => `others can write ${path}`,
  'folder-of-another': (path) => `${path} belongs to another user`,
  symlink: (path) => `${path} is no directory`,
  unreadable: (path) => `${path} cannot be read`,
};

/**
 * Removes private places, with the credential that may lie in them, whose runs are gone: killed, or ended with the system. Looks at no more than `most`
 * of them. Gives the number of those that were removed; never throws.
 */
export function removeLeftPlaces({ temporary, uid, nowMs }: Omit<Ground, 'pid'>, most: number): number {
  const real = findReal(temporary, uid);
  if (real.kind === 'unfit') return 0;
  const folder = join(real.path, folderName(uid));
  const own = isOwn(folder, uid) ? removeAmong(folder, { prefix: '', uid, nowMs }, most) : null;
  // To find what stands beside the folder is to look at all that everybody keeps there.
  if (own !== null && most !== Infinity) return own;
  return (own ?? 0) + removeAmong(real.path, { prefix: `${folderName(uid)}.`, uid, nowMs }, most);
}

/** The same among what stands in `folder` under a name that begins with `prefix`. */
function removeAmong(
  folder: string,
  { prefix, uid, nowMs }: { readonly prefix: string; readonly uid: number; readonly nowMs: number },
  most: number,
): number {
  const names = listNames(folder).filter((name) => name.startsWith(prefix));
  // Not always the same ones first: with many runs at once those would all be alive.
  const first = names.length > most ? Math.floor(nowMs) % names.length : 0;
  let removed = 0;
  for (const name of [...names.slice(first), ...names.slice(0, first)].slice(0, most)) {
    if (lookAt(inside(folder, name))?.uid !== uid || !isLeft(folder, name, { prefix, nowMs })) continue;
    removeTree(inside(folder, name));
    removed++;
  }
  return removed;
}

/** Removes a folder with all in it. A child may have taken its own write permission from one; what still cannot be removed is left to the system's clean-up. */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
    return;
  } catch {
    openTree(path);
  }
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    return;
  }
}

function folderName(uid: number): string {
  return `outloop-${uid}`;
}

/** A folder of that name in a directory that everybody writes may be anybody's. */
function isOwn(folder: string, uid: number): boolean {
  const stat = lookAt(folder);
  return stat !== null && stat.isDirectory() && stat.uid === uid && (stat.mode & 0o077) === 0;
}

/** A process id says nothing in another namespace (a container with the same /tmp): there, and where no start is known, only time tells. */
function isLeft(folder: string, name: string, { prefix, nowMs }: { readonly prefix: string; readonly nowMs: number }): boolean {
  const [, pid, start, namespace] = PLACE.exec(name.slice(prefix.length)) ?? [];
  if (pid === undefined || start === undefined) return false;
  if (start !== '0' && namespace !== '0' && namespace === readPidNamespace()) return !isAlive({ pid: Number(pid), start });
  const stat = lookAt(inside(folder, name));
  return stat !== null && stat.ctimeMs < nowMs - LONGEST_RUN_MS;
}

function lookAt(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function openTree(path: string): void {
  try {
    if (!lstatSync(path).isDirectory()) return;
    chmodSync(path, 0o700);
    for (const name of readdirSync(path)) openTree(inside(path, name));
  } catch {
    return;
  }
}
