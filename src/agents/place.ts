import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  unlinkSync,
  type Stats,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { codeOf, rethrowBug } from '../model/error-code.js';
import { writePrivateFile } from '../state/private-file.js';
import { replaceFile } from '../state/replace-file.js';

/** A file of an agent's is at most this long; a longer one is not looked into. */
const MAX_BYTES = 4 * 1024 * 1024;

/** What stands at a path within a folder. `text` is its bytes, one character each; `real` is where they lie, links followed; `why` is a clause. */
export type Place =
  | { readonly kind: 'absent'; readonly real: string }
  | { readonly kind: 'file'; readonly real: string; readonly text: string; readonly mode: number; readonly gid: number }
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Looks at a path within a folder (`folder` is its real path, `file` relative to it). Links are followed only as far as they stay
 * in the folder. Refused: what leads out of it, what is no plain file of this user's, and what cannot be written again.
 */
export function lookAtPlace(folder: string, file: string, uid: number): Place {
  try {
    const parent = findParent(folder, dirname(file));
    if (parent.kind !== 'real') return parent;
    return lookAtFile(folder, join(parent.path, file.slice(file.lastIndexOf('/') + 1)), uid);
  } catch (error) {
    return { kind: 'refused', why: `cannot be read (${codeOf(error)})` };
  }
}

/**
 * Writes a file whole, in one step, and the folders that lead to it. An existing file keeps its mode and its group, and one that is not what was looked
 * at any more is left as it is. A clause that says why not, null when it is done. Throws the file system's error.
 */
export function writePlace(place: Extract<Place, { kind: 'absent' | 'file' }>, text: string): string | null {
  const bytes = Buffer.from(text, 'latin1');
  if (place.kind === 'file') {
    const { real, mode, gid } = place;
    return replaceFile(real, { bytes, mode: mode & 0o777, gid, isSame: () => readFileSync(real, 'latin1') === place.text });
  }
  mkdirSync(dirname(place.real), { recursive: true });
  writePrivateFile(place.real, bytes, 0o644);
  return null;
}

/** Removes a file, and those folders above it within `folder` that are then empty. Throws the file system's error when the file cannot be removed. */
export function removePlace(folder: string, real: string): void {
  unlinkSync(real);
  for (let path = dirname(real); path.startsWith(folder + sep); path = dirname(path)) {
    try {
      rmdirSync(path);
    } catch (error) {
      rethrowBug(error);
      return;
    }
  }
}

/** The real path of the folder that a file stands in, or of where it will stand. */
function findParent(
  folder: string,
  relative: string,
): { readonly kind: 'real'; readonly path: string } | Extract<Place, { kind: 'absent' | 'refused' }> {
  let path = folder;
  for (const name of relative === '.' ? [] : relative.split('/')) {
    const next = join(path, name);
    const stat = lstatSync(next, { throwIfNoEntry: false });
    if (stat === undefined) path = next;
    else {
      const real = stat.isSymbolicLink() ? followLink(next) : next;
      if (real === null || !isWithin(folder, real))
        return { kind: 'refused', why: `lies behind ${name}, a link that leads out of the folder` };
      if (!lstatSync(real).isDirectory()) return { kind: 'refused', why: `lies behind ${name}, which is not a folder` };
      path = real;
    }
  }
  return { kind: 'real', path };
}

function lookAtFile(folder: string, path: string, uid: number): Place {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { kind: 'absent', real: path };
  const real = stat.isSymbolicLink() ? followLink(path) : path;
  if (real === null || !isWithin(folder, real)) return { kind: 'refused', why: 'is a link that leads out of the folder' };
  const descriptor = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const opened = fstatSync(descriptor);
    const why = findFault(opened, uid);
    if (why !== null) return { kind: 'refused', why };
    const text = readFileSync(descriptor, 'latin1');
    // UTF-16 has them in every line of English.
    if (text.includes('\0')) return { kind: 'refused', why: 'is not text in UTF-8' };
    return { kind: 'file', real, text, mode: opened.mode, gid: opened.gid };
  } finally {
    closeSync(descriptor);
  }
}

function findFault(stat: Stats, uid: number): string | null {
  if (!stat.isFile()) return 'is not a plain file';
  if (stat.uid !== uid) return 'belongs to another user';
  if ((stat.mode & 0o200) === 0) return 'is read-only';
  if (stat.nlink > 1) return 'has a second name (a hard link), which would keep the old text';
  return stat.size > MAX_BYTES ? `is longer than ${MAX_BYTES} bytes` : null;
}

/** Null: it leads nowhere. */
function followLink(path: string): string | null {
  try {
    return realpathSync(path);
  } catch (error) {
    rethrowBug(error);
    return null;
  }
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
