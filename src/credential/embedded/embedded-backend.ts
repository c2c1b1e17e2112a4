import { errorCode } from '../../model/error-code.js';
import { MAX_SECRET_BYTES, cancelled } from '../backend.js';
import type { Ask, BackendAnswer, BackendSetting, ListAnswer, ProbeAnswer, PutAnswer, RemoveAnswer, WritableBackend } from '../backend.js';
import { defineKind } from '../kind.js';
import { faultOfOwnReference, parseOwnReference } from '../reference.js';
import type { OwnReference } from '../reference.js';
import { NONCE_BYTES, keyIdOfEntry, openEntry, sealEntry } from './entry.js';
import { listEntryFiles, readEntryFile, removeEntryFile, timeOfEntry, writeEntryFile } from './entry-file.js';
import { findStore } from './find-store.js';
import { readKey } from './key-home.js';
import type { KeyPlace, KeyReference, Store } from './store-file.js';
import { promised } from '../../model/promised.js';

const NO_STORE = { kind: 'unavailable', detail: 'the vault has no store; outloop init makes it', retryAfterMs: null } as const;

/** The embedded encrypted store. */
export const embedded = defineKind<object>({
  shape: null,
  defaults: {},
  faultOfReference: faultOfOwnReference,
  program: () => null,
  token: () => null,
  place: () => 'vault/',
  open: openEmbedded,
});

/** Opens the embedded vault: one encrypted file a credential, in the state's `vault/`. It is made by `makeStore`. */
export function openEmbedded(setting: BackendSetting): WritableBackend {
  return new EmbeddedBackend(setting);
}

class EmbeddedBackend implements WritableBackend {
  readonly name = 'embedded';
  readonly #setting: BackendSetting;

  constructor(setting: BackendSetting) {
    this.#setting = setting;
  }

  async get(ref: string, ask: Ask): Promise<BackendAnswer> {
    const place = placeOf(ref, ask.tenant);
    if (typeof place === 'string') return { kind: 'damaged', detail: place };
    // A change of keys that ends between our two reads leaves us with an entry and no key for it: one more look finds both.
    const first = await this.#read(place, ask);
    return first.kind === 'damaged' ? this.#read(place, ask) : first;
  }

  async #read(place: OwnReference, { signal, alsoHide }: Ask): Promise<BackendAnswer> {
    if (signal.aborted) return cancelled();
    const { state } = this.#setting;
    const file = readEntryFile(state, place);
    if (file.kind === 'absent') return file;
    if (file.kind === 'refused') return { kind: 'damaged', detail: file.why };
    const answer = findStore(state);
    if (answer.kind === 'none') return NO_STORE;
    if (answer.kind !== 'store') return answer;
    const reference = keyFor(answer.store, keyIdOfEntry(file.bytes));
    if (reference === null) return { kind: 'damaged', detail: 'its entry is damaged, or was sealed with another key' };
    const key = await readKey(this.#setting, reference, signal, alsoHide);
    if (key.kind !== 'key') return key;
    const bytes = openEntry(file.bytes, key.key, place);
    key.key.fill(0);
    return bytes === null ? { kind: 'damaged', detail: 'its entry was changed or moved' } : { kind: 'value', bytes };
  }

  timeOf(ref: string, ask: Ask): Promise<number | null> {
    const place = placeOf(ref, ask.tenant);
    return Promise.resolve(typeof place === 'string' ? null : timeOfEntry(this.#setting.state, place));
  }

  async put(ref: string, bytes: Uint8Array, ask: Ask): Promise<PutAnswer> {
    if (ask.signal.aborted) return cancelled();
    const place = placeOf(ref, ask.tenant);
    if (typeof place === 'string') return { kind: 'refused', detail: place };
    if (bytes.length > MAX_SECRET_BYTES) return { kind: 'refused', detail: 'it is longer than 64 KiB' };
    const answer = findStore(this.#setting.state);
    if (answer.kind === 'none') return NO_STORE;
    if (answer.kind === 'damaged') return { ...answer, kind: 'refused' };
    if (answer.kind !== 'store') return answer;
    const key = await readKey(this.#setting, answer.store, ask.signal);
    if (key.kind === 'damaged') return { ...key, kind: 'refused' };
    if (key.kind !== 'key') return key;
    const entry = sealEntry({ key: key.key, nonce: this.#setting.random(NONCE_BYTES), place, value: bytes });
    key.key.fill(0);
    const fault = writeEntryFile(this.#setting.state, place, entry);
    return fault === null ? { kind: 'done' } : { kind: 'unavailable', detail: fault, retryAfterMs: null };
  }

  remove(ref: string, ask: Ask): Promise<RemoveAnswer> {
    return promised(() => {
      if (ask.signal.aborted) return cancelled();
      const place = placeOf(ref, ask.tenant);
      if (typeof place === 'string') return { kind: 'refused', detail: place };
      try {
        return { kind: removeEntryFile(this.#setting.state, place) ? 'done' : 'absent' };
      } catch (error) {
        return { kind: 'unavailable', detail: `the vault cannot be written (${errorCode(error)})`, retryAfterMs: null };
      }
    });
  }

  list({ tenant, signal }: Pick<Ask, 'tenant' | 'signal'>): Promise<ListAnswer> {
    return promised(() => {
      if (signal.aborted) return cancelled();
      try {
        return { kind: 'refs', refs: listEntryFiles(this.#setting.state, tenant).map((place) => `${place.tenant}/${place.name}`) };
      } catch (error) {
        return { kind: 'unavailable', detail: `the vault cannot be read (${errorCode(error)})`, retryAfterMs: null };
      }
    });
  }

  async probe(signal: AbortSignal): Promise<ProbeAnswer> {
    if (signal.aborted) return { kind: 'unavailable', detail: 'the request was cancelled' };
    const answer = findStore(this.#setting.state);
    if (answer.kind === 'none') return { kind: 'unavailable', detail: NO_STORE.detail };
    if (answer.kind !== 'store') return { ...answer, detail: answer.detail ?? '' };
    const where = `its key ${describePlace(answer.store.key)}`;
    const key = await readKey(this.#setting, answer.store, signal);
    switch (key.kind) {
      case 'key':
        key.key.fill(0);
        return { kind: 'ready', detail: answer.store.next === null ? where : `${where}; a change of keys was not finished` };
      case 'locked':
        return { kind: 'locked', detail: key.detail ?? where };
      case 'unavailable':
        return { kind: 'unavailable', detail: key.detail };
      case 'damaged':
        return key;
    }
  }
}

function placeOf(ref: string, tenant: string): OwnReference | string {
  return faultOfOwnReference(ref, tenant) ?? parseOwnReference(ref) ?? 'its ref is not spelt as tenant/name';
}

function describePlace(place: KeyPlace): string {
  if (place === 'file') return 'rests in a file beside it';
  return place === 'keychain' ? 'rests in the OS keychain' : `comes from a CI’s own store, in ${place.slice('env:'.length)}`;
}

function keyFor(store: Store, keyId: string | null): KeyReference | null {
  if (store.keyId === keyId) return store;
  return store.next?.keyId === keyId ? store.next : null;
}
