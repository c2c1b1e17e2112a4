import { spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { errorCode } from '../model/error-code.js';

/** A held lock. It is also gone when this process ends, however it ends. */
export type Lock = { release(): void };

/** Why there is none; `error` is the name of the error for which its file cannot be opened, `flaw` a clause about a file that must not be trusted. */
export type LockRefusal =
  | { readonly kind: 'refused'; readonly why: 'timeout' | 'no-locker' | 'not-lockable' }
  | { readonly kind: 'refused'; readonly why: 'unwritable'; readonly error: string }
  | { readonly kind: 'refused'; readonly why: 'untrusted'; readonly flaw: string };

const OTHERS_WRITE = 0o022;

/** A lock that nobody lets go is waited for at most this long. */
export const LOCK_WAIT_MS = 8000;
/** Where it changes hands meanwhile the wait begins anew, at most so many times in all: a crowd is served, and nobody waits for ever. */
const MOST_WAITS = 8;

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
 * it is a symbolic link). Blocks the thread. `waitMs`, rounded up to whole seconds, is how long one holder may keep it.
 */
export function acquireLock(path: string, waitMs: number = LOCK_WAIT_MS): Lock | LockRefusal {
  const descriptor = openLockFile(path);
  if (typeof descriptor !== 'number') return descriptor;
  const isWorthWaiting = watchTurns(descriptor);
  let status: number | null;
  do status = lockDescriptor(descriptor, wholeSeconds(waitMs));
  while (status === 1 && isWorthWaiting());
  return toLock(descriptor, status);
}

/** What a locker's exit status makes of a descriptor, which is closed where it is not locked. Null: there is no locker. */
export function toLock(descriptor: number, status: number | null): Lock | LockRefusal {
  if (status === 0) return lockOn(descriptor);
  closeSync(descriptor);
  // Any other status is an error of flock(2), as of a network file system without its lock daemon (ENOLCK).
  return { kind: 'refused', why: status === null ? 'no-locker' : status === 1 ? 'timeout' : 'not-lockable' };
}

/** A descriptor that is locked. Whoever waits sees by the file's time that the lock has changed hands. */
export function lockOn(descriptor: number): Lock {
  try {
    // POSIX: a successful ftruncate marks the time of the last change, also where the size stays.
    ftruncateSync(descriptor, 0);
  } catch {
    // Then others wait as for a lock that nobody lets go.
  }
  return { release: () => closeSync(descriptor) };
}

/** Asked at the end of each wait for the lock: whether others had it meanwhile, and the waits are not used up. */
export function watchTurns(descriptor: number): () => boolean {
  const readTurn = () => fstatSync(descriptor, { bigint: true }).mtimeNs;
  let turn = readTurn();
  let waits = 1;
  return () => {
    const before = turn;
    turn = readTurn();
    waits += 1;
    return turn !== before && waits <= MOST_WAITS;
  };
}

/** Lockers take whole seconds. */
export function wholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

/** The lock's file, open, or why it cannot be. Whoever opened it closes it, which lets the lock go. */
export function openLockFile(path: string): number | LockRefusal {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  } catch (error) {
    return { kind: 'refused', why: 'unwritable', error: errorCode(error) };
  }
  const stat = fstatSync(descriptor);
  const flaw = !stat.isFile() ? 'is not a regular file' : (stat.mode & OTHERS_WRITE) !== 0 ? 'can be written by others' : null;
  if (flaw === null) return descriptor;
  closeSync(descriptor);
  return { kind: 'refused', why: 'untrusted', flaw };
}

function lockDescriptor(descriptor: number, seconds: number): number | null {
  for (const locker of LOCKERS) {
    if (!existsSync(locker.path)) continue;
    const ended = spawnSync(locker.path, locker.args(seconds), { stdio: [descriptor, 'ignore', 'ignore'], env: {}, cwd: '/' });
    if (ended.error === undefined) return ended.status;
  }
  return null;
}
