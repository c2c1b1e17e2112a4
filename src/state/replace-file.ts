import { closeSync, fchownSync, fstatSync, renameSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { rethrowBug } from '../model/error-code.js';
import { fillTemporary, flushDirectory, openTemporary } from './private-file.js';

/**
 * What takes the place of a file, with the mode and the group of that. `isSame`: whether what stands there still is what was read; it is asked last,
 * when only the renaming is left.
 */
export type Replacement = {
  readonly bytes: Uint8Array;
  readonly mode: number;
  readonly gid: number;
  readonly isSame: () => boolean;
};

/**
 * Replaces a file that others edit or read too, in one step and flushed. A clause that says why not, null when it is done. Throws the file system's
 * error. Leaves nothing behind unless it is done.
 */
export function replaceFile(path: string, { bytes, mode, gid, isSame }: Replacement): string | null {
  const [temporary, descriptor] = openTemporary(path);
  let renamed = false;
  try {
    try {
      // Before the mode, which would else be another group's for a moment; and a change of the group takes bits of the mode away.
      if (!keepGroup(descriptor, mode, gid)) return 'gives rights to a group that you may not give to a new file';
      fillTemporary(descriptor, bytes, mode, true);
    } finally {
      closeSync(descriptor);
    }
    flushDirectory(dirname(path));
    if (!isSame()) return 'was changed in the meantime';
    renameSync(temporary, path);
    renamed = true;
  } finally {
    if (!renamed) unlinkSync(temporary);
  }
  flushDirectory(dirname(path));
  return null;
}

/** False: the group cannot be kept, and the mode gives it something. */
function keepGroup(descriptor: number, mode: number, gid: number): boolean {
  if (fstatSync(descriptor).gid === gid) return true;
  try {
    fchownSync(descriptor, -1, gid);
    return true;
  } catch (error) {
    rethrowBug(error);
    return (mode & 0o070) === 0;
  }
}
