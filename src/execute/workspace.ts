import { closeSync, constants, fstatSync, openSync, statSync, type BigIntStats } from 'node:fs';
import { deny, type Denial } from '../denial/denial.js';
import type { Link } from '../model/link.js';

/** A linked folder that a child works in. `path` leads to the very folder that was linked, wherever it is moved meanwhile and whatever is put in its place; without /proc it is the folder's own path. */
export type Workspace = { readonly path: string; close(): void };

/** Opens the folder of a link; LINK_NOT_APPROVED where another one has taken its place. */
export function openWorkspace({ directory, inode }: Pick<Link, 'directory' | 'inode'>): Workspace | Denial {
  let descriptor: number;
  try {
    descriptor = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch {
    return deny('LINK_NOT_APPROVED', { directory });
  }
  const opened = lookAt(descriptor);
  if (opened !== null && String(opened.ino) === inode) {
    return { path: findPath(descriptor, opened) ?? directory, close: () => closeSync(descriptor) };
  }
  closeSync(descriptor);
  return deny('LINK_NOT_APPROVED', { directory });
}

function lookAt(descriptor: number): BigIntStats | null {
  try {
    return fstatSync(descriptor, { bigint: true });
  } catch {
    return null;
  }
}

/** A child goes there before it becomes another program, and still has our descriptors then (proc(5)). */
function findPath(descriptor: number, { dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string | null {
  const path = `/proc/self/fd/${descriptor}`;
  try {
    const there = statSync(path, { bigint: true });
    return there.dev === dev && there.ino === ino ? path : null;
  } catch {
    return null;
  }
}
