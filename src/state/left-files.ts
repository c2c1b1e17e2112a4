import { lstatSync, readdirSync, unlinkSync, type Dirent } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { rethrowBug } from '../model/error-code.js';
import { inside } from '../model/inside.js';
import { isAlive } from './live-process.js';
import type { State } from './open-state.js';
import type { StatePaths } from './paths.js';
import { faultOfDirectory } from './private-directory.js';
import { TEMPORARY_FILE } from './private-file.js';

/** A file is written in milliseconds. A process of another pid namespace (a container with the same state) seems to be gone, and may be at it just now. */
const LONGEST_WRITING_MS = 10_000;

/**
 * Removes the temporary files in the directories of a state whose processes are gone: killed before they renamed them. Where a process has the same id now,
 * its file stays. `nowMs`: milliseconds since the epoch. Gives the number of those that were removed; never throws.
 */
export function removeLeftFiles({ paths, uid }: State, nowMs: number): number {
  return (
    listDirectories(paths)
      // What a link leads to is not the state's.
      .filter((directory) => faultOfDirectory(directory, uid) === null)
      .flatMap((directory) => listIn(directory).map(({ name }) => ({ name, path: inside(directory, name) })))
      .filter(({ name, path }) => isMakerGone(name) && isOldFile(path, uid, nowMs) && removeFile(path)).length
  );
}

/**
 * Removes the temporary files beside one outside of the state, made for it or for a name that goes on from its own (`.env.local`, a backup), whose processes
 * are gone. What cannot be removed stays; never throws.
 */
export function removeLeftBeside(file: string, uid: number): void {
  const directory = dirname(file);
  const start = `.${basename(file)}.`;
  for (const { name } of listIn(directory)) {
    const path = join(directory, name);
    if (name.startsWith(start) && isMakerGone(name) && isOldFile(path, uid, Infinity)) removeFile(path);
  }
}

/** Every directory that outloop writes a file of the state into. */
function listDirectories(paths: StatePaths): readonly string[] {
  const { config, state, record, services, tenants, audit, limits, schedules, firings, sessions, ciKeys } = paths;
  // A directory for each tenant, or each kind of source, is within these.
  const parents = [paths.vault, paths.compiled, paths.requests, paths.approvals];
  const within = parents.flatMap((path) =>
    listIn(path)
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => inside(path, name)),
  );
  const own = [config, state, record, services, tenants, audit, limits, schedules, firings, sessions, ciKeys];
  return [...new Set([...own, ...parents, ...within])];
}

function isMakerGone(name: string): boolean {
  const pid = TEMPORARY_FILE.exec(name)?.[1];
  return pid !== undefined && !isAlive({ pid: Number(pid), start: null });
}

function isOldFile(path: string, uid: number, nowMs: number): boolean {
  try {
    const stat = lstatSync(path);
    return stat.isFile() && stat.uid === uid && stat.mtimeMs < nowMs - LONGEST_WRITING_MS;
  } catch (error) {
    rethrowBug(error);
    return false;
  }
}

function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    rethrowBug(error);
    return false;
  }
}

/** None where it is not there or cannot be read. */
function listIn(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    rethrowBug(error);
    return [];
  }
}
