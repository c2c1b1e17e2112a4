import { constants, lstatSync, realpathSync, type BigIntStats } from 'node:fs';
import { dirname, sep } from 'node:path';
import { deny, type Denial, type Facts } from '../denial/denial.js';

/** Whose files are trusted: root's and `uid`'s; `toolDirs` are absolute folders that the operator trusts besides, with all below them. */
export type PathTrust = { readonly uid: number; readonly toolDirs: readonly string[] };

/**
 * What an executable's path leads to. `system`: the file and every folder of its real path can be changed by root alone.
 * `detail` is a clause for the tool; `path` is what is at fault, and `mend` the command before that path which mends it; null: none does.
 */
export type InspectedPath =
  | { readonly kind: 'ok'; readonly real: string; readonly stat: BigIntStats; readonly system: boolean }
  | { readonly kind: 'absent' }
  | { readonly kind: 'untrusted'; readonly detail: string; readonly path: string; readonly mend: string | null };

/**
 * Resolves every link of an absolute path and looks at each folder of what is left, down from the root, and at the file:
 * owned by root or the operator, and not writable by others. A sticky folder of root's passes, since nobody there can replace another's file.
 */
export function inspectPath(path: string, trust: PathTrust): InspectedPath {
  const real = resolvePath(path);
  if (real === null) return { kind: 'absent' };
  const toolDirs = trust.toolDirs.map((folder) => resolvePath(folder) ?? folder);
  let system = true;
  for (const folder of foldersOf(real)) {
    const stat = statOrNull(folder);
    if (stat === null) return { kind: 'absent' };
    const trusted = toolDirs.some((dir) => folder === dir || folder.startsWith(dir + sep));
    const flaw = stat.isDirectory() ? findFlawOfFolder(stat, folder, trust.uid, trusted) : { detail: `${folder} is no folder`, mend: null };
    if (flaw !== null) return untrusted(flaw, folder, stat, trust.uid);
    system &&= isRootsAlone(stat);
  }

  const stat = statOrNull(real);
  if (stat === null) return { kind: 'absent' };
  const trusted = toolDirs.some((dir) => real.startsWith(dir + sep));
  const flaw = findFlawOfFile(stat, trust.uid, trusted);
  if (flaw !== null) return untrusted(flaw, real, stat, trust.uid);
  return { kind: 'ok', real, stat, system: system && isRootsAlone(stat) };
}

const GROUP_OR_OTHERS = constants.S_IWGRP | constants.S_IWOTH;
const EXECUTE = constants.S_IXUSR | constants.S_IXGRP | constants.S_IXOTH;
/** inode(7): the sticky bit, which node:fs has no name for. */
const STICKY = 0o1000;

/** TOOL_UNTRUSTED_PATH with the facts of a tool; `path` and `mend` are for whoever mends it. */
export function denyUntrusted({ detail, path, mend }: Extract<InspectedPath, { kind: 'untrusted' }>, facts: Facts): Denial {
  return deny('TOOL_UNTRUSTED_PATH', { ...facts, detail, path, ...(mend === null ? {} : { mend }) });
}

type Flaw = { readonly detail: string; readonly mend: string | null };

function untrusted({ detail, mend }: Flaw, path: string, stat: BigIntStats, uid: number): InspectedPath {
  const isAllowed = uid === 0 || stat.uid === BigInt(uid);
  return { kind: 'untrusted', detail, path, mend: mend === null || isAllowed ? mend : `sudo ${mend}` };
}

/** In a folder that the operator trusts by name a group may write (Homebrew's `admin`); the whole world never may. */
function findFlawOfFolder(stat: BigIntStats, folder: string, uid: number, trusted: boolean): Flaw | null {
  const stickyOfRoot = stat.uid === 0n && hasAnyBit(stat, STICKY);
  if (canOthersWrite(stat, trusted) && !stickyOfRoot)
    return { detail: `others can write ${folder}, a folder of its path`, mend: close(trusted) };
  if (trusted || isOwnedBy(stat, uid)) return null;
  return { detail: `another user owns ${folder}, a folder of its path`, mend: `chown ${uid}` };
}

function findFlawOfFile(stat: BigIntStats, uid: number, trusted: boolean): Flaw | null {
  if (!stat.isFile()) return { detail: 'it is not a plain file', mend: null };
  if (!trusted && !isOwnedBy(stat, uid)) return { detail: 'another user owns it', mend: `chown ${uid}` };
  if (canOthersWrite(stat, trusted)) return { detail: 'others can write it', mend: close(trusted) };
  return hasAnyBit(stat, EXECUTE) ? null : { detail: 'it is not executable', mend: 'chmod +x' };
}

function canOthersWrite(stat: BigIntStats, trusted: boolean): boolean {
  return hasAnyBit(stat, trusted ? constants.S_IWOTH : GROUP_OR_OTHERS);
}

function close(trusted: boolean): string {
  return trusted ? 'chmod o-w' : 'chmod go-w';
}

function isRootsAlone(stat: BigIntStats): boolean {
  return stat.uid === 0n && !hasAnyBit(stat, GROUP_OR_OTHERS);
}

function isOwnedBy(stat: BigIntStats, uid: number): boolean {
  return stat.uid === 0n || stat.uid === BigInt(uid);
}

function hasAnyBit(stat: BigIntStats, bits: number): boolean {
  return (stat.mode & BigInt(bits)) !== 0n;
}

/** `/`, `/usr`, `/usr/bin` for `/usr/bin/gh`. */
function foldersOf(real: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = dirname(real); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) return folders;
  }
}

function resolvePath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null; // Not there, a loop of links, or behind a folder that this user may not search.
  }
}

function statOrNull(path: string): BigIntStats | null {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
}
