import { MAX_SECRET_BYTES } from './backend.js';
import { ORDINARY_VALUES } from './ordinary-values.js';

/** Below this a value cannot be told from ordinary output, so redacting it would be guesswork. */
export const MIN_SECRET_BYTES = 8;

/** Longer than any ordinary value with what follows it. */
const LONGEST_ORDINARY = 64;

/**
 * Why these bytes cannot serve as a credential, as a clause without any of them; null when they can. `allowShort` takes what
 * is short or ordinary; it takes neither an empty nor a blank value, nor one over 64 KiB. Used when a value is put and when it is fetched.
 * `what`: the clause's subject, where they are a part of the value.
 */
export function checkSecretBytes(bytes: Uint8Array, allowShort: boolean, what = 'it'): string | null {
  if (bytes.length === 0) return `${what} is empty`;
  if (bytes.length > MAX_SECRET_BYTES) return `${what} is longer than 64 KiB`;
  if (bytes.every(isBlank)) return `${what} is blank`;
  if (allowShort) return null;
  if (bytes.length < MIN_SECRET_BYTES) return `${what} is shorter than ${MIN_SECRET_BYTES} bytes`;
  return isOrdinary(bytes) ? `${what} is too ordinary to be hidden in output` : null;
}

/** Space, tab, line ends and NUL. */
function isBlank(byte: number): boolean {
  return byte === 0 || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function isOrdinary(bytes: Uint8Array): boolean {
  if (bytes.every((byte, index) => byte === bytes[index % 2])) return true;
  if (bytes.length > LONGEST_ORDINARY) return false;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1').trim().toLowerCase();
  return ORDINARY_VALUES.has(text) || ORDINARY_VALUES.has(text.replace(/[\d!@#$%^&*?.,;:_+=-]+$/, ''));
}
