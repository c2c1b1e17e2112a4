import { join } from 'node:path';
import { isWritable, type Ask, type Backend } from '../credential/backend.js';
import { FETCH_LIMIT_MS } from '../credential/fetch-credential.js';
import { NONCE_BYTES } from '../credential/token/sealed-file.js';
import { dropSuccessor, findSuccessor, keepSuccessor } from '../credential/token/successor.js';
import { deny, type Denial } from '../denial/denial.js';
import { Secret } from '../model/secret.js';
import { fingerprint } from '../scheme/fingerprint.js';
import type { Lock, LockRefusal } from '../state/lock.js';
import { waitForLock } from '../state/wait-for-lock.js';
import type { Minting } from './minting.js';

/** A credential as its backend holds it, and the backend, which must be one that outloop can write to. */
export type Source = { readonly source: Secret; readonly backend: Backend; readonly signal: AbortSignal };

/**
 * The credential to exchange: the one that its backend holds, or the new value of it that an earlier run could not store, which is stored
 * now. The minting holds it.
 */
export async function takeWaiting(minting: Minting, { source, backend, signal }: Source): Promise<Secret> {
  const { plan, place } = minting;
  const waiting = findSuccessor(plan.state, successorPlace(minting), fingerprint(source, plan.state));
  if (waiting === null) return source;
  const value = new Secret(place.credential, waiting);
  minting.hold(value);
  if (await put(minting, { source, backend, signal }, waiting)) dropSuccessor(plan.state, successorPlace(minting));
  return value;
}

/**
 * Stores the new value of a credential that its endpoint replaced: first sealed in the vault, so that nothing can lose it, then in its backend.
 * Null: it is kept. SECRET_UNUSABLE: it could be kept nowhere, and the operator must authorise anew.
 */
export async function storeSuccessor(
  minting: Minting,
  { source, successor, backend, signal }: Source & { readonly successor: Uint8Array },
): Promise<Denial | null> {
  const { plan, world, place, credential } = minting;
  const nonce = world.random(NONCE_BYTES);
  const kept = keepSuccessor(plan.state, successorPlace(minting), { of: fingerprint(source, plan.state), value: successor, nonce });
  const stored = await put(minting, { source, backend, signal }, successor);
  if (stored) dropSuccessor(plan.state, successorPlace(minting));
  if (stored || kept) return null;
  const detail = `its refresh token was replaced, and the ${credential.backend} backend could not take the new one: authorise it again`;
  return deny('SECRET_UNUSABLE', { credential: place.credential, detail });
}

/**
 * Puts the new value in the old one's place, under the lock of the operator's commands. An operator who set another value in the meantime
 * has the last word: that one stays, and what waits for the old one is done with.
 */
async function put(minting: Minting, { source, backend, signal }: Source, value: Uint8Array): Promise<boolean> {
  const { plan, place, credential } = minting;
  if (!isWritable(backend)) return false;
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort();
  }, FETCH_LIMIT_MS);
  const ask: Ask = { tenant: place.tenant, credential: place.credential, signal: AbortSignal.any([signal, limit.signal]) };
  let lock: Lock | LockRefusal | null = null;
  try {
    lock = await waitForLock(join(plan.state.paths.state, 'lock'));
    if ('kind' in lock) return false;
    const there = await backend.get(credential.ref, ask);
    if (there.kind !== 'value') return false;
    const now = new Secret(source.name, there.bytes);
    minting.hold(now);
    const same = fingerprint(now, plan.state) === fingerprint(source, plan.state);
    return !same || (await backend.put(credential.ref, value, ask)).kind === 'done';
  } catch {
    // A bug of the backend's, whose words could hold the value.
    return false;
  } finally {
    clearTimeout(timer);
    if (lock !== null && 'release' in lock) lock.release();
  }
}

function successorPlace({ place, credential }: Minting) {
  return { tenant: place.tenant, credential: place.credential, backend: credential.backend, ref: credential.ref };
}
