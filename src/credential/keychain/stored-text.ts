/** What stands before the base64 of a value that is not plain text. */
const PREFIX = 'outloop1:';

const PLAIN = /^[\x20-\x7e]+$/;

/**
 * How a value is stored in a keychain. Printable ASCII on one line stays as it is, so that the keychain's own programs show and
 * change it; anything else (other bytes, several lines, a text with our prefix) becomes `outloop1:` and base64, because some
 * services change line ends or take UTF-8 alone.
 */
export function toStoredText(value: Uint8Array): string {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  const text = bytes.toString('latin1');
  return PLAIN.test(text) && !text.startsWith(PREFIX) ? text : PREFIX + bytes.toString('base64');
}

/** The value of a stored item, also of one that another program stored; null when it bears our prefix and is not whole. */
export function fromStoredText(stored: Uint8Array): Uint8Array | null {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
  if (!bytes.subarray(0, PREFIX.length).equals(Buffer.from(PREFIX))) return Uint8Array.from(bytes);
  const base64 = bytes.subarray(PREFIX.length).toString('latin1');
  const value = Buffer.from(base64, 'base64');
  return value.toString('base64') === base64 ? Uint8Array.from(value) : null;
}
