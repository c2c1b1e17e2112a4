import { VAULT_KEY_VARIABLE } from '../../model/ci.js';
import { KEY_BYTES } from './entry.js';
import type { KeyPlace } from './store-file.js';

/** Letters and digits alone, which every CI masks; the beginning tells whoever finds one what it is. */
const BEGINNING = 'outloopvaultkey1';

/** A vault's key as a CI's own secret holds it. */
export function formatKeyText(key: Uint8Array): string {
  return `${BEGINNING}${Buffer.from(key).toString('hex')}`;
}

/** The key in such a text, with blanks and line breaks around it or not; null: it is none. */
export function parseKeyText(text: string): Uint8Array | null {
  const [, hex] = /^\s*outloopvaultkey1([0-9a-f]+)\s*$/.exec(text) ?? [];
  return hex?.length === 2 * KEY_BYTES ? Uint8Array.from(Buffer.from(hex, 'hex')) : null;
}

/** The variable that a key comes in; null: it rests elsewhere. */
export function variableOf(place: KeyPlace): string | null {
  return place === 'file' || place === 'keychain' ? null : place.slice('env:'.length);
}

/** Whether a store may name this variable. Those that begin so are taken out of the environment before anything is started. */
export function isKeyVariable(name: string): boolean {
  return name === VAULT_KEY_VARIABLE || /^OUTLOOP_VAULT_KEY_[A-Z0-9_]{1,64}$/.test(name);
}
