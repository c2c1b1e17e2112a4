import { inside } from '../../model/inside.js';
import { parseStrictJson } from '../../model/json-table.js';
import type { State } from '../../state/open-state.js';
import { isKeyVariable } from './key-text.js';
import { createPrivateFile, readPrivateFile, writePrivateFile } from '../../state/private-file.js';

/** Where a vault's key rests: a 0600 file in the vault, the OS keychain, or a CI's own store, which gives it in that variable. */
export type KeyPlace = 'file' | 'keychain' | `env:${string}`;

/** A key by its id (`idOfKey`) and its place. */
export type KeyReference = { readonly key: KeyPlace; readonly keyId: string };

/** `vault/store.json`: the key that entries are sealed with, and, while the key is being changed, the one that comes next. */
export type Store = KeyReference & { readonly next: KeyReference | null };

export type StoreAnswer =
  { readonly kind: 'store'; readonly store: Store } | { readonly kind: 'absent' } | { readonly kind: 'refused'; readonly why: string };

const MAX_STORE_BYTES = 4096;
const KEY_ID = /^[0-9a-f]{16}$/;

/** Reads `vault/store.json`, strictly. `why` is a clause without a value. */
export function readStore(state: State): StoreAnswer {
  const file = readPrivateFile(storePath(state), { uid: state.uid, maxBytes: MAX_STORE_BYTES });
  if (file.kind === 'absent') return file;
  if (file.kind === 'refused') return { kind: 'refused', why: `vault/store.json ${file.why}` };
  const store = parseStore(file.bytes.toString('utf8'));
  return store === null ? { kind: 'refused', why: 'vault/store.json is damaged' } : { kind: 'store', store };
}

/** Puts the store file in place of the one that is there, in one step. Throws the file system's error. */
export function writeStore(state: State, store: Store): void {
  writePrivateFile(storePath(state), formatStore(store));
}

/** Makes the store file; false when there is one already. Throws the file system's error. */
export function createStore(state: State, store: Store): boolean {
  return createPrivateFile(storePath(state), formatStore(store));
}

/** Its path. */
export function storePath(state: State): string {
  return inside(state.paths.vault, 'store.json');
}

function formatStore({ key, keyId, next }: Store): string {
  return `${JSON.stringify({ version: 1, key, keyId, next })}\n`;
}

function parseStore(text: string): Store | null {
  const value = parseStrictJson(text);
  if (!hasKeys(value, 'key,keyId,next,version') || value['version'] !== 1) return null;
  const current = parseReference(value['key'], value['keyId']);
  if (current === null) return null;
  const next = value['next'];
  if (next === null) return { ...current, next: null };
  const following = hasKeys(next, 'key,keyId') ? parseReference(next['key'], next['keyId']) : null;
  return following === null ? null : { ...current, next: following };
}

function parseReference(key: unknown, keyId: unknown): KeyReference | null {
  const place = parsePlace(key);
  return place === null || typeof keyId !== 'string' || !KEY_ID.test(keyId) ? null : { key: place, keyId };
}

function parsePlace(key: unknown): KeyPlace | null {
  if (key === 'file' || key === 'keychain') return key;
  if (typeof key !== 'string' || !key.startsWith('env:') || !isKeyVariable(key.slice('env:'.length))) return null;
  return `env:${key.slice('env:'.length)}`;
}

function hasKeys(value: unknown, keys: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.keys(value).sort().join() === keys;
}
