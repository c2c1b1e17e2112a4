import { expect, test } from 'vitest';
import { findAhead } from '../../src/model/ahead.js';

const CLOCK = Date.parse('2026-11-23T10:00:00.000Z');

test.each([
  ['earlier', -1, null],
  ['the clock’s', 0, null],
  ['a minute later', 60_000, null],
  ['more than a minute later', 60_001, 60_001],
  ['a year later', 31_536_000_000, 31_536_000_000],
])('a time that is %s', (_, moreMs, aheadMs) => {
  expect(findAhead(CLOCK + moreMs, CLOCK)).toBe(aheadMs);
});
