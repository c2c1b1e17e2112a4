import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Denial } from '../denial/denial.js';
import { errorCode } from '../model/error-code.js';
import { AUDIT_KEY_BYTES, checkDirectories, type State } from './open-state.js';
import { auditKeyPath, isApart } from './paths.js';
import type { StatePaths } from './paths.js';
import { createPrivateFile } from './private-file.js';

/** What a new state starts with. */
export type StateSeed = {
  /** `st_` and a ULID. */
  readonly id: string;
  /** 32 random bytes. */
  readonly auditKey: Uint8Array;
  /** Left out: `operator`. */
  readonly kind?: State['kind'];
};

const DEFAULT_SETTINGS = `# outloop's settings. Every line but the version may be left out.
version: 1

# Directories that may hold vetted tools although others than root and you can write to them, such as Homebrew's.
# toolDirs: [/opt/homebrew/bin]

# An HTTP proxy for outloop's own requests. The environment's proxy variables are ignored.
# proxy: http://127.0.0.1:3128

# Record a request for an alias that no grant permits, for you to approve or reject, instead of only denying it.
# requestUngranted: true
`;

/**
 * Makes what is missing of a state: directories 0700, files 0600. Nothing that is there is changed, so it is safe to repeat,
 * and two at once agree on one identity and key. `made` lists the absolute paths of what was made. A Denial when a
 * directory that was there is a link, another user's or open to others. Throws the file system's error.
 */
export function makeState(paths: StatePaths, seed: StateSeed, uid: number): { readonly made: readonly string[] } | Denial {
  if (seed.auditKey.length !== AUDIT_KEY_BYTES) throw new RangeError('the audit key has the wrong length');
  const made: string[] = [];
  for (const path of new Set([paths.config, paths.state, paths.record])) {
    if (mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined) made.push(path);
  }
  for (const path of [paths.services, paths.tenants, paths.vault, paths.audit, paths.limits, paths.compiled]) {
    if (makeDirectory(path)) made.push(path);
  }
  const refusal = checkDirectories(paths, uid);
  if (refusal !== null) return refusal;
  makeDirectory(join(paths.compiled, 'services'));
  makeDirectory(join(paths.compiled, 'tenants'));
  // The identity comes last: while it is missing, there is no state.
  if (makeFile(auditKeyPath(paths), seed.auditKey)) made.push(auditKeyPath(paths));
  if (makeFile(paths.settings, DEFAULT_SETTINGS)) made.push(paths.settings);
  // A CI's state is copied into each job, and every job keeps its log where it likes.
  const more = seed.kind === 'ci' ? { kind: 'ci' } : placesOf(paths);
  const identity = { version: 1, id: seed.id, ...more };
  if (isApart(paths) && makeFile(paths.place, `${JSON.stringify({ version: 1, state: paths.state })}\n`)) made.push(paths.place);
  if (makeFile(paths.identity, `${JSON.stringify(identity)}\n`)) made.push(paths.identity);
  return { made };
}

/** What a state keeps elsewhere. */
function placesOf(paths: StatePaths): { readonly record?: string; readonly config?: string } {
  const { config, state, record } = paths;
  return { ...(record === state ? {} : { record }), ...(isApart(paths) ? { config } : {}) };
}

/** False when something is there already: looked at first, since a read-only directory would refuse the temporary file. */
function makeFile(path: string, bytes: Uint8Array | string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined && createPrivateFile(path, bytes);
}

/** False when something is there already. */
function makeDirectory(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}
