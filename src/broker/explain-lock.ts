import { deny, type Denial } from '../denial/denial.js';
import type { LockRefusal } from '../state/lock.js';

/** Why there is no lock on something, as a clause about it; `file` is the lock's. */
export function explainLock(refusal: LockRefusal, file: string): string {
  switch (refusal.why) {
    case 'timeout':
      return 'its lock was held by others for too long';
    case 'no-locker':
      return 'neither flock nor perl could be started to lock it with';
    case 'not-lockable':
      return `the file system of ${file} takes no lock`;
    case 'unwritable':
      return `${file} cannot be opened (${refusal.error})`;
    case 'untrusted':
      return `${file} ${refusal.flaw}`;
  }
}

/** AUDIT_UNAVAILABLE, because the log's lock could not be had. */
export function denyForLock(refusal: LockRefusal, file: string): Denial {
  return deny('AUDIT_UNAVAILABLE', { detail: explainLock(refusal, file), lock: refusal.why });
}

/** Whether that is what a denial says: its lock was waited for as long as anything is, and a record of the denial is not worth waiting for again. */
export function isDeniedForLock({ code, facts }: Denial): boolean {
  return code === 'AUDIT_UNAVAILABLE' && 'lock' in facts;
}
