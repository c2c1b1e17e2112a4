import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { Secret } from '../../src/model/secret.js';
import type { SchemeUse } from '../../src/model/service.js';
import { checkScheme, presentSecret, SCHEMES } from '../../src/scheme/registry.js';
import { PRESENTED } from '../vectors/scheme-presented.js';

const request = { method: 'POST', url: new URL('https://api.test/v1?a=b'), headers: [], body: Buffer.from('{}') };
const uses = (scheme: string): readonly SchemeUse[] => PRESENTED.map((row) => row.use).filter((use) => use.scheme === scheme);
const anySecret = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.string({ unit: 'binary', maxLength: 32 }).map((text) => new Uint8Array(Buffer.from(text))),
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 32 }).map((text) => new Uint8Array(Buffer.from(text))),
  fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })).map(([user, word]) => new Uint8Array(Buffer.from(`${user}:${word}`))),
);

describe.each([...SCHEMES.keys()])('the scheme %s', (scheme) => {
  it('has rows in the vectors, whose options it accepts', () => {
    expect(uses(scheme).length).toBeGreaterThan(0);
    for (const use of uses(scheme)) expect(checkScheme(use)).toBeNull();
  });

  it('refuses an option that it does not know', () => {
    for (const use of uses(scheme)) expect(checkScheme({ scheme, options: { ...use.options, other: 'x' } })).toEqual(expect.any(String));
  });

  it('presents a secret unchanged or not at all, in header text and query text that nothing can break out of', () => {
    fc.assert(
      fc.property(fc.constantFrom(...uses(scheme)), anySecret, (use, bytes) => {
        const presented = presentSecret(new Secret('bot', bytes.slice()), use, request);
        if (isDenial(presented)) {
          expect(presented.code).toBe('SECRET_UNUSABLE');
          expect(Object.keys(presented.facts).sort()).toEqual(['credential', 'detail']);
          return;
        }
        for (const [name, value] of presented.headers) {
          expect(name).toMatch(/^[A-Za-z0-9-]+$/);
          expect(value).toMatch(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/);
        }
        for (const [, value] of presented.query) {
          expect(value).toMatch(/^(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+$/);
          expect(new URL(`https://h/?k=${value}`).search).toBe(`?k=${value}`);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('names in `derived` whatever goes out that is not the secret itself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...uses(scheme)), anySecret, (use, bytes) => {
        const presented = presentSecret(new Secret('bot', bytes.slice()), use, request);
        if (isDenial(presented)) return;
        const known = [bytes, ...presented.derived].map((form) => Buffer.from(form).toString('latin1'));
        for (const [, value] of [...presented.headers, ...presented.query]) {
          expect(known.some((form) => value.endsWith(form))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the secret as it was, keeps nothing of it, and answers the same again', () => {
    fc.assert(
      fc.property(fc.constantFrom(...uses(scheme)), anySecret, (use, bytes) => {
        const secret = new Secret('bot', bytes.slice());
        const first = presentSecret(secret, use, request);
        expect(Buffer.from(secret.reveal()).equals(bytes)).toBe(true);
        expect(presentSecret(secret, use, request)).toEqual(first);
        if (isDenial(first)) return;
        const before = JSON.stringify(first);
        secret.wipe();
        expect(JSON.stringify(first)).toBe(before);
      }),
      { numRuns: 200 },
    );
  });
});
