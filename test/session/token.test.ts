import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { SessionId } from '../../src/model/ids.js';
import { formatToken, hashToken, readToken } from '../../src/session/token.js';

const ID = 'ses_01JD3Y0000000000000000000A' as SessionId;

describe('a session’s token', () => {
  it('names its session, and no two random values make the same one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ minLength: 32, maxLength: 32 }), (a, b) => {
        expect(readToken(formatToken(ID, a))).toBe(ID);
        expect(hashToken(formatToken(ID, a)) === hashToken(formatToken(ID, b))).toBe(Buffer.from(a).equals(Buffer.from(b)));
      }),
    );
  });

  it('needs 256 random bits', () => {
    expect(() => formatToken(ID, new Uint8Array(16))).toThrow(RangeError);
  });

  test.each([
    '',
    'ses_01JD3Y0000000000000000000A',
    `${ID}.`,
    `${ID}.${'a'.repeat(42)}`,
    `${ID}.${'a'.repeat(44)}`,
    `${ID}.${'a'.repeat(43)}\n`,
    `ses_../../../../etc/passwdxxxxx.${'a'.repeat(43)}`,
    `req_01JD3Y0000000000000000000A.${'a'.repeat(43)}`,
    `${ID}.${'a'.repeat(42)}/`,
    `${ID}.${'a'.repeat(43)}.x`,
  ])('%j is none', (text) => {
    expect(readToken(text)).toBeNull();
  });
});
