import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Scan, Scanner } from '../../src/redact/scanner.js';
import { createRedactor } from '../../src/redact/redactor.js';
import { PAYS_FROM } from '../../src/redact/stream-filter.js';
import { buildEngines, cut, openFilterOf, openScanner, pass, SCANNER } from './filters.js';

const SECRETS = ['sk_live_4eC39HqLyjWDarjtT1zdp7dc', 'p"w/<é>&\'x\\9z+;{Q~', 'correct horse battery staple'].map((text) =>
  Buffer.from(text),
);
const { engines } = buildEngines(SECRETS);

const piece = fc
  .tuple(fc.constantFrom(...SECRETS), fc.nat(40), fc.nat(40))
  .map(([secret, from, length]) => secret.subarray(from % secret.length, (from % secret.length) + length));

/** Ways to write a byte that have to be read. */
const WRITTEN: readonly ((hex: string) => string)[] = [
  (hex) => `%${hex}`,
  (hex) => `%25${hex}`,
  (hex) => `=${hex.toUpperCase()}`,
  (hex) => `=25${hex}`,
  (hex) => `\\x${hex}`,
  (hex) => `\\\\u00${hex}`,
  (hex) => `\\u{${hex}}`,
  (hex) => `\\${Number(`0x${hex}`).toString(8)}`,
  (hex) => `&#x${hex};`,
  (hex) => `&amp;#${Number(`0x${hex}`)};`,
  (hex) => `\\f%${hex}`,
];

/** A piece of a secret of which some bytes are written in such a way, and the rest as they are. */
const written = fc
  .tuple(piece, fc.constantFrom(...WRITTEN), fc.uint8Array({ minLength: 1, maxLength: 40, max: 3 }))
  .map(([bytes, write, some]) =>
    Buffer.concat(
      [...bytes].map((byte, i) =>
        some[i % some.length] === 0 ? Buffer.from(write(byte.toString(16).padStart(2, '0'))) : Buffer.from([byte]),
      ),
    ),
  );

/** Bytes that scanners have something to do with: pieces of secrets, escapes, control sequences, noise. */
const stream = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 24 }),
      piece,
      written,
      // So much that what stands on either side has nothing to do with the other.
      fc.nat(300).map((length) => Buffer.from(' lorem ipsum dolor'.repeat(20).slice(0, length))),
      fc
        .constantFrom(
          ...'%41|%u0041|%uD83D|=3D|=\n|=\r\n|=25|%5c|\\n|\\t|\\f|\\e[1m|\\U0001f600|\\ud83d\\ude00|\\ud83d|\\u{1F600}|\\u{fffffffff}|\\077|\\0123|&gt;|&quot;|&apos;|&#x110000;|&#999999999|&unknown;|&#|\\x41|\\u{41}|\\\\u0041|&amp;|&#65;|&|^[[31m|\b|\u001b[31m|\u001b[123456789m|\u001b(B|\u001b|\u001b[3'.split(
            '|',
          ),
        )
        .map((text) => Buffer.from(text)),
      fc.string({ maxLength: 40 }).map((text) => Buffer.from(text)),
      // One escape, and many that begin within it.
      fc.nat(400).map((length) => Buffer.from(`\\ud83d${'\\'.repeat(length)}ude00`)),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts));

function read(scanner: Scanner, bytes: Uint8Array, seen: number): unknown {
  scanner.reserve(bytes.length);
  scanner.buffer.set(bytes);
  const scan: Scan = scanner.scan(bytes.length, seen);
  return {
    symbols: Buffer.from(scan.symbols.subarray(0, scan.count)).toString('latin1'),
    places: Array.from({ length: scan.count }, (_, i) => scan.place(i)),
    hits: [...scan.hits.subarray(0, scan.hitCount)],
    slots: [...scan.hitSlots.subarray(0, scan.hitCount)],
    leads: [...scan.leads.subarray(0, scan.leadCount)],
    escapes: [...scanner.scanEscapes(bytes.length, seen)],
  };
}

test.each(engines)('both scanners see the same in a stream, in the fold $fold', (engine) => {
  const script = openScanner('script', engine);
  const wasm = openScanner('wasm', engine);
  fc.assert(
    fc.property(stream, fc.nat(), (bytes, seen) => {
      expect(read(wasm, bytes, seen % (bytes.length + 1))).toEqual(read(script, bytes, seen % (bytes.length + 1)));
    }),
    { numRuns: 400 },
  );
});

test('with either scanner the same bytes come out, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SECRETS), stream, fc.array(fc.nat(), { maxLength: 8 }), (secret, bytes, places) => {
      const script = openFilterOf('script', secret);
      const wasm = openFilterOf('wasm', secret);
      const chunks = cut(bytes, places);
      expect(pass(wasm, chunks).equals(pass(script, chunks))).toBe(true);
      expect(wasm.count).toBe(script.count);
    }),
    { numRuns: 300 },
  );
});

test('a secret is hidden that comes while one scanner takes over from the other, however it is cut there', () => {
  const [secret] = SECRETS;
  const redactor = createRedactor([{ name: 'k', bytes: secret! }], SCANNER);
  for (let before = 0; before <= secret!.length; before++) {
    const ahead = Buffer.from('some words and more '.repeat(1000).slice(0, PAYS_FROM - before));
    const bytes = Buffer.concat([ahead, secret!, Buffer.from(' and the rest')]);
    const out = pass(redactor.open(), cut(bytes, [1000, PAYS_FROM - before, PAYS_FROM, PAYS_FROM + 3]));
    expect(out.toString()).toBe(`${ahead.toString()}[redacted:k] and the rest`);
  }
});
