import fc from 'fast-check';
import { test } from 'vitest';
import { formatUtc } from '../../src/model/utc-time.js';

test('a moment is written as toISOString writes it', () => {
  const moment = fc.date({ min: new Date('0000-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
  fc.assert(fc.property(moment, (date) => formatUtc(date.getTime()) === date.toISOString()));
});
