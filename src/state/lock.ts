import { spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';

/** A held lock. It is also gone when this process ends, however it ends. */
export type Lock = { release(): void };

export type LockRefusal = { readonly kind: 'refused'; readonly why: 'timeout' | 'no-locker' | 'unwritable' };

/** A lock is waited for at most this long. */
export const LOCK_WAIT_MS = 8000;

/**
 * The programs that can put a kernel lock on a descriptor that they inherit as their standard input; Node itself cannot
 * call flock(2). The lock belongs to the open file, so it stays with us when the program ends. util-linux's flock exits 1
 * at its time limit, as the perl line does.
 */
export const LOCKERS: readonly { readonly path: string; readonly args: (seconds: number) => readonly string[] }[] = [
  { path: '/usr/bin/flock', args: (seconds) => ['-x', '-w', String(seconds), '0'] },
  { path: '/bin/flock', args: (seconds) => ['-x', '-w', String(seconds), '0'] },
  { path: '/usr/bin/perl', args: (seconds) => ['-e', `$SIG{ALRM}=sub{exit 1};alarm ${seconds};exit(flock(STDIN,2)?0:2)`] },
];

/**
 * Waits until this process alone holds the lock on the file at `path` (made with mode 0600 when absent, never followed when
 * it is a symbolic link). Blocks the thread; the longest wait is `waitMs`, rounded up to whole seconds.
 */
export function acquireLock(path: string, waitMs: number = LOCK_WAIT_MS): Lock | LockRefusal {
  const descriptor = openLockFile(path);
  if (descriptor === null) return { kind: 'refused', why: 'unwritable' };
  const status = lockDescriptor(descriptor, Math.max(1, Math.ceil(waitMs / 1000)));
  if (status === 0) return { release: () => closeSync(descriptor) };
  closeSync(descriptor);
  return { kind: 'refused', why: status === 1 ? 'timeout' : 'no-locker' };
}

/** The lock's file, open; null when it cannot be. Whoever opened it closes it, which lets the lock go. */
export function openLockFile(path: string): number | null {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  } catch {
    return null;
  }
}

function lockDescriptor(descriptor: number, seconds: number): number | null {
  for (const locker of LOCKERS) {
    if (!existsSync(locker.path)) continue;
    const ended = spawnSync(locker.path, locker.args(seconds), { stdio: [descriptor, 'ignore', 'ignore'], env: {}, cwd: '/' });
    if (ended.error === undefined) return ended.status;
  }
  return null;
}
