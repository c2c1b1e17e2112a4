import { expect, test } from 'vitest';
import { describeSpan } from '../../src/model/describe-span.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test.each([
  [0, '1 s'],
  [1, '1 s'],
  [45_000, '45 s'],
  [119_001, '2 min'],
  [12 * MINUTE, '12 min'],
  [59 * MINUTE + 1, '1 h'],
  [3 * HOUR + 5 * MINUTE, '3 h 5 min'],
  [47 * HOUR + 59 * MINUTE, '47 h 59 min'],
  [48 * HOUR, '2 d'],
  [71 * HOUR + 1, '3 d'],
  [75 * HOUR + 30 * MINUTE, '3 d 4 h'],
])('%d ms are %s, rounded up', (ms, text) => {
  expect(describeSpan(ms)).toBe(text);
});
