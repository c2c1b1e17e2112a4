import { readdirSync, unlinkSync } from 'node:fs';
import { inside } from '../../model/inside.js';
import { errorCode } from '../../model/error-code.js';
import type { State } from '../../state/open-state.js';
import { createPrivateFile, OPEN_TO_OTHERS, readPrivateFile } from '../../state/private-file.js';
import type { Ask, BackendSetting, Hindrance, PutAnswer } from '../backend.js';
import { KEY_BYTES, idOfKey } from './entry.js';
import { replaceInVault } from './find-store.js';
import { parseKeyText, variableOf } from './key-text.js';
import type { KeyPlace, KeyReference } from './store-file.js';

/** The key's 32 bytes, which belong to whoever asked; `damaged`: it is missing, open to others, or not the key of that id; `next` is what mends it. */
export type KeyAnswer =
  | { readonly kind: 'key'; readonly key: Uint8Array }
  | Hindrance
  | { readonly kind: 'damaged'; readonly detail: string; readonly next?: string };

const KEY_FILE = /^key\.[0-9a-f]{16}$/;

/** Reads the key and checks that it is the one of that id. `alsoHide` is told of the text that it stood in, where it came in a variable. */
export async function readKey(
  setting: BackendSetting,
  reference: KeyReference,
  signal: AbortSignal,
  alsoHide?: Ask['alsoHide'],
): Promise<KeyAnswer> {
  const variable = variableOf(reference.key);
  const answer =
    variable !== null
      ? takeKey(setting, variable, alsoHide)
      : reference.key === 'file'
        ? readKeyFile(setting.state, reference.keyId)
        : await readKeychainKey(setting, reference, signal);
  if (answer.kind !== 'key') return answer;
  if (answer.key.length === KEY_BYTES && idOfKey(answer.key) === reference.keyId) return answer;
  const detail = 'the vault’s key is not the one that the vault was made with';
  return variable === null ? { kind: 'damaged', detail, next: replaceKey(setting.state) } : { kind: 'damaged', detail };
}

/** Puts a key where it is to rest, beside any other, and reads it back. It is safe to repeat with the same key. */
export async function writeKey(setting: BackendSetting, place: KeyPlace, key: Uint8Array, signal: AbortSignal): Promise<PutAnswer> {
  const reference = { key: place, keyId: idOfKey(key) };
  if (variableOf(place) !== null) return { kind: 'refused', detail: 'the vault’s key is a CI’s own secret, which outloop cannot set' };
  if (place === 'file') {
    try {
      createPrivateFile(keyFilePath(setting.state, reference.keyId), key);
    } catch (error) {
      return { kind: 'unavailable', detail: `the vault’s key cannot be written (${errorCode(error)})`, retryAfterMs: null };
    }
  } else {
    const { KeychainKeys } = await import('../keychain/keychain-keys.js');
    const put = await new KeychainKeys(setting).put(reference.keyId, key, signal);
    if (put.kind !== 'done') return put;
  }
  const back = await readKey(setting, reference, signal);
  return back.kind === 'key' ? { kind: 'done' } : back.kind === 'damaged' ? { ...back, kind: 'refused' } : back;
}

/**
 * Removes every key of this vault's from a place but the one of `keepId` (null: all of them). False when one may be left:
 * it opens nothing that is there now, and the next change of keys tries again.
 */
export async function removeOtherKeys(
  setting: BackendSetting,
  place: KeyPlace,
  keepId: string | null,
  signal: AbortSignal,
): Promise<boolean> {
  if (variableOf(place) !== null) return true;
  if (place === 'keychain') {
    const { KeychainKeys } = await import('../keychain/keychain-keys.js');
    return new KeychainKeys(setting).removeOthers(keepId, signal);
  }
  const { vault } = setting.state.paths;
  try {
    for (const name of readdirSync(vault)) {
      if (KEY_FILE.test(name) && name !== `key.${keepId ?? ''}`) unlinkSync(inside(vault, name));
    }
    return true;
  } catch {
    return false;
  }
}

/** No tenant's folder can bear a key file's name: it has a dot. */
function keyFilePath(state: State, keyId: string): string {
  return inside(state.paths.vault, `key.${keyId}`);
}

/** Nothing opens the entries without it, and a new key is made for an empty vault only. */
function replaceKey(state: State): string {
  return replaceInVault('the key', state);
}

function takeKey(setting: BackendSetting, variable: string, alsoHide: Ask['alsoHide']): KeyAnswer {
  const text = setting.takeVariable(variable);
  if (text === null) return { kind: 'locked', detail: `the vault’s key is not in ${variable}` };
  const key = parseKeyText(text);
  if (key === null) return { kind: 'damaged', detail: `${variable} does not hold a vault’s key` };
  alsoHide?.(Buffer.from(text.trim()));
  return { kind: 'key', key };
}

function readKeyFile(state: State, keyId: string): KeyAnswer {
  const file = readPrivateFile(keyFilePath(state, keyId), { uid: state.uid, maxBytes: KEY_BYTES, ownerOnly: true });
  switch (file.kind) {
    case 'ok':
      return { kind: 'key', key: file.bytes };
    case 'absent':
      return { kind: 'damaged', detail: 'the vault’s key is missing', next: replaceKey(state) };
    case 'refused': {
      const detail = `the vault’s key file ${file.why}`;
      const next = file.why === OPEN_TO_OTHERS ? `chmod 600 ${keyFilePath(state, keyId)}` : replaceKey(state);
      return { kind: 'damaged', detail, next };
    }
  }
}

async function readKeychainKey(setting: BackendSetting, { keyId }: KeyReference, signal: AbortSignal): Promise<KeyAnswer> {
  const { KeychainKeys } = await import('../keychain/keychain-keys.js');
  const answer = await new KeychainKeys(setting).get(keyId, signal);
  switch (answer.kind) {
    case 'value':
      return { kind: 'key', key: answer.bytes };
    case 'absent':
      return { kind: 'damaged', detail: 'the vault’s key is not in the keychain', next: replaceKey(setting.state) };
    case 'locked':
    case 'unavailable':
    case 'damaged':
      return answer;
  }
}
