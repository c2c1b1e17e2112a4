import { constants, lstatSync, realpathSync, type BigIntStats } from 'node:fs';
import { dirname, sep } from 'node:path';

/** Whose files are trusted: root's and `uid`'s; `toolDirs` are absolute folders that the operator trusts besides, with all below them. */
export type PathTrust = { readonly uid: number; readonly toolDirs: readonly string[] };

/**
 * What an executable's path leads to. `system`: the file and every folder of its real path can be changed by root alone.
 * `detail` is a clause that names no path.
 */
export type InspectedPath =
  | { readonly kind: 'ok'; readonly real: string; readonly stat: BigIntStats; readonly system: boolean }
  | { readonly kind: 'absent' }
  | { readonly kind: 'untrusted'; readonly detail: string };

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
    const detail = stat.isDirectory() ? findUntrustedFolder(stat, trust.uid, trusted) : 'a folder of its path is none';
    if (detail !== null) return { kind: 'untrusted', detail };
    system &&= isRootsAlone(stat);
  }

  const stat = statOrNull(real);
  if (stat === null) return { kind: 'absent' };
  if (!stat.isFile()) return { kind: 'untrusted', detail: 'it is not a plain file' };
  const trusted = toolDirs.some((dir) => real.startsWith(dir + sep));
  if (!trusted && !isOwnedBy(stat, trust.uid)) return { kind: 'untrusted', detail: 'another user owns it' };
  if (hasAnyBit(stat, trusted ? constants.S_IWOTH : GROUP_OR_OTHERS)) return { kind: 'untrusted', detail: 'others can write it' };
  if (!hasAnyBit(stat, EXECUTE)) return { kind: 'untrusted', detail: 'it is not executable' };
  return { kind: 'ok', real, stat, system: system && isRootsAlone(stat) };
}

const GROUP_OR_OTHERS = constants.S_IWGRP | constants.S_IWOTH;
const EXECUTE = constants.S_IXUSR | constants.S_IXGRP | constants.S_IXOTH;
/** inode(7): the sticky bit, which node:fs has no name for. */
const STICKY = 0o1000;

/** In a folder that the operator trusts by name a group may write (Homebrew's `admin`); the whole world never may. */
function findUntrustedFolder(stat: BigIntStats, uid: number, trusted: boolean): string | null {
  const stickyOfRoot = stat.uid === 0n && hasAnyBit(stat, STICKY);
  if (hasAnyBit(stat, trusted ? constants.S_IWOTH : GROUP_OR_OTHERS) && !stickyOfRoot) return 'others can write a folder of its path';
  return trusted || isOwnedBy(stat, uid) ? null : 'another user owns a folder of its path';
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
