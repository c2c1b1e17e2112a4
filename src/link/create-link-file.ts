import { closeSync, constants, fchmodSync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LINK_FILE } from './link-file.js';

/**
 * Makes a folder's link file, 0644, so that it can be committed and read by a teammate's tools. Never overwrites: throws EEXIST when
 * anything of that name stands there, and what else the file system throws; a file that could not be written whole is
 * removed again.
 */
export function createLinkFile(directory: string, bytes: Uint8Array): void {
  const path = join(directory, LINK_FILE);
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
  let whole = false;
  try {
    fchmodSync(fd, 0o644);
    for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written, bytes.length - written);
    fsyncSync(fd);
    whole = true;
  } finally {
    closeSync(fd);
    if (!whole) unlinkSync(path);
  }
}
