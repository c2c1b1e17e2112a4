import { renameSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { flushDirectory, writeTemporary } from './private-file.js';

/** What takes the place of a file. `isSame`: whether what stands there still is what was read; it is asked last, when only the renaming is left. */
export type Replacement = {
  readonly bytes: Uint8Array;
  readonly mode: number;
  readonly isSame: () => boolean;
};

/**
 * Replaces a file that others edit too, in one step and flushed. A clause that says why not, null when it is done. Throws the file system's error.
 * Leaves nothing behind unless it is done.
 */
export function replaceFile(path: string, { bytes, mode, isSame }: Replacement): string | null {
  const temporary = writeTemporary(path, bytes, mode, true);
  let renamed = false;
  try {
    if (!isSame()) return 'was changed in the meantime';
    renameSync(temporary, path);
    renamed = true;
  } finally {
    if (!renamed) unlinkSync(temporary);
  }
  flushDirectory(dirname(path));
  return null;
}
