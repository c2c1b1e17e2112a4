import { MAX_SECRET_BYTES } from './backend.js';
import { ORDINARY_VALUES } from './ordinary-values.js';

/** Below this a value cannot be told from ordinary output, so redacting it would be guesswork. */
export const MIN_SECRET_BYTES = 8;

/** Longer than any ordinary value with what follows it. */
const LONGEST_ORDINARY = 64;

/** RFC 7468 §3: what stands before a key in PEM; no label that is in use is half as long. */
const PEM_BEGIN = /^\s*-----BEGIN [A-Z0-9 ]*-----\s*$/;
const LONGEST_PEM_BEGIN = 128;

/**
 * Why these bytes cannot serve as a credential, as a clause without any of them; null when they can. `allowShort` takes what
 * is short or ordinary; it takes neither an empty nor a blank value, nor the first line of a PEM key alone, nor one over 64 KiB. Used when a value
 * is put and when it is fetched. `what`: the clause's subject, where they are a part of the value.
 */
export function checkSecretBytes(bytes: Uint8Array, allowShort: boolean, what = 'it'): string | null {
  if (bytes.length === 0) return `${what} is empty`;
  if (bytes.length > MAX_SECRET_BYTES) return `${what} is longer than 64 KiB`;
  if (bytes.every(isBlank)) return `${what} is blank`;
  if (isFirstLine(bytes)) return `${what} is only the first line of a key`;
  if (allowShort) return null;
  if (bytes.length < MIN_SECRET_BYTES) return `${what} is shorter than ${MIN_SECRET_BYTES} bytes`;
  return isOrdinary(bytes) ? `${what} is too ordinary to be hidden in output` : null;
}

/** Space, tab, line ends and NUL. */
function isBlank(byte: number): boolean {
  return byte === 0 || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** What is left of a key where the rest of its lines was lost on the way. */
function isFirstLine(bytes: Uint8Array): boolean {
  return bytes.length <= LONGEST_PEM_BEGIN && PEM_BEGIN.test(textOf(bytes));
}

/** What people add to a word where a password must have digits and signs. */
const ADDED = /[\d!@#$%^&*?.,;:_+=-]+$/;

function isOrdinary(bytes: Uint8Array): boolean {
  if (repeatsLittle(bytes)) return true;
  if (bytes.length > LONGEST_ORDINARY) return false;
  const text = textOf(bytes).trim().toLowerCase();
  return ORDINARY_VALUES.has(text) || ORDINARY_VALUES.has(text.replace(ADDED, ''));
}

/** Whether it is fewer bytes than a secret must have, over and over: it is as easy to guess as these are. */
function repeatsLittle(bytes: Uint8Array): boolean {
  for (let part = 1; part < MIN_SECRET_BYTES && 2 * part <= bytes.length; part++)
    if (bytes.every((byte, index) => byte === bytes[index % part])) return true;
  return false;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
