import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Secret } from '../model/secret.js';
import type { SchemeUse } from '../model/service.js';
import type { Scheme } from './scheme.js';
import { readPlainBytes } from './secret-text.js';

const COLON = 0x3a;
/** RFC 7617 §2: a user-id has no colon, and neither part has control characters. */
const USERNAME = /^[^:\x00-\x1f\x7f]{1,256}$/u;

/**
 * `Authorization: Basic <base64 of user:password>` (RFC 7617). Options: `username`, and the secret is the password; or `secretAs: username`, and the
 * password is empty, as some payment services have it; or neither, and the secret is `user:password`.
 */
export const basic: Scheme = {
  options: ['username', 'secretAs'],
  checkOptions: ({ username, secretAs }) => {
    if (username !== undefined && secretAs !== undefined) return 'username and secretAs exclude each other';
    if (username !== undefined && !USERNAME.test(username)) return 'username must not be empty or hold a colon or control characters';
    return secretAs === undefined || secretAs === 'username' ? null : 'secretAs must be username';
  },

  // The password alone is what services echo of a pair.
  parts: (secret, { username, secretAs }) => {
    const bytes = secret.reveal();
    const from = bytes.indexOf(COLON) + 1;
    const isPair = username === undefined && secretAs === undefined && from > 0 && from < bytes.length;
    return isPair ? [{ name: 'password', bytes: bytes.subarray(from) }] : [];
  },

  present: (secret, options) => {
    const bytes = readPlainBytes(secret);
    if (isDenial(bytes)) return bytes;
    const pair = joinPair(secret, Buffer.from(bytes), options);
    if (isDenial(pair)) return pair;
    const encoded = pair.toString('base64');
    return {
      credential: secret.name,
      headers: [['Authorization', `Basic ${encoded}`]],
      query: [],
      derived: [pair, Buffer.from(encoded, 'latin1')],
    };
  },
};

function joinPair(secret: Secret, value: Buffer, options: SchemeUse['options']): Buffer | Denial {
  if (options['username'] !== undefined) return Buffer.concat([Buffer.from(`${options['username']}:`), value]);
  const colon = value.indexOf(COLON);
  if (options['secretAs'] === 'username') {
    return colon < 0 ? Buffer.concat([value, Buffer.from(':')]) : refuse(secret, 'it stands for a user name and holds a colon');
  }
  if (colon < 0) return refuse(secret, 'it is not of the form user:password');
  return colon < value.length - 1 ? value : refuse(secret, 'its password is empty');
}

function refuse(secret: Secret, detail: string): Denial {
  return deny('SECRET_UNUSABLE', { credential: secret.name, detail });
}
