import { accessSync, constants, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { deny, type Denial } from '../denial/denial.js';
import { errorCode } from '../model/error-code.js';
import { writePrivateFile } from './private-file.js';

/** More than a record and the head take. */
const PROBE_BYTES = 8192;

const WHY: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the disk is read-only',
  EACCES: 'its mode does not let this user',
};

/** Writes a small file into a directory and takes it away again: null, or why it cannot, as a clause with the name of the error. */
export function probeWriting(directory: string): string | null {
  const path = join(directory, '.probe');
  try {
    writePrivateFile(path, Buffer.alloc(PROBE_BYTES));
    // Another process may have looked at the same time.
    rmSync(path, { force: true });
    return null;
  } catch (error) {
    return explain(errorCode(error));
  }
}

function foreseeWriting(directory: string): string | null {
  try {
    accessSync(directory, constants.W_OK);
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize < PROBE_BYTES ? explain('ENOSPC') : null;
  } catch (error) {
    return explain(errorCode(error));
  }
}

function explain(code: string): string {
  return `${WHY[code] ?? 'it cannot be written'} (${code})`;
}

/** For the run that would write to these directories, and without writing: AUDIT_UNAVAILABLE names the first that cannot be written, null: there is none. */
export function denyUnwritable(directories: readonly string[]): Denial | null {
  for (const directory of directories) {
    const fault = foreseeWriting(directory);
    if (fault !== null) return deny('AUDIT_UNAVAILABLE', { detail: `nothing can be written to ${directory}: ${fault}` });
  }
  return null;
}
