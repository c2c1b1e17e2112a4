import { createHmac, timingSafeEqual } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../model/error-code.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';
import type { State } from './open-state.js';

/** The compiled form's own key. Deriving it keeps parameter values, which the audit log hashes under the audit key, from ever meeting a seal. */
export type SealKey = { readonly bytes: Uint8Array };

/** Derives the key that seals this state's compiled form for one build of outloop: another build's seals do not fit. */
export function deriveSealKey(state: State, build: string): SealKey {
  return { bytes: createHmac('sha256', state.auditKey).update(`outloop compiled form 1\0${build}`).digest() };
}

/** HMAC-SHA-256 (hex, 64 characters) over what the content is (`about`, none of which may hold a NUL) and the content's UTF-8 bytes. */
export function seal(key: SealKey, about: readonly string[], content: string | Uint8Array): string {
  return createHmac('sha256', key.bytes)
    .update(`${about.join('\0')}\0\0`)
    .update(content)
    .digest('hex');
}

/** Whether `mac` is the seal over this content. */
export function sealFits(key: SealKey, about: readonly string[], content: string | Uint8Array, mac: string): boolean {
  const expected = Buffer.from(seal(key, about, content));
  const given = Buffer.from(mac);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** What a sealed file holds at most; a compiled service repeats its hosts and slots in every alias. */
const MAX_SEALED_BYTES = 256 * 1024 * 1024;

/**
 * Reads a sealed JSON file: a line with the seal, then the JSON. `about` says what it must be (its kind and place), so that one
 * file cannot stand in for another. Null when it is absent, not private, damaged, or sealed for another key or purpose: then it
 * is made again. The value is what was written under this seal, so the caller may trust its shape.
 */
export function readSealed(state: State, key: SealKey, path: string, about: readonly string[]): unknown {
  const body = readSealedBytes(state, key, path, about);
  return body === null ? null : JSON.parse(body.toString('utf8'));
}

/** As `readSealed`, for what is handed on as it is: the bytes under the seal, which belong to the caller. */
export function readSealedBytes(state: State, key: SealKey, path: string, about: readonly string[]): Buffer | null {
  const file = readPrivateFile(path, { uid: state.uid, maxBytes: MAX_SEALED_BYTES });
  if (file.kind !== 'ok' || file.bytes[64] !== 10) return null;
  const body = file.bytes.subarray(65);
  return sealFits(key, about, body, file.bytes.toString('latin1', 0, 64)) ? body : null;
}

/** Writes a sealed JSON file and its directory when that is missing. False when it cannot be written; a run then does without. */
export function writeSealed(key: SealKey, path: string, about: readonly string[], value: unknown): boolean {
  return writeSealedText(key, path, about, JSON.stringify(value));
}

/** As `writeSealed`, for a text that `readSealedBytes` reads. */
export function writeSealedText(key: SealKey, path: string, about: readonly string[], text: string): boolean {
  return writeCache(path, `${seal(key, about, text)}\n${text}`);
}

/** Writes a file that can be made again, unflushed: its seals show a torn one. False when the file system does not take it. */
export function writeCache(path: string, text: string): boolean {
  try {
    writePrivateFile(path, text, 0o600, false);
    return true;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') return false;
  }
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writePrivateFile(path, text, 0o600, false);
    return true;
  } catch {
    // Read-only, full or taken away: the compiled form is a convenience.
    return false;
  }
}
