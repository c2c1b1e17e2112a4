import { spawn, type ChildProcess } from 'node:child_process';
import { errorCode } from '../model/error-code.js';

/** How a command ended; `failed`: it could not be started, with the file system's name for why (`ENOENT`). */
export type Attended =
  | { readonly kind: 'ended'; readonly exit: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly kind: 'failed'; readonly code: string };

export type AttendedCommand = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a terminal is there that sends its own signals to the command as well. */
  readonly terminal: boolean;
};

/** What a terminal sends to everybody in its foreground, the command too: passing it on would send it twice. */
const FROM_TERMINAL = ['SIGINT', 'SIGQUIT'] as const;
const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/**
 * Runs a command in this terminal, in our own process group, with our descriptors, until it ends. Signals are passed on to it
 * and do not end us; those that a terminal sends by itself are only waited out there.
 */
export function attendCommand({ argv, env, terminal }: AttendedCommand): Promise<Attended> {
  const [file = '', ...args] = argv;
  let started: ChildProcess | undefined;
  const forward = (signal: NodeJS.Signals) => void started?.kill(signal);
  const waitOut = () => undefined;
  const stop = () => {
    for (const signal of [...FORWARDED, ...FROM_TERMINAL]) process.off(signal, forward).off(signal, waitOut);
  };
  // Before the command starts: it may have its first signal while we are still at starting it.
  for (const signal of FORWARDED) process.on(signal, forward);
  for (const signal of FROM_TERMINAL) process.on(signal, terminal ? waitOut : forward);
  try {
    started = spawn(file, args, { stdio: 'inherit', env: { ...env } });
  } catch (error) {
    // Some errors, such as E2BIG, are thrown where others are an event.
    stop();
    return Promise.resolve({ kind: 'failed', code: errorCode(error) });
  }
  const child = started;
  return new Promise((resolve) => {
    child.once('error', (error) => {
      stop();
      resolve({ kind: 'failed', code: errorCode(error) });
    });
    child.once('exit', (exit, signal) => {
      stop();
      resolve({ kind: 'ended', exit, signal });
    });
  });
}
