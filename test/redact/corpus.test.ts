import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/redact/redactor.js';
import { openFilterOf, pass, passSlowly } from './filters.js';
import { longestSurvivor, markLeak } from './leaks.js';

type Row = {
  readonly tier: 'must' | 'should' | 'cannot' | 'harmless';
  readonly title: string;
  readonly span: number;
  readonly secret: string | null;
  readonly leak: string;
  readonly twin: string | null;
};

/** What real tools printed: test/fixtures/leaks/make.mjs. */
const ROWS = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/leaks/leaks.json'), 'utf8')) as readonly Row[];
const MARK = /"?\[redacted:k\]"?/;
const of = (tier: Row['tier']) => ROWS.filter((row) => row.tier === tier);
const secrets = [...new Set(ROWS.flatMap(({ secret }) => (secret === null ? [] : [secret])))];

/** A row of more bytes is not passed byte by byte: the looks at each would take minutes. */
const FEW_BYTES = 2000;

/** The longest run of telling characters that is left of a row's leak, whole or byte by byte. */
function left({ secret, leak, twin }: Row, chunked: 'whole' | 'slowly'): number {
  const bytes = Buffer.from(leak, 'base64');
  const filter = openFilterOf('script', Buffer.from(secret ?? ''));
  const out = chunked === 'whole' ? pass(filter, [bytes]) : passSlowly(filter, bytes);
  return longestSurvivor(bytes, markLeak(bytes, Buffer.from(twin ?? '', 'base64')), out, MARK);
}

test('the corpus is as large as it is said to be', () => {
  expect(ROWS.length).toBeGreaterThan(200);
  expect(of('harmless').length).toBeGreaterThanOrEqual(40);
});

describe('what tools print of a secret does not come out', () => {
  test.each([...of('must'), ...of('should')])('$title', (row) => {
    expect(left(row, 'whole')).toBeLessThan(row.span);
  });

  test.each([...of('must'), ...of('should')].filter(({ leak }) => Buffer.from(leak, 'base64').length <= FEW_BYTES))(
    'byte by byte, with a pause behind each: $title',
    (row) => {
      expect(left(row, 'slowly')).toBeLessThan(row.span);
    },
  );
});

describe('what no redactor of text can find is known', () => {
  test.each(of('cannot'))('$title', (row) => {
    expect(left(row, 'whole')).toBeGreaterThanOrEqual(row.span);
  });
});

describe('ordinary output passes byte for byte', () => {
  const redactor = createRedactor(
    secrets.map((secret, i) => ({ name: `key-${i}`, bytes: Buffer.from(secret) })),
    null,
  );
  test.each(of('harmless'))('$title', ({ leak }) => {
    const bytes = Buffer.from(leak, 'base64');
    const { bytes: out, count } = redactor.redact(bytes);
    expect(Buffer.from(out).equals(bytes)).toBe(true);
    expect(count).toBe(0);
  });
});
