import { join } from 'node:path';
import { faultOfDirectory } from '../../state/private-directory.js';
import type { State } from '../../state/open-state.js';
import type { BackendSetting } from '../backend.js';
import { parseOwnReference } from '../reference.js';
import { entryPath, readEntryFile } from './entry-file.js';
import { keyIdOfEntry, openEntry } from './entry.js';
import { readKey } from './key-home.js';
import { readStore, type Store } from './store-file.js';

/** What is wrong with the entry of a reference. `access`: with the mode or owner of `path`, as `fault` says; `content`: it has to be set anew. */
export type EntryFault =
  | { readonly kind: 'access'; readonly path: string; readonly fault: string }
  | { readonly kind: 'content'; readonly path: string; readonly fault: string };

/** A store with those of its keys that are files. Whoever opened it wipes them. */
export type OpenStore = { readonly store: Store; readonly keys: readonly Uint8Array[] };

/** The store of a vault, for `checkEntry`; null where it cannot be used. Nobody is asked for a key that rests elsewhere than in a file. */
export async function openStore(setting: BackendSetting, signal: AbortSignal): Promise<OpenStore | null> {
  const answer = readStore(setting.state);
  if (answer.kind !== 'store') return null;
  const { store } = answer;
  const keys: Uint8Array[] = [];
  for (const reference of [store, ...(store.next === null ? [] : [store.next])]) {
    if (reference.key !== 'file') continue;
    const key = await readKey(setting, reference, signal);
    if (key.kind === 'key') keys.push(key.key);
  }
  return { store, keys };
}

/** Looks at an entry as a run does that reads it, and gives no value out. Null: it is fit, not there, or more cannot be known without its key. */
export function checkEntry(state: State, ref: string, { store, keys }: OpenStore): EntryFault | null {
  const place = parseOwnReference(ref);
  if (place === null) return null;
  const folder = join(state.paths.vault, place.tenant);
  const faultOfFolder = faultOfDirectory(folder, state.uid);
  if (faultOfFolder === 'is missing') return null;
  if (faultOfFolder !== null) return { kind: 'access', path: folder, fault: faultOfFolder };
  const path = entryPath(state, place);
  const file = readEntryFile(state, place);
  if (file.kind === 'absent') return null;
  if (file.kind === 'refused') return { kind: 'access', path, fault: file.why.replace(/^its entry /, '') };
  const keyId = keyIdOfEntry(file.bytes);
  const reference = [store, store.next].find((known) => known?.keyId === keyId) ?? null;
  if (keyId === null || reference === null) return { kind: 'content', path, fault: 'is damaged, or was sealed with another key' };
  if (reference.key !== 'file' || keys.length === 0) return null;
  const value = keys.map((key) => openEntry(file.bytes, key, place)).find((bytes) => bytes !== null);
  value?.fill(0);
  return value === undefined ? { kind: 'content', path, fault: 'was changed or moved' } : null;
}
