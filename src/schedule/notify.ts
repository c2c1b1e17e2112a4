import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import type { RunRecord } from '../model/run.js';
import type { Schedule } from '../model/schedule.js';

/** Long enough to send a message; the firing itself is over by then. */
const LIMIT_MS = 10_000;

/** `home` and `user`: of the account that outloop runs as. */
export type Notification = { readonly schedule: Schedule; readonly record: RunRecord; readonly home: string; readonly user: string };

/**
 * Starts a schedule's notification command, which gets the record of the firing on its standard input and its main facts in its environment. Nothing
 * of the caller's environment is there, and no value of a parameter or credential. It is killed, with what it started, after 10 s. Null, or what went wrong, as a clause.
 */
export function notify({ schedule, record, home, user }: Notification, limitMs = LIMIT_MS): Promise<string | null> {
  const [command, ...args] = schedule.notify ?? [];
  if (command === undefined) return Promise.resolve(null);
  const child = start(command, args, { ...BARE, HOME: home, USER: user, LOGNAME: user, ...factsOf(schedule, record) });
  if (child === null) return Promise.resolve(UNSTARTED);
  return new Promise((resolve) => {
    const end = (why: string | null): void => {
      clearTimeout(timer);
      resolve(why);
    };
    const timer = setTimeout(() => {
      killGroup(child.pid);
      end(`did not end within ${limitMs / 1000} s`);
    }, limitMs);
    child.on('error', () => end(UNSTARTED));
    child.on('exit', (exit, signal) => end(exit === 0 ? null : signal === null ? `ended with ${exit}` : `was ended by ${signal}`));
    // It need not read its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${JSON.stringify({ schedule: schedule.name, ...record })}\n`);
  });
}

/** Why a notification command cannot be started as it is now, as a clause; null: it is an executable file. */
export function faultOfNotify(path: string): 'does not exist' | 'is not a file' | 'is not executable' | null {
  const stat = statOrNull(path);
  if (stat === null) return 'does not exist';
  if (!stat.isFile()) return 'is not a file';
  try {
    accessSync(path, constants.X_OK);
    return null;
  } catch {
    return 'is not executable';
  }
}

/** Null too where it cannot be looked at. */
function statOrNull(path: string) {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

const UNSTARTED = 'cannot be started';

/** Null where Node throws instead of telling it later, as for ENOTDIR and ELOOP. */
function start(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  try {
    return spawn(command, args, { env, cwd: '/', stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  } catch {
    return null;
  }
}

const BARE = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' };

function factsOf({ name }: Schedule, { run, code, exit, reason, next, tenant, project, alias }: RunRecord): Record<string, string> {
  return {
    OUTLOOP_FIRING_SCHEDULE: name,
    OUTLOOP_FIRING_RUN: run,
    OUTLOOP_FIRING_CODE: code,
    OUTLOOP_FIRING_EXIT: String(exit),
    OUTLOOP_FIRING_REASON: reason,
    OUTLOOP_FIRING_NEXT: next?.do ?? '',
    OUTLOOP_FIRING_TENANT: tenant ?? '',
    OUTLOOP_FIRING_PROJECT: project ?? '',
    OUTLOOP_FIRING_ALIAS: alias ?? '',
  };
}

/** `detached` made it the leader of a group of its own. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    return;
  }
}
