import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { LOCK_WAIT_MS, LOCKERS, openLockFile, toLock, watchTurns, wholeSeconds, type Lock, type LockRefusal } from './lock.js';

/**
 * As `acquireLock`, without blocking the thread: for a lock that is held while something else is waited for, which another holder in this very
 * process could otherwise never finish. `signal` ends the wait, as its time limit does.
 */
export async function waitForLock(path: string, waitMs: number = LOCK_WAIT_MS, signal?: AbortSignal): Promise<Lock | LockRefusal> {
  const descriptor = openLockFile(path);
  if (typeof descriptor !== 'number') return descriptor;
  const isWorthWaiting = watchTurns(descriptor);
  let status: number | null;
  do status = signal?.aborted === true ? 1 : await lockDescriptor(descriptor, wholeSeconds(waitMs), signal);
  while (status === 1 && signal?.aborted !== true && isWorthWaiting());
  return toLock(descriptor, status);
}

async function lockDescriptor(descriptor: number, seconds: number, signal: AbortSignal | undefined): Promise<number | null> {
  for (const locker of LOCKERS) {
    if (!existsSync(locker.path)) continue;
    const status = await runLocker([locker.path, ...locker.args(seconds)], descriptor, signal);
    if (status !== null) return status;
  }
  return null;
}

/** The locker's exit status, 1 where `signal` ended it; null where it cannot be started. */
function runLocker(
  [file, ...args]: readonly [string, ...string[]],
  descriptor: number,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(file, args, { stdio: [descriptor, 'ignore', 'ignore'], env: {}, cwd: '/' });
    } catch {
      // Some of the system's refusals are thrown (ENOMEM), the others come as an event.
      resolve(null);
      return;
    }
    const giveUp = () => child.kill('SIGKILL');
    const end = (status: number | null) => {
      signal?.removeEventListener('abort', giveUp);
      resolve(status);
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    child.once('error', () => end(null));
    child.once('exit', (code) => end(signal?.aborted === true && code !== 0 ? 1 : (code ?? 2)));
  });
}
