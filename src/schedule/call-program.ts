import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { showText } from '../model/show-text.js';

/** Where an operator installs schedules: the environment that the programs of the system are found in, and whose they are. */
export type Desk = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly user: string;
  readonly uid: number;
};

/** A program's answer. `failed`: a clause that may show the first line of what it said. */
export type Called = { readonly kind: 'done'; readonly stdout: Buffer } | { readonly kind: 'failed'; readonly why: string };

/** A scheduler's own programs answer at once, or not at all. */
const LIMIT_MS = 15_000;
const MAX_BYTES = 16 * 1024 * 1024;
/** What a user's session tells them by; nothing else of the environment is passed on. */
const PASSED = ['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_CONFIG_HOME'] as const;

/** Runs a program of the system by its name, as the operator's shell would find it, and waits for its end. It speaks English, so that its answer can be told. */
export function callProgram(name: string, args: readonly string[], desk: Desk, input: Buffer | null = null): Called {
  const path = findProgram(name, desk);
  if (path === null) return { kind: 'failed', why: `there is no ${name} on this machine` };
  const passed = PASSED.flatMap((variable) => {
    const value = desk.env[variable] ?? '';
    return value === '' ? [] : [[variable, value] as const];
  });
  const ended = spawnSync(path, args, {
    env: {
      PATH: desk.env['PATH'] ?? '/usr/bin:/bin',
      HOME: desk.home,
      USER: desk.user,
      LOGNAME: desk.user,
      LC_ALL: 'C',
      ...Object.fromEntries(passed),
    },
    cwd: '/',
    input: input ?? Buffer.alloc(0),
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_BYTES,
  });
  if (ended.status === 0) return { kind: 'done', stdout: ended.stdout };
  if (ended.error !== undefined) return { kind: 'failed', why: `${name} cannot be run or does not answer` };
  const said = showText((ended.stderr.toString('utf8').split('\n')[0] ?? '').slice(0, 200)).trim();
  return { kind: 'failed', why: said === '' ? `${name} ended with ${ended.status ?? 'a signal'}` : `${name} said: ${said}` };
}

/** Whether a program of that name is there. */
export function hasProgram(name: string, desk: Desk): boolean {
  return findProgram(name, desk) !== null;
}

function findProgram(name: string, { env }: Desk): string | null {
  const directories = (env['PATH'] ?? '/usr/bin:/bin').split(':').filter((directory) => isAbsolute(directory));
  return directories.map((directory) => join(directory, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
