import type { LockRefusal } from '../state/lock.js';

/** Why there is no lock on something, as a clause about it; `file` is the lock's. */
export function explainLock(refusal: LockRefusal, file: string): string {
  switch (refusal.why) {
    case 'timeout':
      return 'its lock was held by others for too long';
    case 'no-locker':
      return 'neither flock nor perl could be started to lock it with';
    case 'unwritable':
      return `${file} cannot be opened (${refusal.error})`;
  }
}
