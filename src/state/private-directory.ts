import { lstatSync, mkdirSync } from 'node:fs';
import { errorCode } from '../model/error-code.js';
import { whyUntrusted } from './private-file.js';

/** What is wrong with a directory of the state, as a clause (`is missing`, `is not a directory`, `can be written by others`), or null. A link is not followed. */
export function faultOfDirectory(path: string, uid: number): string | null {
  try {
    const stat = lstatSync(path);
    return stat.isDirectory() ? whyUntrusted(stat, { uid }) : 'is not a directory';
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' ? 'is missing' : `cannot be read (${code})`;
  }
}

/** Makes a directory, 0700, where there is none, and says what is wrong with the one that stands there then, or null. Its parent must be there. */
export function makePrivateDirectory(path: string, uid: number): string | null {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') return `cannot be made (${errorCode(error)})`;
  }
  return faultOfDirectory(path, uid);
}
