import { openChain, type Chain } from '../audit/append.js';
import { isDenial, type Denial } from '../denial/denial.js';
import { inside } from '../model/inside.js';
import { acquireLock, type Lock, type LockRefusal } from '../state/lock.js';
import type { State } from '../state/open-state.js';
import { denyFailure } from './deny-failure.js';
import { denyForLock } from './explain-lock.js';
import { tellAhead } from './tell-ahead.js';
import type { World } from './world.js';

/** The file whose lock orders all that is written to the audit log and the limits. */
export function auditLock(state: State): string {
  return inside(state.paths.audit, 'lock');
}

/** Does `work` with the audit chain open and locked against every other process; whatever happens, the lock is let go. Never throws. */
export function withChain<T>(state: State, world: World, work: (chain: Chain) => T | Denial): T | Denial {
  return underLock(acquireLock(auditLock(state)), state, world, work);
}

/** As `withChain`, with the lock that was parked for the run. `signal` ends the wait for it. */
export async function withParkedChain<T>(
  state: State,
  world: World,
  work: (chain: Chain) => T | Denial,
  signal?: AbortSignal,
): Promise<T | Denial> {
  return underLock(await world.locks.acquire(auditLock(state), signal), state, world, work);
}

function underLock<T>(lock: Lock | LockRefusal, state: State, world: World, work: (chain: Chain) => T | Denial): T | Denial {
  if ('kind' in lock) return denyForLock(lock, auditLock(state));
  try {
    const chain = openChain({ auditDir: state.paths.audit, nowMs: world.now(), uid: state.uid });
    if (isDenial(chain)) return chain;
    try {
      return tellAhead(work(chain), state, world);
    } finally {
      chain.close();
    }
  } catch (error) {
    return denyFailure(error, 'AUDIT_UNAVAILABLE', 'the audit log');
  } finally {
    lock.release();
  }
}
