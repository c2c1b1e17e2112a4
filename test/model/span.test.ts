import { expect, test } from 'vitest';
import { parseSpan } from '../../src/model/span.js';

test.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['8h', 28_800_000],
  ['7d', 604_800_000],
  ['0h', null],
  ['08h', null],
  ['8', null],
  ['8 h', null],
  ['8h30m', null],
  ['-1h', null],
  ['1e3s', null],
  ['9999999s', null],
  ['', null],
])('%j is %j ms', (text, ms) => {
  expect(parseSpan(text)).toBe(ms);
});
