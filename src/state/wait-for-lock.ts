import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { LOCK_WAIT_MS, LOCKERS, openLockFile, toLock, watchTurns, wholeSeconds, type Lock, type LockRefusal } from './lock.js';

/**
 * As `acquireLock`, without blocking the thread: for a lock that is held while something else is waited for, which another holder in this very
 * process could otherwise never finish.
 */
export async function waitForLock(path: string, waitMs: number = LOCK_WAIT_MS): Promise<Lock | LockRefusal> {
  const descriptor = openLockFile(path);
  if (descriptor === null) return { kind: 'refused', why: 'unwritable' };
  const isWorthWaiting = watchTurns(descriptor);
  let status: number | null;
  do status = await lockDescriptor(descriptor, wholeSeconds(waitMs));
  while (status === 1 && isWorthWaiting());
  return toLock(descriptor, status);
}

async function lockDescriptor(descriptor: number, seconds: number): Promise<number | null> {
  for (const locker of LOCKERS) {
    if (!existsSync(locker.path)) continue;
    const status = await new Promise<number | null>((resolve) => {
      const child = spawn(locker.path, locker.args(seconds), { stdio: [descriptor, 'ignore', 'ignore'], env: {}, cwd: '/' });
      child.once('error', () => resolve(null));
      child.once('exit', (code) => resolve(code ?? 2));
    });
    if (status !== null) return status;
  }
  return null;
}
