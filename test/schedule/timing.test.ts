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
    expect(findTimes('30 2 * * *', at('2026-11-23T02:30:00Z'), 'UTC')).toMatchObject({
      lastMs: at('2026-11-23T02:30:00Z'),
      nextMs: at('2026-11-24T02:30:00Z'),
    });
    expect(findTimes('30 2 * * *', at('2026-11-23T02:29:59.999Z'), 'UTC')).toMatchObject({
      lastMs: at('2026-11-22T02:30:00Z'),
      nextMs: at('2026-11-23T02:30:00Z'),
    });
    expect(findTimes('0 0 29 2 *', at('2026-11-23T00:00:00Z'), 'UTC')).toMatchObject({
      lastMs: at('2024-02-29T00:00:00Z'),
      nextMs: at('2028-02-29T00:00:00Z'),
    });
  });

  test.each([
    ['once, as on any other day', '30 1 * * *', 'America/New_York', '2026-11-23T07:00:00Z', '2026-11-23T06:30:00Z', '2026-11-23T06:30:00Z'],
    ['twice, every day', '30 1 * * *', 'America/New_York', '2026-11-01T12:00:00Z', '2026-11-01T06:30:00Z', '2026-11-01T05:30:00Z'],
    [
      'twice, only the first so far',
      '30 1 * * *',
      'America/New_York',
      '2026-11-01T06:00:00Z',
      '2026-11-01T05:30:00Z',
      '2026-11-01T05:30:00Z',
    ],
    ['twice, once a year', '30 2 25 10 *', 'Europe/Berlin', '2026-10-26T12:00:00Z', '2026-10-25T01:30:00Z', '2026-10-25T00:30:00Z'],
    ['at the moment of the change', '0 2 25 10 *', 'Europe/Berlin', '2026-10-26T12:00:00Z', '2026-10-25T01:00:00Z', '2026-10-25T00:00:00Z'],
    ['after the change', '0 3 25 10 *', 'Europe/Berlin', '2026-10-26T12:00:00Z', '2026-10-25T02:00:00Z', '2026-10-25T02:00:00Z'],
    [
      'twice within half an hour',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-05T12:00:00Z',
      '2026-04-04T15:15:00Z',
      '2026-04-04T14:45:00Z',
    ],
    [
      'on the day that clocks go forward',
      '30 3 * * *',
      'Europe/Berlin',
      '2026-03-29T12:00:00Z',
      '2026-03-29T01:30:00Z',
      '2026-03-29T01:30:00Z',
    ],
  ])('a time that comes %s is that of a firing from its first moment on', (_, when, timezone, now, last, since) => {
    const { lastMs, sinceMs } = findTimes(when, Date.parse(now), timezone);
    expect([lastMs, sinceMs].map((ms) => new Date(ms).toISOString().replace('.000', ''))).toEqual([last, since]);
  });
});
