import { spawn } from 'node:child_process';
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
    const status = await new Promise<number | null>((resolve) => {
      const child = spawn(locker.path, locker.args(seconds), { stdio: [descriptor, 'ignore', 'ignore'], env: {}, cwd: '/' });
      const giveUp = () => child.kill('SIGKILL');
      signal?.addEventListener('abort', giveUp, { once: true });
      child.once('error', () => resolve(null));
      child.once('exit', (code) => {
        signal?.removeEventListener('abort', giveUp);
        resolve(signal?.aborted === true && code !== 0 ? 1 : (code ?? 2));
      });
    });
    if (status !== null) return status;
  }
  return null;
}
