import { hash } from 'node:crypto';
import { parseSessionId, type SessionId } from '../model/ids.js';

/** A session's token holds this many random bytes. */
export const TOKEN_BYTES = 32;

/** The token: the session's id, a dot, and 32 random bytes in base64url. It is given to the command and kept nowhere. */
export function formatToken(id: SessionId, random: Uint8Array): string {
  if (random.length !== TOKEN_BYTES) throw new RangeError('a session token of the wrong length');
  return `${id}.${Buffer.from(random).toString('base64url')}`;
}

/** The session that a token names; null when it is not spelt as one. */
export function readToken(token: string): SessionId | null {
  const [, id, random] = /^([^.]{30})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
  return id === undefined || random === undefined ? null : parseSessionId(id);
}

/** What is kept of a token. 256 random bits need no salt and no slow hash. */
export function hashToken(token: string): string {
  return hash('sha256', token);
}
