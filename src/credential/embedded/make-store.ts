import { errorCode } from '../../model/error-code.js';
import type { BackendSetting } from '../backend.js';
import { KEY_BYTES, idOfKey } from './entry.js';
import { findStore } from './find-store.js';
import { readKey, removeOtherKeys, writeKey, type KeyAnswer } from './key-home.js';
import { variableOf } from './key-text.js';
import { createStore, readStore } from './store-file.js';
import type { KeyPlace, Store } from './store-file.js';

/**
 * `made`: the vault is new. `kept`: it was there, with its key where it is. `damaged`: it was there, and it or its key cannot be used; `next` is what
 * mends it. `refused`: there is none now. `detail` is a clause without a value.
 */
export type MadeStore =
  | { readonly kind: 'made' | 'kept'; readonly key: KeyPlace }
  | Extract<KeyAnswer, { readonly kind: 'damaged' }>
  | { readonly kind: 'refused'; readonly detail: string };

/**
 * Makes the vault's key and `vault/store.json`, in a state that is there already. `auto` puts the key into the OS keychain where
 * that takes it and gives it back, else into a file. Safe to repeat, also by two at once: a vault that is there stays as it is.
 */
export async function makeStore(setting: BackendSetting, place: KeyPlace | 'auto', signal: AbortSignal): Promise<MadeStore> {
  const before = findStore(setting.state);
  if (before.kind === 'store') return keepStore(setting, before.store, signal);
  // A new key beside entries of a lost one would hide that they cannot be opened any more.
  if (before.kind === 'damaged') return before;
  if (before.kind !== 'none') return { kind: 'refused', detail: before.detail ?? 'the vault is locked' };
  let ours: KeyPlace;
  try {
    const key = Uint8Array.from(setting.random(KEY_BYTES));
    const written = await putKey(setting, place, key, signal);
    const keyId = idOfKey(key);
    key.fill(0);
    if (written.kind === 'refused') return written;
    ours = written.key;
    if (createStore(setting.state, { key: written.key, keyId, next: null })) return { kind: 'made', key: written.key };
  } catch (error) {
    return { kind: 'refused', detail: `the vault cannot be written (${errorCode(error)})` };
  }
  return keepOther(setting, ours, signal);
}

/** A key that somebody has to unlock first is told of by what needs it; a CI's own comes with its jobs. */
async function keepStore(setting: BackendSetting, store: Store, signal: AbortSignal): Promise<MadeStore> {
  if (variableOf(store.key) !== null) return { kind: 'kept', key: store.key };
  const answer = await readKey(setting, store, signal);
  if (answer.kind === 'damaged') return answer;
  if (answer.kind === 'key') answer.key.fill(0);
  return { kind: 'kept', key: store.key };
}

async function putKey(
  setting: BackendSetting,
  place: KeyPlace | 'auto',
  key: Uint8Array,
  signal: AbortSignal,
): Promise<Exclude<MadeStore, { readonly kind: 'damaged' }>> {
  for (const candidate of place === 'auto' ? (['keychain', 'file'] as const) : [place]) {
    const answer = await writeKey(setting, candidate, key, signal);
    if (answer.kind === 'done') return { kind: 'made', key: candidate };
    if (candidate !== 'file' && place === 'auto') continue;
    return { kind: 'refused', detail: answer.kind === 'locked' ? 'the keychain is locked' : answer.detail };
  }
  return { kind: 'refused', detail: 'there is no place for the vault’s key' };
}

/** Another process made the store first: its key stays, ours goes. */
async function keepOther(setting: BackendSetting, ours: KeyPlace, signal: AbortSignal): Promise<MadeStore> {
  const there = readStore(setting.state);
  if (there.kind !== 'store') return { kind: 'refused', detail: 'vault/store.json cannot be read' };
  await removeOtherKeys(setting, ours, ours === there.store.key ? there.store.keyId : null, signal);
  return { kind: 'kept', key: there.store.key };
}
