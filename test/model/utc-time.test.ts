import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatUtc, parseUtc } from '../../src/model/utc-time.js';
import { DATES } from '../vectors/dates.js';

test('a moment is written as toISOString writes it', () => {
  const moment = fc.date({ min: new Date('0000-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
  fc.assert(fc.property(moment, (date) => formatUtc(date.getTime()) === date.toISOString()));
});

test.each(DATES)('%j is %s', (text, moment) => {
  const ms = parseUtc(text);
  expect(ms === null ? null : new Date(ms).toISOString()).toBe(moment);
});
