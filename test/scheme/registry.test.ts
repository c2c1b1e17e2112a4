import { describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { Secret } from '../../src/model/secret.js';
import { checkScheme } from '../../src/scheme/check-scheme.js';
import { findScheme, presentSecret } from '../../src/scheme/registry.js';
import { BAD_USES, PARTS, PRESENTED, UNUSABLE } from '../vectors/scheme-presented.js';

const request = { method: 'GET', url: new URL('https://api.test/'), headers: [], body: null, nowMs: Date.UTC(2015, 7, 30, 12, 36) };
const secretOf = (text: string): Secret => new Secret('bot', Buffer.from(text));

describe('a credential on the wire', () => {
  it.each(PRESENTED)(
    '$use.scheme with $use.options is presented as its standard says',
    async ({ use, secret, headers, query, derived }) => {
      expect(checkScheme(use)).toHaveProperty('exchange');
      const presented = await presentSecret(secretOf(secret), use, request);
      if (isDenial(presented)) throw new Error(presented.code);
      expect(presented).toMatchObject({ credential: 'bot', headers, query });
      expect(presented.derived.map((bytes) => Buffer.from(bytes).toString())).toEqual(derived);
    },
  );

  it.each(PARTS)('%j knows what of %j is secret on its own', async ({ scheme, options }, text, expected) => {
    const parts = (await findScheme(scheme))?.parts?.(secretOf(text), options) ?? [];
    expect(Object.fromEntries(parts.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()]))).toEqual(expected);
  });

  it.each(UNUSABLE)('%j cannot carry %j', async (use, text, detail) => {
    expect(await presentSecret(secretOf(text), use, request)).toEqual({
      kind: 'denial',
      code: 'SECRET_UNUSABLE',
      facts: { credential: 'bot', detail },
      retryAfterMs: null,
    });
  });

  it.each(BAD_USES)('%j is refused when a service is read, and all the same at run time', async (use) => {
    expect(checkScheme(use)).toMatchObject({ faults: [{ fault: expect.any(String) }] });
    expect(await presentSecret(secretOf('s3cret-value'), use, request)).toMatchObject({ code: 'SECRET_UNUSABLE' });
  });
});
