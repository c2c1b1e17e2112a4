import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pieces } from '../../src/model/byte-filter.js';
import { listForms } from '../../src/redact/forms.js';
import { createRedactor, type RedactedSecret } from '../../src/redact/redactor.js';
import { NOT_FOUND_ROWS, REDACTION_ROWS } from '../vectors/redaction.js';

const SECRET = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc';
/** Longer in escapes than what is read for the beginning of a secret. */
const LONG_SECRET = createHash('sha512')
  .update(SECRET)
  .digest('base64')
  .replaceAll(/[^0-9A-Za-z]/g, 'x')
  .repeat(2)
  .slice(0, 110);

function redactIn(chunks: readonly Uint8Array[], secrets: readonly RedactedSecret[], even = false): { out: Buffer; count: number } {
  const filter = createRedactor(secrets, null).open(even);
  const parts = chunks.map((chunk) => Buffer.concat(filter.write(chunk)));
  parts.push(Buffer.concat(filter.end()));
  return { out: Buffer.concat(parts), count: filter.count };
}

function sizeOf(pieces: Pieces = []): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** The same bytes cut at every point, one byte at a time, and whole. */
function* chunkings(bytes: Buffer): Generator<Buffer[]> {
  yield [bytes];
  yield [...bytes].map((byte) => Buffer.from([byte]));
  for (let at = 1; at < bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

describe('createRedactor', () => {
  test.each(REDACTION_ROWS)('$title, however the stream is cut', ({ secrets, input, output, count, cut }) => {
    const named = secrets.map(([name, value]) => ({ name, bytes: Buffer.from(value) }));
    for (const chunks of chunkings(Buffer.from(input))) {
      const result = redactIn(chunks, named);
      expect([output, ...(chunks.length === 1 ? [] : cut)]).toContain(result.out.toString());
      expect(result.count).toBe(count);
    }
  });

  test.each([0, 1, 100, Infinity])('gives the same when %s parts of it were made beforehand', (times) => {
    const redactor = createRedactor([{ name: 'k', bytes: Buffer.from(SECRET) }], null);
    let made = 0;
    while (made < times && (redactor.prepare() || redactor.prepareMore())) made++;
    if (times === Infinity) expect(made).toBeGreaterThan(100);
    const hex = Buffer.from(SECRET).toString('hex');
    const text = 'some words that are no part of it '.repeat(100);
    expect(redactor.redactText(`${text}${hex} ${text}${SECRET}`)).toBe(`${text}[redacted:k] ${text}[redacted:k]`);
    if (times === Infinity) expect([redactor.prepare(), redactor.prepareMore()]).toEqual([false, false]);
  });

  test.each([
    ['%2correct%20horse%20battery%20staple', '%2[redacted:k]'],
    ['\\x4correct%20horse%20battery%20staple', '\\x4[redacted:k]'],
  ])('finds a phrase whose first letter goes on what stands before it as an escape, in %s', (leak, shown) => {
    expect(redactIn([Buffer.from(leak)], [{ name: 'k', bytes: Buffer.from('correct horse battery staple') }]).out.toString()).toBe(shown);
  });

  test.each(NOT_FOUND_ROWS)('does not find $title', ({ secret, stream }) => {
    expect(redactIn([Buffer.from(stream)], [{ name: 'k', bytes: Buffer.from(secret) }]).out.toString()).toBe(stream);
  });

  test.each([
    ['hexadecimal references', (code: number) => `&#x${code.toString(16)};`],
    ['decimal references', (code: number) => `&#${code};`],
    ['references in references', (code: number) => `&amp;#x${code.toString(16)};`],
    ['braced escapes', (code: number) => `\\u{${code.toString(16)}}`],
    ['escapes of four digits', (code: number) => `\\u${code.toString(16).padStart(4, '0')}`],
    ['escapes of eight digits', (code: number) => `\\U${code.toString(16).padStart(8, '0')}`],
    ['escapes of two digits', (code: number) => `\\x${code.toString(16)}`],
    ['octal escapes', (code: number) => `\\${code.toString(8)}`],
    ['percent pairs', (code: number) => `%${code.toString(16)}`],
    ['percent pairs in percent pairs', (code: number) => `%25${code.toString(16)}`],
    ['quoted-printable pairs', (code: number) => `=${code.toString(16).toUpperCase()}`],
  ])('no twelve characters come out in %s, wherever each of them is cut and however long nothing follows', (_, spell) => {
    const told = (text: string) => text.replaceAll(/[^0-9a-z]/gi, '');
    for (const [secret, from] of [
      [SECRET.slice(8), 0],
      [SECRET.slice(8), 1],
      [SECRET.slice(8), 7],
      [LONG_SECRET, 1],
    ] as const) {
      const redactor = createRedactor([{ name: 'k', bytes: Buffer.from(secret) }], null);
      const escapes = Array.from(Buffer.from(secret.slice(from)), spell);
      const twelve = told(escapes.slice(0, 12).join(''));
      for (let cut = 1; cut <= (escapes[0]?.length ?? 0); cut++) {
        const filter = redactor.open();
        let out = '';
        let rest = '';
        for (const escape of [...escapes, '']) {
          for (const pieces of [filter.write(Buffer.from(rest + escape.slice(0, cut))), filter.pause()])
            out += Buffer.concat(pieces).toString();
          rest = escape.slice(cut);
        }
        out += Buffer.concat(filter.write(Buffer.from(rest))).toString() + Buffer.concat(filter.end()).toString();
        const visible = told(out.replaceAll('[redacted:k]', ''));
        expect(twelve.startsWith(visible) && visible.length < twelve.length, `from ${from}, cut at ${cut}: ${out}`).toBe(true);
      }
    }
  });

  test.each([
    (s: string) => `value ${s[8]} ${s.slice(9, 20)}\n${'-'.repeat(600)}\n${s[20]}`,
    (s: string) => `${s[0]}${' '.repeat(100)}${s.slice(1, 12)}${' '.repeat(600)}${s[12]}!`,
    (s: string) => `${s.slice(0, 2)}${' '.repeat(100)}${s.slice(2, 13)}\n${' '.repeat(600)}${s[13]}`,
  ])('a fragment is hidden however far the letter behind it is that would go on with it', (spell) => {
    const secret = 'Zq7xWv3RtB9kLm2PfH5dYn8CgJ4sTe6AuQ1';
    const out = createRedactor([{ name: 'k', bytes: Buffer.from(secret) }], null).redactText(spell(secret));
    expect(out).toContain('[redacted:k]');
    expect(out).not.toContain(secret.slice(3, 9));
    expect(out).not.toContain(secret.slice(12, 18));
  });

  test('has nothing to make beforehand without a secret', () => {
    const redactor = createRedactor([], null);
    expect([redactor.prepare(), redactor.prepareMore()]).toEqual([false, false]);
  });

  test.each(REDACTION_ROWS)('$title, where what comes out tells nothing by its moment', ({ secrets, input, output, count, cut }) => {
    const named = secrets.map(([name, value]) => ({ name, bytes: Buffer.from(value) }));
    for (const chunks of chunkings(Buffer.from(input))) {
      const result = redactIn(chunks, named, true);
      expect([output, ...(chunks.length === 1 ? [] : cut)]).toContain(result.out.toString());
      expect(result.count).toBe(count);
    }
  });

  test('an even stream gives as many bytes at a time whatever the secret is, and all of them in the end', () => {
    // A beginning of one of them is none of the other: of the engine's kind, and short ones that are looked for as they are.
    const pairs = [
      [SECRET, 'zzzz_zzzz_zq8w7e6r5t4y3u2i1o0pzz'],
      ['aaaabbbb', 'zzzzyyyy'],
    ] as const;
    for (const [secret, other] of pairs) {
      const piece = fc.oneof(
        fc.integer({ min: 1, max: secret.length - 1 }).map((length) => Buffer.from(secret.slice(0, Math.min(length, 7)))),
        fc.integer({ min: 0, max: 9000 }).map((length) => Buffer.alloc(length, '~\n')),
        fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
      );
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 12 }), (chunks) => {
          const [one, two] = [secret, other].map((value) => createRedactor([{ name: 'k', bytes: Buffer.from(value) }], null).open(true));
          const sizes = (filter: typeof one) => chunks.map((chunk) => sizeOf(filter?.write(chunk)));
          const given = sizes(one);
          fc.pre(one?.count === 0);
          expect(given).toEqual(sizes(two));
          expect([one?.waits, sizeOf(one?.pause())]).toEqual([false, 0]);
          const rest = sizeOf(one?.end());
          fc.pre(one?.count === 0);
          expect(given.reduce((sum, size) => sum + size, rest)).toBe(Buffer.concat(chunks).length);
        }),
        { examples: [[[Buffer.from(secret.slice(0, 5))]], [[Buffer.alloc(5000, '~'), Buffer.from(secret.slice(0, 6))]]] },
      );
    }
  });

  test('bytes that hold no secret pass as they are, broken UTF-8 included', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 12 }), (chunks) => {
        const whole = Buffer.concat(chunks);
        fc.pre(!listForms(Buffer.from(SECRET)).some((form) => whole.includes(form)));
        expect(redactIn(chunks, [{ name: 'key', bytes: Buffer.from(SECRET) }]).out.equals(whole)).toBe(true);
      }),
    );
  });

  test('no form of a secret comes out, whatever stands around it and however it is cut', () => {
    const secretBytes = fc.oneof(
      fc.uint8Array({ minLength: 8, maxLength: 48 }),
      fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' }).map((text) => new Uint8Array(Buffer.from(text))),
    );
    fc.assert(
      fc.property(
        secretBytes,
        fc.nat(),
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.nat(200), { maxLength: 6 }),
        (secret, pick, before, after, cuts) => {
          const forms = listForms(secret);
          const form = forms[pick % forms.length] ?? secret;
          const whole = Buffer.concat([before, form, after]);
          const points = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
          const chunks = points.slice(1).map((point, i) => whole.subarray(points[i], point));
          const { out, count } = redactIn(chunks, [{ name: 'k', bytes: secret }]);
          const rest = out.toString('latin1').replaceAll('[redacted:k]', '\u0100');
          for (const needle of forms) expect(rest.includes(needle.toString('latin1'))).toBe(false);
          expect(count).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300, examples: [[Uint8Array.from([92, 34, 43, 34, 34, 44, 45, 128]), 10, new Uint8Array(0), new Uint8Array(0), []]] },
    );
  });

  test('only a live partial match is held back', () => {
    const filter = createRedactor([{ name: 'key', bytes: Buffer.from(SECRET) }], null).open();
    expect(Buffer.concat(filter.write(Buffer.from('Continue? [y/N] '))).toString()).toBe('Continue? [y/N] ');
    expect(Buffer.concat(filter.write(Buffer.from('see sk_l'))).toString()).toBe('see ');
    expect(Buffer.concat(filter.write(Buffer.from('ong'))).toString()).toBe('sk_long');
  });

  test('beside a short secret, what may begin a replacement is held back for a moment alone', () => {
    const filter = createRedactor([{ name: 'pin', bytes: Buffer.from('cted') }], null).open();
    expect(Buffer.concat(filter.write(Buffer.from('Done: ['))).toString()).toBe('Done: ');
    expect(filter.waits).toBe(true);
    expect(Buffer.concat(filter.pause()).toString()).toBe('[');
    expect(filter.waits).toBe(false);
    expect(Buffer.concat(filter.write(Buffer.from('c'))).toString()).toBe('');
    expect([sizeOf(filter.pause()), filter.waits]).toEqual([0, false]);
    expect(Buffer.concat(filter.write(Buffer.from('ted]'))).toString()).toBe('[redacted:pin]]');
    expect(filter.count).toBe(1);
  });

  test.each(['Zürich-Grüße7-Köln9', "Tr0ub\\4dor&3=%x'q"])(
    'a few bytes that may begin %s wait for a moment alone, and what goes on with them is hidden',
    (secret) => {
      for (let first = 1; first <= 3; first++) {
        const filter = createRedactor([{ name: 'key', bytes: Buffer.from(secret) }], null).open();
        const begun = Buffer.from(secret).subarray(0, first);
        expect(Buffer.concat([...filter.write(Buffer.concat([Buffer.from('> '), begun])), ...filter.pause(), ...filter.pause()])).toEqual(
          Buffer.concat([Buffer.from('> '), begun]),
        );
        expect([filter.waits, sizeOf(filter.pause())]).toEqual([false, 0]);
        const more = Buffer.concat([
          ...filter.write(Buffer.from(secret).subarray(first)),
          ...filter.write(Buffer.from(' end')),
          ...filter.end(),
        ]);
        expect(more.toString()).toBe('[redacted:key] end');
        expect(filter.count).toBe(1);
      }
    },
  );

  test('a secret that is cut off at the end is hidden from twelve bytes on', () => {
    expect(redactIn([Buffer.from(SECRET.slice(0, 12))], [{ name: 'key', bytes: Buffer.from(SECRET) }]).out.toString()).toBe(
      '[redacted:key]',
    );
    expect(redactIn([Buffer.from(SECRET.slice(0, 11))], [{ name: 'key', bytes: Buffer.from(SECRET) }]).out.toString()).toBe(
      SECRET.slice(0, 11),
    );
  });

  test('what is public passes at the end of a stream too', () => {
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.d9Kx2_Vb7-Qm4Rz8Tw1Yc6Nf3Hj5Gs0Lp9Xt2Zr7Wk4Q';
    for (const text of ['alg: eyJhbGciOiJIUzI1NiJ9\n', 'claims: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0'])
      expect(redactIn([Buffer.from(text)], [{ name: 'key', bytes: Buffer.from(jwt) }]).out.toString()).toBe(text);
  });

  test('of a URL whose password is not ASCII all else passes at the end of a stream too', () => {
    const secrets = [{ name: 'key', bytes: Buffer.from('postgres://app:Zürich-Grüße7@db.example.com:5432/app') }];
    expect(redactIn([Buffer.from('postgres://app:')], secrets).out.toString()).toBe('postgres://app:');
    expect(redactIn([Buffer.from('postgres://app:Zürich-Grüße7@db')], secrets).out.toString()).toBe('postgres://app:[redacted:key]@db');
  });

  test('a stream of one endless self-overlapping secret is held in bounded memory', () => {
    const filter = createRedactor([{ name: 'key', bytes: Buffer.from('abcabcabc') }], null).open();
    let out = 0;
    for (let i = 0; i < 2000; i++) out += sizeOf(filter.write(Buffer.from('abcabcabcabc')));
    out += sizeOf(filter.end());
    expect(out).toBe('[redacted:key]'.length);
    expect(filter.count).toBe(1);
  });
});
