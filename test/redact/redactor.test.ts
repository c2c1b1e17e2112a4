import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listForms } from '../../src/redact/forms.js';
import { createRedactor, type RedactedSecret } from '../../src/redact/redactor.js';
import { REDACTION_ROWS } from '../vectors/redaction.js';

const SECRET = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc';

function redactIn(chunks: readonly Uint8Array[], secrets: readonly RedactedSecret[]): { out: Buffer; count: number } {
  const filter = createRedactor(secrets, null).open();
  const parts = chunks.map((chunk) => Buffer.from(filter.write(chunk)));
  parts.push(Buffer.from(filter.end()));
  return { out: Buffer.concat(parts), count: filter.count };
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
    expect(Buffer.from(filter.write(Buffer.from('Continue? [y/N] '))).toString()).toBe('Continue? [y/N] ');
    expect(Buffer.from(filter.write(Buffer.from('see sk_l'))).toString()).toBe('see ');
    expect(Buffer.from(filter.write(Buffer.from('ong'))).toString()).toBe('sk_long');
  });

  test('a secret that is cut off at the end is hidden from twelve bytes on', () => {
    expect(redactIn([Buffer.from(SECRET.slice(0, 12))], [{ name: 'key', bytes: Buffer.from(SECRET) }]).out.toString()).toBe(
      '[redacted:key]',
    );
    expect(redactIn([Buffer.from(SECRET.slice(0, 11))], [{ name: 'key', bytes: Buffer.from(SECRET) }]).out.toString()).toBe(
      SECRET.slice(0, 11),
    );
  });

  test('a stream of one endless self-overlapping secret is held in bounded memory', () => {
    const filter = createRedactor([{ name: 'key', bytes: Buffer.from('abcabcabc') }], null).open();
    let out = 0;
    for (let i = 0; i < 2000; i++) out += filter.write(Buffer.from('abcabcabcabc')).length;
    out += filter.end().length;
    expect(out).toBe('[redacted:key]'.length);
    expect(filter.count).toBe(1);
  });
});
