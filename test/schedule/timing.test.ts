import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findTimes, parseTiming, readWhen } from '../../src/schedule/timing.js';

describe('when a schedule fires', () => {
  test.each([
    ['30 2 * * *', '30 2 * * *'],
    ['  30\t2  * * * ', '30 2 * * *'],
    ['@daily', '0 0 * * *'],
    ['@HOURLY', '0 * * * *'],
    ['0 9 * * MON-FRI', '0 9 * * mon-fri'],
    ['*/15 8-18/2 1,15 jan-jun *', '*/15 8-18/2 1,15 jan-jun *'],
  ])('%j is kept as %j', (typed, when) => {
    expect(readWhen(typed)).toEqual({ when });
  });

  test.each([
    '',
    '@reboot',
    '__proto__',
    'constructor',
    'tostring',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * 32 * *',
    '* * * 13 *',
    '* * * * 8',
    '5-1 * * * *',
    '*/0 * * * *',
    '5/10 * * * *',
    '1,,2 * * * *',
    '* * L * *',
    '* * ? * *',
    'H * * * *',
    '* * * * 5#2',
    '* * * * 5L',
    '0 0 30 feb *',
    '0 0 1 * mon',
    '0 0 */2 * mon',
    '* * * foo *',
    'jan * * * *',
    '-1 * * * *',
    '1e1 * * * *',
    '١ * * * *',
    '* * * * *\n* * * * *',
    '* * * * * /bin/sh',
    '%(id) * * * *',
    '*'.repeat(10_000),
  ])('%j is none', (typed) => {
    expect(typeof readWhen(typed)).toBe('string');
  });

  test('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9*,/ a-z-]{1,30}$/)), (text) => {
        const read = readWhen(text);
        if (typeof read !== 'string') parseTiming(read.when);
      }),
    );
  });

  test('a full list is every one, and Sunday is 0', () => {
    expect(parseTiming('0-59 */1 1-31 1-12 0-7')).toEqual({ minutes: null, hours: null, days: null, months: null, weekdays: null });
    expect(parseTiming('0 0 * * 7').weekdays).toEqual([0]);
  });

  test('the last time is at or before now, the next one after it', () => {
    const at = (text: string) => Date.parse(text);
    expect(findTimes('30 2 * * *', at('2026-11-23T02:30:00Z'), 'UTC')).toEqual({
      lastMs: at('2026-11-23T02:30:00Z'),
      nextMs: at('2026-11-24T02:30:00Z'),
    });
    expect(findTimes('30 2 * * *', at('2026-11-23T02:29:59.999Z'), 'UTC')).toEqual({
      lastMs: at('2026-11-22T02:30:00Z'),
      nextMs: at('2026-11-23T02:30:00Z'),
    });
    expect(findTimes('0 0 29 2 *', at('2026-11-23T00:00:00Z'), 'UTC')).toEqual({
      lastMs: at('2024-02-29T00:00:00Z'),
      nextMs: at('2028-02-29T00:00:00Z'),
    });
  });
});
