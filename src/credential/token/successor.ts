import { isTable } from '../../model/json-table.js';
import type { State } from '../../state/open-state.js';
import { readSealedFile, removeSealedFile, writeSealedFile, type SealedPlace } from './sealed-file.js';

/** Which credential a successor is of. */
export type SuccessorPlace = { readonly tenant: string; readonly credential: string; readonly backend: string; readonly ref: string };

/**
 * Keeps the new value that an endpoint gave for a credential, sealed, until its backend has it: the old value is good for nothing any more,
 * and the machine may stop at any moment. `of` is the old value's fingerprint. False when it cannot be kept.
 */
export function keepSuccessor(state: State, place: SuccessorPlace, kept: { of: string; value: Uint8Array; nonce: Uint8Array }): boolean {
  const value = { of: kept.of, value: Buffer.from(kept.value).toString('base64') };
  return writeSealedFile(state, sealedPlace(place), value, kept.nonce);
}

/** The new value that waits for the value of that fingerprint; null when none does. The bytes belong to the caller. */
export function findSuccessor(state: State, place: SuccessorPlace, of: string): Uint8Array | null {
  const kept = readSealedFile(state, sealedPlace(place));
  if (!isTable(kept) || typeof kept['value'] !== 'string' || kept['of'] !== of) return null;
  return Buffer.from(kept['value'], 'base64');
}

/** Forgets the successor: its backend has it, or the credential was set anew. */
export function dropSuccessor(state: State, place: SuccessorPlace): void {
  removeSealedFile(state, sealedPlace(place));
}

function sealedPlace({ tenant, credential, backend, ref }: SuccessorPlace): SealedPlace {
  return { tenant, kind: 'successor', about: [credential, backend, ref] };
}
