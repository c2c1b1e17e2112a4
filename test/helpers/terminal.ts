import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OUTLOOP, waitFor, type Ended, type Home, type How } from './outloop.js';

const ON_TERMINAL = join(import.meta.dirname, '../fixtures/bin/on-terminal');

/** Python itself, not what stands for it on PATH and may start many processes to find it; null where there is none. */
export const PYTHON = findPython();

function findPython(): string | null {
  const usual = '/usr/bin/python3';
  if (existsSync(usual)) return usual;
  const { status, stdout } = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** Why no test can have a terminal here, or null; it stands in the titles of what is skipped. */
export function whyNoTerminal(): string | null {
  return PYTHON !== null && spawnSync(PYTHON, ['-c', 'import pty']).status === 0 ? null : 'skipped without python3';
}

/** What is typed once a text has been shown. */
export type Step = readonly [shown: string, typed: string];

/** Runs `outloop …` on a terminal of its own and types. `stdout` is what the terminal showed, its line ends as `\n`. */
export function onTerminal(home: Home, steps: readonly Step[], args: readonly string[], how: How = {}): Promise<Ended> {
  return commandOnTerminal(home, steps, [OUTLOOP, ...args], how);
}

/** The same for a whole command line. */
export async function commandOnTerminal(home: Home, steps: readonly Step[], command: readonly string[], how: How = {}): Promise<Ended> {
  const env = { PATH: process.env['PATH'], TERM: 'dumb', OUTLOOP_HOME: home.state, ...how.env };
  const child = spawn(PYTHON ?? 'python3', [ON_TERMINAL, JSON.stringify(steps), ...command], { cwd: how.cwd ?? home.directory, env });
  const ended = await waitFor(child);
  return { ...ended, stdout: ended.stdout.replaceAll('\r\n', '\n') };
}
