import type { ApprovalRequest, Ask } from '../model/approval.js';
import type { RequestId } from '../model/ids.js';
import { isSameQuestion } from './judge-approval.js';
import { listKeys, readWaiting, writeWaiting, type ApprovalPlace } from './approval-store.js';
import { countOverflow } from './overflow.js';

/** So many requests of a tenant wait at most: more than a person reads, and some megabytes at worst. The oldest stay. */
export const MAX_WAITING = 200;

/** What became of a request: it is on file, too many wait already, or the one on file cannot be read or the new one written (`why` is a clause). */
export type Recorded =
  | { readonly kind: 'recorded'; readonly request: ApprovalRequest }
  | { readonly kind: 'full' }
  | { readonly kind: 'unreadable' | 'unwritable'; readonly why: string };

/** A question that may be put on file under a new id. `answered`: the request that the last answer was for, null where there is none. */
export type NewRequest = { readonly ask: Ask; readonly newId: RequestId; readonly answered: RequestId | null };

/**
 * Puts a question on file. The same question again adds to the request that waits; one about an alias that has changed since
 * takes its place under the new id. Call it under the audit lock, whose time `nowMs` is.
 */
export function recordRequest(place: ApprovalPlace, { ask, newId, answered }: NewRequest, nowMs: number): Recorded {
  const waiting = readWaiting(place, ask.tenant, ask.key);
  if (typeof waiting === 'string') return { kind: 'unreadable', why: waiting };
  if (waiting === null && isFull(place, ask)) {
    countOverflow(place, ask.tenant, nowMs);
    return { kind: 'full' };
  }
  // A request that was answered and yet waits is left over from a crash between the two.
  const isSame = waiting !== null && waiting.id !== answered && isSameQuestion(waiting, ask);
  const request = isSame
    ? { ...waiting, reason: waiting.reason ?? ask.reason, lastMs: nowMs, times: waiting.times + 1 }
    : { ...ask, id: newId, firstMs: nowMs, lastMs: nowMs, times: 1 };
  const fault = writeWaiting(place, request, !isSame);
  return fault === null ? { kind: 'recorded', request } : { kind: 'unwritable', why: fault };
}

/** A directory that cannot be read is found by the write that follows. */
function isFull(place: ApprovalPlace, { tenant }: Ask): boolean {
  const keys = listKeys(place.requestsDir, tenant, place.uid);
  return typeof keys !== 'string' && keys.length >= MAX_WAITING;
}
