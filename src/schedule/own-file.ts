import { mkdirSync, readFileSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, errorCode } from '../model/error-code.js';
import { writePrivateFile } from '../state/private-file.js';

/** Reads a file that a scheduler reads too; null: there is none. Throws what else the file system throws. */
export function readOwnFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Puts a file there, 0600, with its directories. Null, or why not, as a clause. */
export function writeOwnFile(path: string, text: string): string | null {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writePrivateFile(path, text);
    return null;
  } catch (error) {
    return `${path} cannot be written (${errorCode(error)})`;
  }
}

/** Takes a file away; null too where there is none. */
export function removeOwnFile(path: string): string | null {
  try {
    unlinkSync(path);
    return null;
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? null : `${path} cannot be removed (${errorCode(error)})`;
  }
}

/** Puts files back as they were before a change that failed halfway. */
export function restoreOwnFiles(before: readonly { readonly path: string; readonly text: string | null }[]): void {
  for (const { path, text } of before) {
    if (text === null) removeOwnFile(path);
    else writeOwnFile(path, text);
  }
}
