import { lstatSync, mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { inside } from '../../model/inside.js';
import { errorCode } from '../../model/error-code.js';
import { parseName } from '../../model/ids.js';
import { BACKENDS_OWNER } from '../../model/owner.js';
import type { State } from '../../state/open-state.js';
import { readPrivateFile, removePrivateFile, whyUntrusted, writePrivateFile } from '../../state/private-file.js';
import type { PrivateFile } from '../../state/private-file.js';
import { parseOwnReference } from '../reference.js';
import type { OwnReference } from '../reference.js';
import { MAX_ENTRY_BYTES } from './entry.js';

const SUFFIX = '.secret';

/** Reads `vault/<tenant>/<name>.secret`, from a folder and a file that others cannot have changed. `why` is a clause without a value. */
export function readEntryFile(state: State, place: OwnReference): PrivateFile {
  const fault = faultOfFolder(state, place.tenant);
  if (fault === 'absent') return { kind: 'absent' };
  if (fault !== null) return { kind: 'refused', why: `its folder ${fault}` };
  // A CI's entries are committed, and a checkout lets everybody read them.
  const ownerOnly = state.kind === 'operator';
  const file = readPrivateFile(entryPath(state, place), { uid: state.uid, maxBytes: MAX_ENTRY_BYTES, ownerOnly });
  return file.kind === 'refused' ? { kind: 'refused', why: `its entry ${file.why}` } : file;
}

/** Puts an entry in place of the one that is there, in one step. A clause that says why not, or null when it is done. */
export function writeEntryFile(state: State, place: OwnReference, entry: Uint8Array): string | null {
  try {
    if (faultOfFolder(state, place.tenant) === 'absent') mkdirSync(inside(state.paths.vault, place.tenant), { mode: 0o700 });
    const fault = faultOfFolder(state, place.tenant);
    if (fault !== null) return `its folder ${fault}`;
    writePrivateFile(entryPath(state, place), entry);
    return null;
  } catch (error) {
    return `the vault cannot be written (${errorCode(error)})`;
  }
}

/** When an entry was last put, in milliseconds since the epoch; null when there is none. */
export function timeOfEntry(state: State, place: OwnReference): number | null {
  try {
    return lstatSync(entryPath(state, place)).mtimeMs;
  } catch {
    return null;
  }
}

/** Whether a file stands where an entry would, fit or not. */
export function hasEntry(state: State, place: OwnReference): boolean {
  return lstatSync(entryPath(state, place), { throwIfNoEntry: false })?.isFile() === true;
}

/** As `writeEntryFile`, for the same value sealed anew: it is as old as it was. */
export function rewriteEntryFile(state: State, place: OwnReference, entry: Uint8Array): string | null {
  const timeMs = timeOfEntry(state, place);
  const fault = writeEntryFile(state, place, entry);
  if (fault === null && timeMs !== null) utimesSync(entryPath(state, place), timeMs / 1000, timeMs / 1000);
  return fault;
}

/** Removes an entry; false when there is none. Throws the file system's error. */
export function removeEntryFile(state: State, place: OwnReference): boolean {
  try {
    removePrivateFile(entryPath(state, place));
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The entries that are there, of one tenant or (null) of all, sorted. Whatever is not named as an entry is passed over. Throws the file system's error. */
export function listEntryFiles(state: State, tenant: string | null): OwnReference[] {
  const folders =
    tenant === null ? readdirSync(state.paths.vault).filter((name) => name === BACKENDS_OWNER || parseName(name) !== null) : [tenant];
  return folders.sort().flatMap((folder) => {
    const names = readNames(inside(state.paths.vault, folder)).filter((name) => name.endsWith(SUFFIX));
    return names.sort().flatMap((name) => parseOwnReference(`${folder}/${name.slice(0, -SUFFIX.length)}`) ?? []);
  });
}

/** Where an entry stands. */
export function entryPath(state: State, { tenant, name }: OwnReference): string {
  return inside(state.paths.vault, `${tenant}/${name}${SUFFIX}`);
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** What is wrong with a tenant's folder; `absent` when it is not there, null when it is fit. */
function faultOfFolder(state: State, tenant: string): string | null {
  try {
    const stat = lstatSync(inside(state.paths.vault, tenant));
    return stat.isDirectory() ? whyUntrusted(stat, { uid: state.uid }) : 'is not a directory';
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'absent' : `cannot be read (${errorCode(error)})`;
  }
}
