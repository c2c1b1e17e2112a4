import { lstatSync, readdirSync, realpathSync, type Dirent } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { errorCode } from '../../model/error-code.js';
import { kindOfPath, UNVISITED, type PlaceKind } from './places.js';

/** A file to look at. */
export type Place = { readonly path: string; readonly kind: PlaceKind };

/** What was not looked at, with a clause that says why. */
export type Passed = { readonly path: string; readonly why: string };

/** A client's folder has fewer; a whole disk is not what this is for. */
const MAX_ENTRIES = 500_000;
const MAX_DEPTH = 64;

/**
 * The files of a folder that are worth a look, in a fixed order, and what was passed over. `root` is a real path. A link is followed to a file
 * inside the folder and nowhere else; a folder is never entered through a link.
 */
export function walkFolder(root: string): { readonly places: readonly Place[]; readonly passed: readonly Passed[] } {
  const places: Place[] = [];
  const passed: Passed[] = [];
  const waiting = [{ folder: root, depth: 0 }];
  let entries = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { folder, depth } = next;
    const listed = list(folder);
    if (typeof listed === 'string') {
      passed.push({ path: folder, why: listed });
      continue;
    }
    entries += listed.length;
    if (entries > MAX_ENTRIES) {
      passed.push({ path: folder, why: `has more than ${MAX_ENTRIES} files before it: the rest was not looked at` });
      break;
    }
    for (const entry of listed) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (UNVISITED.has(entry.name)) passed.push({ path, why: 'is not looked into' });
        else if (depth >= MAX_DEPTH) passed.push({ path, why: 'lies too deep' });
        else waiting.push({ folder: path, depth: depth + 1 });
        continue;
      }
      const kind = kindOfPath(relative(root, path).split(sep).join('/'));
      if (kind === null) continue;
      const real = entry.isSymbolicLink() ? findInside(root, path) : path;
      if (real === null) passed.push({ path, why: 'is a link that leads out of the folder, or nowhere' });
      else places.push({ path: real, kind });
    }
  }
  const sorted = places.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { places: sorted.filter(({ path }, at) => path !== sorted[at - 1]?.path), passed };
}

function list(folder: string): Dirent[] | string {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? 1 : -1));
  } catch (error) {
    return `cannot be read (${errorCode(error)})`;
  }
}

function findInside(root: string, path: string): string | null {
  try {
    const real = realpathSync(path);
    return real.startsWith(root === sep ? root : root + sep) && lstatSync(real).isFile() ? real : null;
  } catch {
    return null;
  }
}
