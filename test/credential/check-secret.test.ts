import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkSecretBytes } from '../../src/credential/check-secret.js';

const check = (text: string, allowShort = false): string | null => checkSecretBytes(Buffer.from(text), allowShort);

it.each(['ghp_16C7e42F292c6912E7', 'correct horse battery', '-----BEGIN KEY-----\nMII\n', 'abcdefgX', 'password-of-acme-9x7'])(
  '%j serves',
  (text) => {
    expect(check(text)).toBeNull();
  },
);

it.each(['', ' ', '\n\n\n\n\n\n\n\n\n', '\0\0\0\0\0\0\0\0\0\0'])('%j never serves, being empty or blank', (text) => {
  expect(check(text)).toMatch(/^it is (empty|blank)$/);
  expect(check(text, true)).toMatch(/^it is (empty|blank)$/);
});

it.each([
  'password',
  'Password1',
  'PASSWORD123!',
  'changeme1',
  ' changeme\n',
  'undefined',
  'localhost',
  '12345678',
  '1234567890',
  'xxxxxxxx',
  'abababab',
  'testtest',
  'k3Jk3Jk3Jk',
  'k3J9mQ2k3J9mQ2k3J9',
  '********',
  'your_api_key',
  'qwertyuiop',
])('%j is too ordinary unless short values are allowed', (text) => {
  expect(check(text)).toBe('it is too ordinary to be hidden in output');
  expect(check(text, true)).toBeNull();
});

it.each(['-----BEGIN PRIVATE KEY-----', '-----BEGIN RSA PRIVATE KEY-----\r\n', '-----BEGIN KEY-----'])(
  '%j never serves: the key is missing',
  (text) => {
    expect(check(text)).toBe('it is only the first line of a key');
    expect(check(text, true)).toBe('it is only the first line of a key');
  },
);

it('a key that was put on one line serves', () => {
  expect(check('-----BEGIN KEY-----MII0123456789-----END KEY-----')).toBeNull();
});

it('a value shorter than 8 bytes serves only where short values are allowed', () => {
  expect(check('s3cr3t7')).toBe('it is shorter than 8 bytes');
  expect(check('s3cr3t7', true)).toBeNull();
  expect(check('s3cr3t78')).toBeNull();
});

it.each(['k3J9mQ2k', 'k3J9mQ2k3J', 'k3J9mQ2xk3J9mQ2x', 'k3Jk3Jk3Jx'])('%j serves, though a part of it comes twice', (text) => {
  expect(check(text)).toBeNull();
});

it('64 KiB serve, and one byte more never does', () => {
  const bytes = new Uint8Array(65_537).map((_, index) => index);
  expect(checkSecretBytes(bytes.subarray(1), false)).toBeNull();
  expect(checkSecretBytes(bytes, true)).toBe('it is longer than 64 KiB');
});

it('the reason never holds the value', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 40 }), fc.boolean(), (bytes, allowShort) => {
      const reason = checkSecretBytes(bytes, allowShort);
      return reason === null || !reason.includes(Buffer.from(bytes).toString('latin1'));
    }),
  );
});
