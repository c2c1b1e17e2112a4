import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteFilter } from '../../src/model/byte-filter.js';
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

/** A secret of which one byte alone is written so. */
const writtenOnce = fc.tuple(fc.constantFrom(...SECRETS), fc.constantFrom(...WRITTEN), fc.nat()).map(([secret, write, place]) => {
  const at = place % secret.length;
  const byte = write((secret[at] ?? 0).toString(16).padStart(2, '0'));
  return Buffer.concat([secret.subarray(0, at), Buffer.from(byte), secret.subarray(at + 1)]);
});

/** The beginning of a secret at a line's or a column's end, and what goes on with it further on, as in a dump. */
const broken = fc
  .tuple(
    fc.constantFrom(...SECRETS),
    fc.integer({ min: 1, max: 11 }),
    fc.integer({ min: 1, max: 11 }),
    fc.array(fc.constantFrom('\n', '  ', ' ', '0010:'), { maxLength: 6 }),
  )
  .map(([secret, first, rest, between]) =>
    Buffer.concat([secret.subarray(0, first), Buffer.from(['\n', ...between].join('')), secret.subarray(first, first + rest)]),
  );

/** Bytes that scanners have something to do with: pieces of secrets, escapes, control sequences, noise. */
const stream = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 24 }),
      piece,
      written,
      writtenOnce,
      broken,
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

/** What is in no secret, escapes and all. */
const ORDINARY =
  '{"id":4711,"url":"https://example.com/a?b=12&e=f","text":"said \\"hello\\" and left\\nthen came back"},\nlorem ipsum dolor sit amet, ';

/** So much before it, and in it, that scanners ask what they ask in long streams alone. */
const longStream = fc
  .tuple(
    fc.integer({ min: 8192, max: 9000 }),
    fc.array(fc.tuple(fc.oneof(stream, writtenOnce, broken), fc.nat(200)), { maxLength: 4 }),
    fc.oneof(stream, writtenOnce, broken),
  )
  .map(([before, parts, last]) =>
    Buffer.concat([ordinary(before), ...parts.flatMap(([bytes, between]) => [bytes, ordinary(between)]), last]),
  );

function ordinary(length: number): Buffer {
  return Buffer.from(ORDINARY.repeat(Math.ceil(length / ORDINARY.length)).slice(0, length));
}

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

test.each(engines)('both scanners see the same in a long stream, in the fold $fold', (engine) => {
  const script = openScanner('script', engine);
  const wasm = openScanner('wasm', engine);
  fc.assert(
    fc.property(longStream, fc.nat(2000), (bytes, behind) => {
      const seen = Math.max(0, bytes.length - behind);
      expect(read(wasm, bytes, seen)).toEqual(read(script, bytes, seen));
    }),
    { numRuns: 150 },
  );
});

test('with either scanner the same bytes come out of a long stream at the same time, and the same wait', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SECRETS), longStream, fc.array(fc.nat(1200), { maxLength: 12 }), (secret, bytes, places) => {
      const chunks = cut(
        bytes,
        places.map((place) => bytes.length - place),
      );
      expect(moments(openFilterOf('wasm', secret), chunks)).toEqual(moments(openFilterOf('script', secret), chunks));
    }),
    { numRuns: 150 },
  );
});

/** What comes out for each chunk, and whether some waits for a moment then. */
function moments(filter: ByteFilter, chunks: readonly Uint8Array[]): unknown {
  const all = chunks.map((chunk) => ({ out: Buffer.concat(filter.write(chunk)).toString('latin1'), waits: filter.waits }));
  return [...all, Buffer.concat(filter.end()).toString('latin1'), filter.count];
}

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
