import { join } from 'node:path';
import { errorCode } from '../../model/error-code.js';
import { isTable } from '../../model/json-table.js';
import type { SchemeUse } from '../../model/service.js';
import type { Lock, LockRefusal } from '../../state/lock.js';
import type { State } from '../../state/open-state.js';
import { waitForLock } from '../../state/wait-for-lock.js';
import { makeTenantFolder, nameTexts, readSealedFile, removeSealedFile, writeSealedFile, type SealedPlace } from './sealed-file.js';

/** Whose token it is: the credential, and all that the token depends on besides. */
export type TokenPlace = {
  readonly tenant: string;
  readonly credential: string;
  readonly service: string;
  readonly slot: string;
  readonly use: SchemeUse;
};

/** A token is used no longer than this before it ends: the service's clock may be ahead, and the action takes its time. */
export const MARGIN_MS = 60_000;
/** A token that was kept later than now was kept under another clock. */
const CLOCK_SLACK_MS = 60_000;

/**
 * The token that was kept for this very value of the credential, good for a minute yet; null when there is none. `source` is the value's
 * fingerprint. The bytes belong to the caller.
 */
export function readToken(state: State, place: TokenPlace, source: string, nowMs: number): Uint8Array | null {
  const kept = readSealedFile(state, sealedPlace(place));
  if (!isTable(kept)) return null;
  const { token, expires, made, source: from } = kept;
  if (typeof token !== 'string' || typeof expires !== 'number' || typeof made !== 'number') return null;
  if (from !== source) return null;
  return nowMs + MARGIN_MS < expires && made <= nowMs + CLOCK_SLACK_MS ? Buffer.from(token, 'base64') : null;
}

/** Keeps a token that was made from the value of that fingerprint, sealed; not one that ends within a minute. A token that cannot be kept is made again by the next run. */
export function keepToken(
  state: State,
  place: TokenPlace,
  made: { token: Uint8Array; source: string; expiresMs: number; nowMs: number; nonce: Uint8Array },
): void {
  const { token, source, expiresMs, nowMs, nonce } = made;
  if (nowMs + MARGIN_MS >= expiresMs) return;
  const value = {
    token: Buffer.from(token).toString('base64'),
    expires: expiresMs,
    made: nowMs,
    source,
  };
  writeSealedFile(state, sealedPlace(place), value, nonce);
}

/** Drops a token that its service does not take any more. */
export function dropToken(state: State, place: TokenPlace): void {
  removeSealedFile(state, sealedPlace(place));
}

/**
 * Waits until this process alone may exchange the credential behind a reference, whatever the slot and its options are: a refresh token
 * that is replaced serves one exchange.
 */
export async function lockExchange(
  state: State,
  { tenant, backend, ref }: { tenant: string; backend: string; ref: string },
): Promise<Lock | LockRefusal> {
  try {
    makeTenantFolder(state, tenant);
  } catch (error) {
    return { kind: 'refused', why: 'unwritable', error: errorCode(error) };
  }
  return waitForLock(join(state.paths.vault, tenant, `.${nameTexts(state, [tenant, backend, ref])}.lock`));
}

/** The options in a fixed order, so that a token for another scope is another token. */
function sealedPlace({ tenant, credential, service, slot, use }: TokenPlace): SealedPlace {
  const options = Object.entries(use.options)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat();
  return { tenant, kind: 'token', about: [credential, service, slot, use.scheme, ...options] };
}
