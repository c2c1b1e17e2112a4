import { deny, type Denial } from '../denial/denial.js';
import type { Secret } from '../model/secret.js';

/**
 * The secret as the text of a header value: printable ASCII, spaces within it allowed (RFC 9110 §5.5). Anything else is SECRET_UNUSABLE: a line
 * break would begin another header, an outer space is trimmed on the way, and services disagree on bytes above 0x7E.
 */
export function readHeaderText(secret: Secret): string | Denial {
  const bytes = readPlainBytes(secret);
  if (!(bytes instanceof Uint8Array)) return bytes;
  if (bytes.some((byte) => byte > 0x7e)) return refuse(secret, 'it holds characters that a header cannot carry');
  if (bytes[0] === 0x20 || bytes.at(-1) === 0x20) return refuse(secret, 'it begins or ends with a space');
  return Buffer.from(bytes).toString('latin1');
}

/** The secret's own bytes when there are some and none is a control character; else SECRET_UNUSABLE. Nobody changes or keeps them. */
export function readPlainBytes(secret: Secret): Uint8Array | Denial {
  const bytes = secret.reveal();
  if (bytes.length === 0) return refuse(secret, 'it is empty');
  if (bytes.includes(0x0a) || bytes.includes(0x0d)) return refuse(secret, 'it holds a line break');
  return bytes.some((byte) => byte < 0x20 || byte === 0x7f) ? refuse(secret, 'it holds a control character') : bytes;
}

function refuse(secret: Secret, detail: string): Denial {
  return deny('SECRET_UNUSABLE', { credential: secret.name, detail });
}
