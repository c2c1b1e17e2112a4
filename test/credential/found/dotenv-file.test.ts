import { parse } from 'dotenv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyValues, readDotenv } from '../../../src/credential/found/dotenv-file.js';
import { DOTENV_FILES, UNCLEAR_FILES } from '../../vectors/dotenv-files.js';

describe('a .env file', () => {
  it.each(DOTENV_FILES)('$text is read, and loses its values and nothing else', ({ text, found, emptied }) => {
    const read = readDotenv(text);
    if (read.kind !== 'ok') throw new Error(read.why);
    expect(read.assignments.map(({ key, value }) => `${key}=${value}`)).toEqual(found);
    expect(emptyValues(text, read, new Set(read.assignments.map(({ key }) => key)))).toBe(emptied);
    expect(emptyValues(text, read, new Set())).toBe(text);
  });

  it.each(UNCLEAR_FILES)('%j is refused as a whole', (text) => {
    expect(readDotenv(text).kind).toBe('refused');
  });

  it('names the line of each assignment, and what stands in comments', () => {
    const read = readDotenv('# top\r\nA=1\r\n\r\n# B=old value\r\nC="x\r\ny"\r\nD=4\r\n');
    if (read.kind !== 'ok') throw new Error(read.why);
    expect(read.assignments.map(({ key, line }) => [key, line])).toEqual([
      ['A', 2],
      ['C', 5],
      ['D', 7],
    ]);
    expect(read.commented).toEqual([{ key: 'B', value: 'old value', line: 4 }]);
  });

  it('is never read otherwise than dotenv reads it, and what is emptied loses exactly the values that were named', () => {
    const piece = fc.constantFrom(
      'A',
      'B',
      'export ',
      '=',
      '"',
      "'",
      '`',
      '#',
      '\n',
      '\r\n',
      ' ',
      '\\',
      '\\"',
      ':',
      'value',
      '\t',
      '\\n',
      '$',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), fc.constantFrom('A', 'B', 'value'), (pieces, key) => {
        const text = pieces.join('');
        const read = readDotenv(text);
        if (read.kind !== 'ok') return;
        expect(Object.fromEntries(read.assignments.map((one) => [one.key, one.value]))).toEqual(parse(text));
        const emptied = emptyValues(text, read, new Set([key]));
        if (emptied === null) return;
        const before = parse(text);
        expect(parse(emptied)).toEqual(key in before ? { ...before, [key]: '' } : before);
        expect(emptied.length).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes no time that grows faster than its length', () => {
    const started = Date.now();
    for (const text of [
      '"'.repeat(50_000),
      `A=${'\\"'.repeat(50_000)}`,
      `A="${'x"'.repeat(50_000)}`,
      'A='.repeat(50_000),
      ' '.repeat(100_000),
    ]) {
      readDotenv(text);
    }
    expect(Date.now() - started).toBeLessThan(10_000);
  });
});
