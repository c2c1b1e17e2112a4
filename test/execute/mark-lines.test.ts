import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openLineMarker } from '../../src/execute/mark-lines.js';
import { MARKED_ROWS } from '../vectors/marked-lines.js';

function mark(chunks: readonly Uint8Array[]): { readonly out: Buffer; readonly count: number } {
  const filter = openLineMarker();
  const parts = chunks.map((chunk) => Buffer.concat(filter.write(chunk)));
  parts.push(Buffer.concat(filter.end()));
  return { out: Buffer.concat(parts), count: filter.count };
}
/** ECMA-48 §5 and ECMA-35 §13: strings, control sequences, other escapes; and what is not drawn by itself. A sequence may be cut or broken off. */
const SEQUENCE =
  /(?:\x1b[PX^_\]]|[\x90\x98\x9d-\x9f])[^\x07\x18\x1b\x9c]*\x07?|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[ -/]*[0-~]?|[\x18\x9c\u200b]/g;
const oneByOne = (bytes: Uint8Array) => Array.from(bytes, (byte) => Uint8Array.of(byte));

describe('a child’s stderr', () => {
  test.each(MARKED_ROWS)('$title, whole, one byte at a time, and cut at every place', ({ input, output }) => {
    const bytes = Buffer.from(input);
    expect(mark([bytes]).out.toString()).toBe(output);
    expect(mark(oneByOne(bytes)).out.toString()).toBe(output);
    for (let at = 1; at < Math.min(bytes.length, 60); at++)
      expect(mark([bytes.subarray(0, at), bytes.subarray(at)]).out.toString()).toBe(output);
    expect(mark([bytes]).count).toBe(output.split('child| ').length - 1);
  });

  const piece = fc.constantFrom(
    'outloop:',
    'outloop',
    'o',
    'out',
    '\n',
    '\r',
    ' ',
    '\x1b[31m',
    '\x1b[0m',
    '\x1b[2K',
    '\x1b(B',
    '\x1b]0;o\x07',
    '\x1b]8;;u\x1b\\',
    '\u009b1m',
    '\x1b[3\x18',
    'outlo',
    'loop:',
    '\x1b',
    '\b',
    'child| ',
    'x',
    '\u200b',
    ': denied',
  );
  const pieces = fc.array(piece, { maxLength: 20 }).map((list) => list.join(''));

  test('never shows a line that begins as ours, and loses and moves nothing but for the marks', () => {
    fc.assert(
      fc.property(pieces, fc.nat(), (text, at) => {
        const bytes = Buffer.from(text);
        const cut = bytes.length === 0 ? 0 : at % bytes.length;
        const { out, count } = mark([bytes.subarray(0, cut), bytes.subarray(cut)]);
        expect(out.equals(mark(oneByOne(bytes)).out)).toBe(true);
        // A terminal that knows colours and zero-width characters, and nothing else; and one that knows every sequence.
        for (const unseen of [/\x1b\[[0-9;]*m|\u200b/g, SEQUENCE]) {
          for (const line of out
            .toString()
            .replaceAll(unseen, '')
            .split(/[\n\r]/))
            expect(line.trimStart().startsWith('outloop:')).toBe(false);
        }
        expect(out.length).toBe(bytes.length + count * 'child| '.length);
      }),
      { numRuns: 2000 },
    );
  });

  test('passes any bytes that do not hold our name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        fc.pre(!Buffer.from(bytes).includes('loop:'));
        expect(mark([bytes]).out.equals(Buffer.from(bytes))).toBe(true);
      }),
    );
  });

  test('is held back no longer than it may be ours', () => {
    const filter = openLineMarker();
    expect(Buffer.concat(filter.write(Buffer.from('  outl'))).toString()).toBe('  ');
    expect(Buffer.concat(filter.write(Buffer.from('ook'))).toString()).toBe('outlook');
    expect(Buffer.concat(filter.write(Buffer.from(' at this'))).toString()).toBe(' at this');
  });
});
