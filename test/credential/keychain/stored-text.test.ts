import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromStoredText, toStoredText } from '../../../src/credential/keychain/stored-text.js';

it('any value comes back from its stored text, which is printable ASCII on one line', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.string({ unit: 'binary', minLength: 1 }).map((text) => Uint8Array.from(Buffer.from(text))),
      ),
      (value) => {
        const stored = toStoredText(value);
        return /^[\x20-\x7e]+$/.test(stored) && Buffer.from(value).equals(fromStoredText(Buffer.from(stored)) ?? Buffer.of());
      },
    ),
  );
});

it.each(['ghp_plain', 'with spaces ', 'outloop1'])('the plain text %j is stored as it is', (text) => {
  expect(toStoredText(Buffer.from(text))).toBe(text);
});

it('a value that looks like a stored one survives', () => {
  const value = Buffer.from('outloop1:aGVsbG8=');
  expect(toStoredText(value)).not.toBe(value.toString());
  expect(fromStoredText(Buffer.from(toStoredText(value)))).toEqual(Uint8Array.from(value));
});

it('what another program stored is taken as it is, also several lines and bytes', () => {
  for (const foreign of [Buffer.from('line one\nline two\n'), Buffer.of(255, 0, 1), Buffer.from('schlüssel')]) {
    expect(fromStoredText(foreign)).toEqual(Uint8Array.from(foreign));
  }
});

it.each(['outloop1:aGVsbG8', 'outloop1:aGVs bG8=', 'outloop1:###', 'outloop1:aGVsbG9='])('%j bears our prefix and is not whole', (text) => {
  expect(fromStoredText(Buffer.from(text))).toBeNull();
});
