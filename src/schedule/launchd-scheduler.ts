import { join } from 'node:path';
import { callProgram, type Called, type Desk } from './call-program.js';
import type { Job, Untellable } from './job.js';
import { formatPropertyList } from './launchd-plist.js';
import { readOwnFile, removeOwnFile, restoreOwnFiles, writeOwnFile } from './own-file.js';
import type { Piece, Scheduler, Standing } from './scheduler.js';

/** launchd: an agent of the user's, loaded into the session of their login (launchctl(1), bootstrap and bootout). */
export const launchdScheduler: Scheduler = { preview, install, remove, holds, inspect };

function preview(job: Job, { home }: Desk): readonly Piece[] | Untellable {
  const list = formatPropertyList(job);
  return 'kind' in list ? list : [{ place: join(home, 'Library/LaunchAgents', list.file), text: list.text }];
}

function install(job: Job, desk: Desk): string | null {
  const pieces = preview(job, desk);
  if ('kind' in pieces) return pieces.why;
  const before = pieces.map(({ place }) => ({ path: place, text: readOwnFile(place) }));
  // What is loaded under this label must go first: bootstrap refuses a second one.
  const isThere = before.some(({ text }) => text !== null);
  const wasLoaded = isThere && launchctl(['bootout', `${domainOf(desk)}/${job.label}`], desk).kind === 'done';
  for (const { place, text } of pieces) {
    const failed = writeOwnFile(place, text) ?? bootstrap(place, desk);
    if (failed === null) continue;
    restoreOwnFiles(before);
    const lost = before.map(({ path, text }) => (text === null ? null : bootstrap(path, desk))).find((why) => why !== null) ?? null;
    return wasLoaded && lost !== null ? `${failed}; what was there before is no longer started: ${lost}` : failed;
  }
  return null;
}

function remove(label: string, desk: Desk): string | null {
  const path = join(desk.home, 'Library/LaunchAgents', `${label}.plist`);
  if (readOwnFile(path) === null) return null;
  const stopped = whyFailed(launchctl(['bootout', `${domainOf(desk)}/${label}`], desk));
  return removeOwnFile(path) ?? stopped;
}

function holds(label: string, { home }: Desk): boolean {
  return readOwnFile(join(home, 'Library/LaunchAgents', `${label}.plist`)) !== null;
}

function inspect(job: Job, desk: Desk): Standing {
  const pieces = preview(job, desk);
  if ('kind' in pieces) return 'unknown';
  const [piece] = pieces;
  const there = piece === undefined ? null : readOwnFile(piece.place);
  return there === null ? 'absent' : there === piece?.text ? 'installed' : 'changed';
}

/** Loads the agent of a file into the session. */
function bootstrap(path: string, desk: Desk): string | null {
  return whyFailed(launchctl(['bootstrap', domainOf(desk), path], desk));
}

function domainOf({ uid }: Desk): string {
  return `gui/${uid}`;
}

function launchctl(args: readonly string[], desk: Desk): Called {
  return callProgram('launchctl', args, desk);
}

function whyFailed(called: Called): string | null {
  return called.kind === 'done' ? null : called.why;
}
