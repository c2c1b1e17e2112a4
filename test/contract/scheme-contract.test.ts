import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RARE_SCHEMES } from '../../src/scheme/rare-schemes.js';
import { isDenial } from '../../src/denial/denial.js';
import { Secret } from '../../src/model/secret.js';
import type { SchemeUse } from '../../src/model/service.js';
import { checkScheme } from '../../src/scheme/check-scheme.js';
import { presentSecret, SCHEMES } from '../../src/scheme/registry.js';
import { EXCHANGED } from '../vectors/scheme-exchanged.js';
import { PRESENTED } from '../vectors/scheme-presented.js';

const request = { method: 'POST', url: new URL('https://api.test/v1?a=b'), headers: [], body: Buffer.from('{}'), nowMs: 1_764_000_000_000 };
/** Headers that say when and what was signed, and nothing of the secret. */
const OPEN_HEADERS = ['X-Amz-Date', 'X-Amz-Content-Sha256'];
const uses = (scheme: string): readonly SchemeUse[] => PRESENTED.map((row) => row.use).filter((use) => use.scheme === scheme);
const anySecret = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.string({ unit: 'binary', maxLength: 32 }).map((text) => new Uint8Array(Buffer.from(text))),
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 32 }).map((text) => new Uint8Array(Buffer.from(text))),
  fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })).map(([user, word]) => new Uint8Array(Buffer.from(`${user}:${word}`))),
  fc
    .tuple(fc.base64String({ minLength: 4 }), fc.base64String({ minLength: 8 }), fc.base64String({ minLength: 4 }))
    .map((parts) => new Uint8Array(Buffer.from(parts.join(':')))),
);

describe.each([...SCHEMES.keys(), ...RARE_SCHEMES.keys()])('the scheme %s', (scheme) => {
  it('has rows in the vectors, whose options it accepts', () => {
    expect(uses(scheme).length).toBeGreaterThan(0);
    for (const use of uses(scheme)) expect(checkScheme(use)).toHaveProperty('exchange');
  });

  it('refuses an option that it does not know, by its name', async () => {
    for (const use of uses(scheme)) {
      const other = { scheme, options: { ...use.options, unheard: 'x' } };
      expect(checkScheme(other)).toEqual({ faults: [{ fault: expect.any(String), key: 'unheard', suggestion: null }] });
      expect(await presentSecret(new Secret('bot', Buffer.from('s3cret-value')), other, request)).toMatchObject({
        code: 'SECRET_UNUSABLE',
      });
    }
  });

  it('presents a secret unchanged or not at all, in header text and query text that nothing can break out of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...uses(scheme)), anySecret, async (use, bytes) => {
        const presented = await presentSecret(new Secret('bot', bytes.slice()), use, request);
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

  it('names in `derived` whatever goes out that is not the secret itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...uses(scheme)), anySecret, async (use, bytes) => {
        const presented = await presentSecret(new Secret('bot', bytes.slice()), use, request);
        if (isDenial(presented)) return;
        const known = [bytes, ...presented.derived].map((form) => Buffer.from(form).toString('latin1'));
        for (const [name, value] of [...presented.headers, ...presented.query]) {
          if (OPEN_HEADERS.includes(name)) continue;
          expect(known.some((form) => value.endsWith(form))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the secret as it was, keeps nothing of it, and answers the same again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...uses(scheme)), anySecret, async (use, bytes) => {
        const secret = new Secret('bot', bytes.slice());
        const first = await presentSecret(secret, use, request);
        expect(Buffer.from(secret.reveal()).equals(bytes)).toBe(true);
        expect(await presentSecret(secret, use, request)).toEqual(first);
        if (isDenial(first)) return;
        const before = JSON.stringify(first);
        secret.wipe();
        expect(JSON.stringify(first)).toBe(before);
      }),
      { numRuns: 200 },
    );
  });
});

const exchanging = [...SCHEMES, ...RARE_SCHEMES].filter(([, { exchange }]) => exchange !== undefined).map(([name]) => name);

describe.each(exchanging)('the exchange of scheme %s', (scheme) => {
  const rows = EXCHANGED.filter(({ use }) => use.scheme === scheme);
  const exchange = RARE_SCHEMES.get(scheme)!.exchange!;
  const nowMs = 1_764_000_000_000;

  it('has rows in the vectors', () => {
    expect(rows.length).toBeGreaterThan(0);
  });

  it.each(rows)(
    'asks and reads as its standard says: $title',
    ({ use, secret, url, body, headers, answer, token, expiresInMs, successor }) => {
      const asked = exchange.ask(new Secret('bot', Buffer.from(secret)), use.options, nowMs);
      if (isDenial(asked)) throw new Error(JSON.stringify(asked));
      expect(asked.url).toBe(url);
      expect(asked.url.startsWith(exchange.endpoint(use.options))).toBe(true);
      expect(Buffer.from(asked.body ?? '').toString()).toBe(body);
      expect(asked.headers).toEqual(expect.arrayContaining(headers.map((pair) => [...pair])));
      const whole = { host: 'auth.test', status: answer.status, body: Buffer.from(answer.body), retryAfterMs: null };
      const read = exchange.read(whole, { secret: new Secret('bot', Buffer.from(secret)), options: use.options, nowMs });
      if (isDenial(read)) throw new Error(JSON.stringify(read));
      expect(Buffer.from(read.value).toString()).toBe(token);
      expect(read.expiresMs === null ? null : read.expiresMs - nowMs).toBe(expiresInMs);
      expect(read.successor === null ? null : Buffer.from(read.successor).toString()).toBe(successor);
    },
  );

  it('sends the credential to its endpoint’s own host alone, in header text that nothing can break out of', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rows), anySecret, ({ use }, bytes) => {
        const asked = exchange.ask(new Secret('bot', bytes.slice()), use.options, nowMs);
        if (isDenial(asked)) {
          expect(asked.code).toBe('SECRET_UNUSABLE');
          return;
        }
        expect(new URL(asked.url).host).toBe(new URL(exchange.endpoint(use.options)).host);
        for (const [name, value] of asked.headers)
          expect(`${name}: ${value}`).toMatch(/^[A-Za-z0-9-]+: [\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/);
      }),
      { numRuns: 300 },
    );
  });

  it('gives a token or a denial for any answer, and quotes nothing of it', () => {
    const anyAnswer = fc.oneof(
      fc.string().map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(text)),
      fc.constantFrom(...rows).map(({ answer }) => Buffer.from(answer.body)),
      fc
        .record({ access_token: fc.anything(), token_type: fc.anything(), expires_in: fc.anything(), error: fc.anything() })
        .map((value) => {
          try {
            return Buffer.from(JSON.stringify(value));
          } catch {
            return Buffer.from('null');
          }
        }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...rows),
        anyAnswer,
        fc.constantFrom(200, 201, 302, 400, 401, 403, 404, 429, 500, 503),
        (row, body, status) => {
          const asked = { secret: new Secret('bot', Buffer.from(row.secret)), options: row.use.options, nowMs };
          const read = exchange.read({ host: 'auth.test', status, body, retryAfterMs: 1000 }, asked);
          if (!isDenial(read)) {
            expect(read.value.length).toBeGreaterThanOrEqual(8);
            return;
          }
          expect(['SECRET_UNUSABLE', 'BACKEND_UNAVAILABLE']).toContain(read.code);
          if (status >= 500 || status === 429) expect(read).toMatchObject({ code: 'BACKEND_UNAVAILABLE', retryAfterMs: 1000 });
          else if (status >= 400) expect(read.code).toBe('SECRET_UNUSABLE');
          const text = body.toString();
          if (text.length > 40) expect(JSON.stringify(read)).not.toContain(text.slice(0, 40));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('names the parts of a credential that are secret on their own, each within the credential', () => {
    for (const { use, secret, parts } of rows) {
      const found = exchange.parts(new Secret('bot', Buffer.from(secret)), use.options);
      expect(found.map((part) => Buffer.from(part).toString())).toEqual(parts);
    }
  });
});
