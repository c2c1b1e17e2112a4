import { isAbsolute, join } from 'node:path';
import { callProgram, type Called, type Desk } from './call-program.js';
import type { Job } from './job.js';
import { readOwnFile, removeOwnFile, restoreOwnFiles, writeOwnFile } from './own-file.js';
import type { Piece, Scheduler, Standing } from './scheduler.js';
import { formatUnits } from './systemd-units.js';

/** systemd's user manager: a service and a timer among the user's own units (systemd.unit(5), "User Unit Search Path"). */
export const systemdScheduler: Scheduler = { preview, install, remove, holds, inspect };

function preview(job: Job, desk: Desk): readonly Piece[] {
  const { service, timer } = formatUnits(job);
  return [service, timer].map(({ file, text }) => ({ place: join(directoryOf(desk), file), text }));
}

function install(job: Job, desk: Desk): string | null {
  const pieces = preview(job, desk);
  const before = pieces.map(({ place }) => ({ path: place, text: readOwnFile(place) }));
  const failed =
    pieces.reduce<string | null>((why, { place, text }) => why ?? writeOwnFile(place, text), null) ??
    whyFailed(systemctl(['daemon-reload'], desk)) ??
    whyFailed(systemctl(['enable', '--now', `${job.label}.timer`], desk));
  if (failed === null) return null;
  // `enable --now` may have linked a timer that it then did not start. One that was there runs on, and is as its file says after the reload.
  if (before.every(({ text }) => text === null)) systemctl(['disable', '--now', `${job.label}.timer`], desk);
  restoreOwnFiles(before);
  systemctl(['daemon-reload'], desk);
  return failed;
}

/** The files go whatever the manager says: without them nothing is started after the next login. */
function remove(label: string, desk: Desk): string | null {
  const paths = unitsOf(label, desk);
  if (!holds(label, desk)) return null;
  const stopped = whyFailed(systemctl(['disable', '--now', `${label}.timer`], desk));
  const kept = paths.map(removeOwnFile).find((why) => why !== null) ?? null;
  return kept ?? stopped ?? whyFailed(systemctl(['daemon-reload'], desk));
}

function holds(label: string, desk: Desk): boolean {
  return unitsOf(label, desk).some((path) => readOwnFile(path) !== null);
}

function unitsOf(label: string, desk: Desk): readonly string[] {
  return ['service', 'timer'].map((kind) => join(directoryOf(desk), `${label}.${kind}`));
}

function inspect(job: Job, desk: Desk): Standing {
  const texts = preview(job, desk).map(({ place, text }) => ({ text, there: readOwnFile(place) }));
  if (texts.every(({ there }) => there === null)) return 'absent';
  return texts.every(({ text, there }) => there === text) ? 'installed' : 'changed';
}

function directoryOf({ env, home }: Desk): string {
  const config = env['XDG_CONFIG_HOME'] ?? '';
  return join(isAbsolute(config) ? config : join(home, '.config'), 'systemd/user');
}

function systemctl(args: readonly string[], desk: Desk): Called {
  return callProgram('systemctl', ['--user', '--no-ask-password', ...args], desk);
}

function whyFailed(called: Called): string | null {
  return called.kind === 'done' ? null : called.why;
}
