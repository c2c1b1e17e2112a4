import { isDenial } from '../denial/denial.js';
import type { Scheme } from './scheme.js';
import { readPlainBytes } from './secret-text.js';

const FIELD_NAME = /^[A-Za-z0-9_.[\]-]{1,128}$/;

/**
 * `?<name>=<secret>`, percent-encoded byte by byte (RFC 3986 §2.1). Option: `name`. For services that offer nothing better: addresses end up
 * in other people's logs.
 */
export const query: Scheme = {
  options: ['name'],
  checkOptions: ({ name = '' }) => (FIELD_NAME.test(name) ? null : 'name must be the name of a query field'),

  present: (secret, { name = '' }) => {
    const bytes = readPlainBytes(secret);
    if (isDenial(bytes)) return bytes;
    const encoded = percentEncode(bytes);
    return { credential: secret.name, headers: [], query: [[name, encoded]], derived: [Buffer.from(encoded, 'latin1')] };
  },
};

/** All but RFC 3986's unreserved characters, so that no URL parser changes what it is given. */
function percentEncode(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += /[A-Za-z0-9_.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
