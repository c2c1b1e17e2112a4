import { errorCode } from '../../model/error-code.js';
import type { BackendSetting, Hindrance } from '../backend.js';
import type { OwnReference } from '../reference.js';
import { KEY_BYTES, NONCE_BYTES, idOfKey, keyIdOfEntry, openEntry, sealEntry } from './entry.js';
import { listEntryFiles, readEntryFile, rewriteEntryFile } from './entry-file.js';
import { readKey, removeOtherKeys, writeKey } from './key-home.js';
import type { KeyAnswer } from './key-home.js';
import { readStore, writeStore } from './store-file.js';
import type { KeyPlace, Store } from './store-file.js';

export type RotateAnswer =
  /** `entries`: how many were sealed anew. `resumed`: it finished a change that was broken off. `oldKeyLeft`: the old key could not be removed. */
  | { readonly kind: 'done'; readonly key: KeyPlace; readonly entries: number; readonly resumed: boolean; readonly oldKeyLeft: boolean }
  | Hindrance
  /** An entry (`ref`), or the vault itself (null), cannot be opened. Nothing is lost; remove or restore the entry and try again. */
  | { readonly kind: 'damaged'; readonly ref: string | null; readonly detail: string };

/**
 * Changes the vault's key, and its place where `place` is not null, and seals every entry anew. The caller holds the state's lock,
 * as for `put`. A process that ends at any point leaves every entry readable, since the store names both keys until no entry
 * needs the old one; the next call finishes that change (to the place it was begun for) instead of beginning another.
 */
export async function rotateKey(setting: BackendSetting, place: KeyPlace | null, signal: AbortSignal): Promise<RotateAnswer> {
  const answer = readStore(setting.state);
  if (answer.kind === 'absent') return { kind: 'damaged', ref: null, detail: 'vault/store.json is missing' };
  if (answer.kind === 'refused') return { kind: 'damaged', ref: null, detail: answer.why };
  const resumed = answer.store.next !== null;
  const old = await readKey(setting, answer.store, signal);
  if (old.kind !== 'key') return hinder(old);
  try {
    const store = resumed ? answer.store : await begin(setting, answer.store, place ?? answer.store.key, signal);
    if (!('next' in store)) return store;
    if (store.next === null) return { kind: 'damaged', ref: null, detail: 'the vault has no next key' };
    const next = await readKey(setting, store.next, signal);
    if (next.kind !== 'key') return hinder(next);
    const sealed = sealAll(setting, old.key, next.key);
    next.key.fill(0);
    if (typeof sealed !== 'number') return sealed;
    writeStore(setting.state, { ...store.next, next: null });
    const swept = await sweep(setting, store.key, store.next, signal);
    return { kind: 'done', key: store.next.key, entries: sealed, resumed, oldKeyLeft: !swept };
  } catch (error) {
    return { kind: 'unavailable', detail: `the vault cannot be written (${errorCode(error)})`, retryAfterMs: null };
  } finally {
    old.key.fill(0);
  }
}

/** Puts a new key beside the old one, and only then names it in the store. */
async function begin(setting: BackendSetting, store: Store, place: KeyPlace, signal: AbortSignal): Promise<Store | RotateAnswer> {
  const key = Uint8Array.from(setting.random(KEY_BYTES));
  const written = await writeKey(setting, place, key, signal);
  const next = { key: place, keyId: idOfKey(key) };
  key.fill(0);
  if (written.kind === 'refused') return { kind: 'damaged', ref: null, detail: written.detail };
  if (written.kind !== 'done') return written;
  const both = { key: store.key, keyId: store.keyId, next };
  writeStore(setting.state, both);
  return both;
}

/** Seals every entry of the old key with the next one; how many they were. */
function sealAll(setting: BackendSetting, old: Uint8Array, next: Uint8Array): number | RotateAnswer {
  const nextId = idOfKey(next);
  let sealed = 0;
  for (const place of listEntryFiles(setting.state, null)) {
    const ref = `${place.tenant}/${place.name}`;
    const file = readEntryFile(setting.state, place);
    if (file.kind === 'absent') continue;
    if (file.kind === 'refused') return { kind: 'damaged', ref, detail: file.why };
    // An entry of the next key was sealed before the change was broken off; it must open all the same.
    const fresh = keyIdOfEntry(file.bytes) === nextId;
    const value = openEntry(file.bytes, fresh ? next : old, place);
    if (value === null) return { kind: 'damaged', ref, detail: 'its entry was changed or moved' };
    const fault = fresh ? null : reseal(setting, place, next, value);
    value.fill(0);
    if (fault !== null) return { kind: 'unavailable', detail: fault, retryAfterMs: null };
    if (!fresh) sealed += 1;
  }
  return sealed;
}

function reseal(setting: BackendSetting, place: OwnReference, key: Uint8Array, value: Uint8Array): string | null {
  return rewriteEntryFile(setting.state, place, sealEntry({ key, nonce: setting.random(NONCE_BYTES), place, value }));
}

/** Removes every key that no entry needs any more, also those of changes that were broken off. */
async function sweep(
  setting: BackendSetting,
  oldPlace: KeyPlace,
  kept: { readonly key: KeyPlace; readonly keyId: string },
  signal: AbortSignal,
): Promise<boolean> {
  let swept = true;
  for (const place of new Set<KeyPlace>(['file', oldPlace, kept.key])) {
    if (!(await removeOtherKeys(setting, place, place === kept.key ? kept.keyId : null, signal))) swept = false;
  }
  return swept;
}

function hinder(answer: Exclude<KeyAnswer, { kind: 'key' }>): RotateAnswer {
  return answer.kind === 'damaged' ? { kind: 'damaged', ref: null, detail: answer.detail } : answer;
}
