import { accessSync, constants, existsSync, lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDenial, type Denial, type Facts } from '../../denial/denial.js';
import { quoteWord } from '../../model/quote-word.js';
import { refusal, type Refusal } from '../../model/refusal.js';
import { DAMAGED, type State } from '../../state/open-state.js';
import { findOpenModes } from '../../state/open-modes.js';
import type { StatePaths } from '../../state/paths.js';
import { faultOfDirectory } from '../../state/private-directory.js';
import type { LockRefusal } from '../../state/lock.js';
import { whyUntrusted } from '../../state/private-file.js';
import type { World } from '../world.js';
import type { Finding } from './finding.js';

/** For whoever would use a state that is not theirs: nothing mends that. */
const OWN_HOME = 'set OUTLOOP_HOME to a directory of your own, then outloop init';

/** Why `init` cannot make a state here: the place is another user's, or cannot be written. Null: it may try. */
export function refuseForeign(paths: StatePaths, uid: number): Refusal | null {
  const path = topDirectories(paths).find((directory) => isForeign(directory, uid));
  return path === undefined ? null : refusal(`${path} is not yours to make a state in`, OWN_HOME);
}

/** What mends a state that cannot be opened, as `doctor` says it; null where no command does. */
export function fixState({ code, facts }: Denial, { paths, uid }: World): string | null {
  if (isDenial(paths) || topDirectories(paths).some((directory) => isForeign(directory, uid))) return OWN_HOME;
  const { path, fault, variable, value } = facts;
  if (typeof variable === 'string' && typeof value === 'string')
    return value === '' ? `unset ${variable}` : `export ${variable}=${quoteWord(value)}`;
  if (code === 'CONFIG_UNAVAILABLE' || fault === 'is missing') return 'outloop init';
  if (typeof path !== 'string') return null;
  return fault === DAMAGED ? `${moveAway(path)} && outloop init` : fixFault(path, fault, uid);
}

/** What mends the registry of links where it cannot be read; null where no command does. */
export function fixRegistry({ paths, uid }: State, { facts }: Denial): string | null {
  const { links } = paths;
  return facts['fault'] === undefined
    ? `${moveAway(links)}, then cd FOLDER && outloop link for each folder that was linked`
    : fixFault(links, facts['fault'], uid);
}

/** A broken file is kept for the operator to look at. */
function moveAway(path: string): string {
  return `mv ${quoteWord(path)} ${quoteWord(`${path}.broken`)}`;
}

/** What mends the owner or the mode of a path of the state, by what is wrong with it; null where that is something else. */
export function fixFault(path: string, fault: Facts[string] | undefined, uid: number): string | null {
  if (fault === 'belongs to another user') return `sudo chown ${uid} ${quoteWord(path)}`;
  return fault === 'can be written by others' || fault === 'is open to others' ? `chmod go= ${quoteWord(path)}` : null;
}

/** What mends the owner or the mode of a file of the state; null where those are as they should be. */
export function fixFile(path: string, uid: number): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? fixFault(path, whyUntrusted(stat, { uid }) ?? undefined, uid) : null;
}

/** What mends a lock file that cannot be opened; null where no command does. */
export function fixLock(lock: LockRefusal, file: string): string | null {
  if (lock.why !== 'unwritable') return null;
  if (lock.error === 'EACCES') return `chmod 600 ${quoteWord(file)}`;
  return ['EISDIR', 'ELOOP', 'ENXIO'].includes(lock.error) ? moveAway(file) : null;
}

/** What of a state others may read, for `doctor`. */
export function findOpenFaults(paths: StatePaths): readonly Omit<Finding, 'about'>[] {
  const { directories, files } = findOpenModes(paths);
  const describe = (open: readonly string[], mode: string): readonly Omit<Finding, 'about'>[] =>
    open.length === 0
      ? []
      : [{ level: 'warn', text: `others may read ${open.join(', ')}`, fix: `chmod ${mode} ${open.map(quoteWord).join(' ')}` }];
  return [...describe(directories, '700'), ...describe(files, '600')];
}

function topDirectories({ config, state, record }: StatePaths): readonly string[] {
  return [...new Set([config, state, record])];
}

function isForeign(directory: string, uid: number): boolean {
  const fault = faultOfDirectory(directory, uid);
  if (fault === 'belongs to another user' || fault === 'cannot be read (EACCES)') return true;
  return fault === 'is missing' && !canBeMade(directory);
}

/** Whether the folder below which it would be made can be written. */
function canBeMade(directory: string): boolean {
  const parent = dirname(directory);
  if (!existsSync(parent)) return canBeMade(parent);
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
