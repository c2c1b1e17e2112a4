import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { MAX_SECRET_BYTES } from '../backend.js';
import type { OwnReference } from '../reference.js';

// An entry of the vault, version 1. Nothing may follow, and every length is fixed but the ciphertext's:
//
//   offset  bytes
//        0      8  `OUTLOOPS` in ASCII
//        8      1  the format's version: 1
//        9      8  the key's id (`idOfKey`)
//       17     12  the nonce, random for every writing
//       29      n  the ciphertext: AES-256-GCM, as long as the value, at most 64 KiB
//   29 + n     16  the authentication tag
//
// Additional data: the 17 bytes before the nonce, then the tenant's and the credential's name, each as a 4-byte big-endian
// length and that many bytes. An entry under another name, of another tenant or with a changed head does not open.

const MAGIC = Buffer.from('OUTLOOPS', 'latin1');
const VERSION = 1;
const KEY_ID_AT = MAGIC.length + 1;
const KEY_ID_BYTES = 8;
const NONCE_AT = KEY_ID_AT + KEY_ID_BYTES;
const HEAD_BYTES = NONCE_AT;
/** 96 bits: NIST SP 800-38D section 8.2.2, good for 2^32 random nonces under one key. */
export const NONCE_BYTES = 12;
const SEALED_AT = NONCE_AT + NONCE_BYTES;
const TAG_BYTES = 16;
const MIN_ENTRY_BYTES = SEALED_AT + TAG_BYTES;

/** AES-256's key. */
export const KEY_BYTES = 32;
/** The longest entry's file. */
export const MAX_ENTRY_BYTES = MIN_ENTRY_BYTES + MAX_SECRET_BYTES;

/** Names a key without telling anything of it: the first 8 bytes, in hex, of HMAC-SHA-256(key, "outloop vault key id"). */
export function idOfKey(key: Uint8Array): string {
  return createHmac('sha256', key)
    .update('outloop vault key id')
    .digest('hex')
    .slice(0, 2 * KEY_ID_BYTES);
}

/** What is sealed where. `nonce` must never have been used with this key before. */
export type Sealing = { readonly key: Uint8Array; readonly nonce: Uint8Array; readonly place: OwnReference; readonly value: Uint8Array };

/** Makes an entry's bytes. Throws when the key, the nonce or the value has a wrong length. */
export function sealEntry({ key, nonce, place, value }: Sealing): Buffer {
  if (key.length !== KEY_BYTES || nonce.length !== NONCE_BYTES) throw new RangeError('a key or nonce of the wrong length');
  if (value.length > MAX_SECRET_BYTES) throw new RangeError('a value that is too long');
  const head = Buffer.concat([MAGIC, Buffer.of(VERSION), Buffer.from(idOfKey(key), 'hex')]);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(head, place));
  const sealed = Buffer.concat([cipher.update(value), cipher.final()]);
  return Buffer.concat([head, nonce, sealed, cipher.getAuthTag()]);
}

/** The id of the key that an entry says it was sealed with; null when the bytes are no entry of a known version and length. */
export function keyIdOfEntry(entry: Uint8Array): string | null {
  if (entry.length < MIN_ENTRY_BYTES || entry.length > MAX_ENTRY_BYTES) return null;
  if (!MAGIC.equals(entry.subarray(0, MAGIC.length)) || entry[MAGIC.length] !== VERSION) return null;
  return Buffer.from(entry.subarray(KEY_ID_AT, NONCE_AT)).toString('hex');
}

/** The value in an entry, whole; null when any bit of it, its place or its key is not the one it was sealed with. */
export function openEntry(entry: Uint8Array, key: Uint8Array, place: OwnReference): Uint8Array | null {
  if (key.length !== KEY_BYTES || keyIdOfEntry(entry) !== idOfKey(key)) return null;
  const tagAt = entry.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, entry.subarray(NONCE_AT, SEALED_AT), { authTagLength: TAG_BYTES });
  decipher.setAAD(additionalData(entry.subarray(0, HEAD_BYTES), place));
  decipher.setAuthTag(entry.subarray(tagAt));
  const value = decipher.update(entry.subarray(SEALED_AT, tagAt));
  try {
    decipher.final();
    return value;
  } catch {
    // The tag does not fit. What was decrypted until now is nobody's value.
    value.fill(0);
    return null;
  }
}

function additionalData(head: Uint8Array, { tenant, name }: OwnReference): Buffer {
  return Buffer.concat([head, ...[tenant, name].flatMap((text) => [lengthOf(text), Buffer.from(text)])]);
}

function lengthOf(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return length;
}
