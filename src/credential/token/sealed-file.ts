import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../model/error-code.js';
import { parseJson } from '../../model/json-table.js';
import type { State } from '../../state/open-state.js';
import { readPrivateFile, whyUntrusted, writePrivateFile } from '../../state/private-file.js';

// A sealed file of the vault's token part, version 1:
//
//   offset  bytes
//        0      8  `OUTLOOPT` in ASCII
//        8      1  the format's version: 1
//        9     12  the nonce, random for every writing
//       21      n  the ciphertext: AES-256-GCM over JSON in UTF-8
//   21 + n     16  the authentication tag
//
// Additional data: the 9 bytes before the nonce, then every text of the place, each as a 4-byte big-endian length and that many
// bytes, so that a file that was moved to another name does not open.

const HEAD = Buffer.concat([Buffer.from('OUTLOOPT', 'latin1'), Buffer.of(1)]);
/** 96 bits: NIST SP 800-38D section 8.2.2. */
export const NONCE_BYTES = 12;
const SEALED_AT = HEAD.length + NONCE_BYTES;
const TAG_BYTES = 16;
/** A token of 8 KiB, a successor of 64 KiB in base64, and what is said of them. */
const MAX_BYTES = 131_072;

/** Which file: a tenant, what kind it is (`token`, `successor`), and the texts that tell it from every other one. */
export type SealedPlace = { readonly tenant: string; readonly kind: 'token' | 'successor'; readonly about: readonly string[] };

/** The file's JSON; null when it is absent, not private, damaged, or sealed for another place or state. */
export function readSealedFile(state: State, place: SealedPlace): unknown {
  if (faultOfFolder(state, place.tenant) !== null) return null;
  const file = readPrivateFile(pathOf(state, place), { uid: state.uid, maxBytes: MAX_BYTES, ownerOnly: true });
  if (file.kind !== 'ok' || file.bytes.length < SEALED_AT + TAG_BYTES || !HEAD.equals(file.bytes.subarray(0, HEAD.length))) return null;
  const tagAt = file.bytes.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', keyOf(state), file.bytes.subarray(HEAD.length, SEALED_AT), { authTagLength: TAG_BYTES });
  decipher.setAAD(additionalData(place));
  decipher.setAuthTag(file.bytes.subarray(tagAt));
  const text = decipher.update(file.bytes.subarray(SEALED_AT, tagAt));
  try {
    decipher.final();
    return parseJson(text.toString('utf8'));
  } catch {
    // The tag does not fit.
    return null;
  } finally {
    text.fill(0);
  }
}

/** Writes the file in one step, flushed; false when the file system does not take it. `nonce` must never have been used before. */
export function writeSealedFile(state: State, place: SealedPlace, value: unknown, nonce: Uint8Array): boolean {
  const cipher = createCipheriv('aes-256-gcm', keyOf(state), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(place));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  try {
    makeTenantFolder(state, place.tenant);
    if (faultOfFolder(state, place.tenant) !== null) return false;
    writePrivateFile(pathOf(state, place), Buffer.concat([HEAD, nonce, sealed, cipher.getAuthTag()]));
    return true;
  } catch (error) {
    if (errorCode(error) === 'unknown') throw error;
    return false;
  }
}

/** Removes the file where it is there; false when it is there still. */
export function removeSealedFile(state: State, place: SealedPlace): boolean {
  return removeFile(pathOf(state, place));
}

/** Removes every token of a tenant's credential; false when one may be left. */
export function removeTokensOf(state: State, tenant: string, credential: string): boolean {
  const folder = join(state.paths.vault, tenant);
  try {
    const names = readdirSync(folder).filter((name) => name.startsWith(`${credential}.`) && TOKEN_FILE.test(name));
    return names.map((name) => removeFile(join(folder, name))).every((removed) => removed);
  } catch (error) {
    return errorCode(error) === 'ENOENT';
  }
}

/** Makes a tenant's folder in the vault where it is missing. Throws the file system's error. */
export function makeTenantFolder(state: State, tenant: string): void {
  try {
    mkdirSync(join(state.paths.vault, tenant), { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** A keyed hash of texts, as part of a file's name: 16 hex characters. */
export function nameTexts(state: State, texts: readonly string[]): string {
  const mac = createHmac('sha256', keyOf(state));
  for (const text of texts) mac.update(lengthOf(text)).update(text);
  return mac.digest('hex').slice(0, 16);
}

const TOKEN_FILE = /\.[0-9a-f]{16}\.(?:token|successor)$/;

/** `<credential>.<hash of the whole place>.token`: the first text of a place is the credential's name. */
function pathOf(state: State, { tenant, kind, about }: SealedPlace): string {
  return join(state.paths.vault, tenant, `${about[0] ?? ''}.${nameTexts(state, [tenant, kind, ...about])}.${kind}`);
}

/** RFC 5869: a key of its own, so that the audit key itself never meets a cipher. */
function keyOf({ auditKey, id }: State): Buffer {
  return Buffer.from(hkdfSync('sha256', auditKey, id, 'outloop tokens 1', 32));
}

function additionalData({ tenant, kind, about }: SealedPlace): Buffer {
  return Buffer.concat([HEAD, ...[kind, tenant, ...about].flatMap((text) => [lengthOf(text), Buffer.from(text)])]);
}

function lengthOf(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return length;
}

function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    return errorCode(error) === 'ENOENT';
  }
}

function faultOfFolder(state: State, tenant: string): string | null {
  try {
    const stat = lstatSync(join(state.paths.vault, tenant));
    return stat.isDirectory() ? whyUntrusted(stat, { uid: state.uid }) : 'is not a directory';
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'absent' : 'unreadable';
  }
}
