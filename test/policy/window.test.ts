import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it, test } from 'vitest';
import type { Weekday, Window } from '../../src/model/tenant.js';
import { loadWindowClock } from '../../src/policy/window.js';
import { WINDOWS } from '../vectors/policy-windows.js';
import type { WindowRow } from '../vectors/policy-windows.js';

const WEEK: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

describe('a window', () => {
  test.each(WINDOWS.map((row) => [row.title, row] as const))('%s', async (_title, row) => {
    const clock = await loadWindowClock();
    const state = clock(windowOf(row), Date.parse(row.now));
    expect(state.inside).toBe(row.opens === null);
    const opens = state.opensInMs === null ? 'never' : new Date(Date.parse(row.now) + state.opensInMs).toISOString();
    if (row.opens !== null) expect(opens).toBe(row.opens === 'never' ? 'never' : new Date(row.opens).toISOString());
  });

  it('of a zone that is not known throws, and permits nothing so', async () => {
    const clock = await loadWindowClock();
    expect(() => clock({ days: ['mon'], fromMinute: 0, toMinute: 1440, timezone: 'Mars/Olympus' }, 0)).toThrow(RangeError);
  });

  it('agrees with the clock on the wall, and opens at the first moment that does', async () => {
    const clock = await loadWindowClock();
    const from = Date.UTC(2026, 2, 20);
    fc.assert(
      fc.property(window, fc.integer({ min: 0, max: 300 * 24 * 60 }), (shape, minutes) => {
        const nowMs = from + minutes * 60_000;
        const { inside, opensInMs } = clock(shape, nowMs);
        expect(inside).toBe(showsInside(shape, nowMs));
        if (inside) return;
        if (opensInMs === null) throw new Error('a window of some day opens');
        expect(showsInside(shape, nowMs + opensInMs)).toBe(true);
        expect(showsInside(shape, nowMs + opensInMs - 1)).toBe(false);
        for (let ms = nowMs; ms < nowMs + opensInMs; ms += Math.max(60_000, Math.floor(opensInMs / 50))) {
          expect(showsInside(shape, ms)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function windowOf({ days, hours, timezone }: WindowRow): Window {
  const [from = '', to = ''] = hours.split('-');
  return { days, fromMinute: minuteOf(from), toMinute: minuteOf(to), timezone };
}

function minuteOf(clock: string): number {
  const [hour = '', minute = ''] = clock.split(':');
  return Number(hour) * 60 + Number(minute);
}

/** The definition, spelt with luxon's own calendar. */
function showsInside({ days, fromMinute, toMinute, timezone }: Window, ms: number): boolean {
  const wall = DateTime.fromMillis(ms, { zone: timezone });
  const minute = wall.hour * 60 + wall.minute;
  const today = WEEK[wall.weekday - 1] ?? 'mon';
  const yesterday = WEEK[(wall.weekday + 5) % 7] ?? 'mon';
  if (toMinute > fromMinute) return days.includes(today) && minute >= fromMinute && minute < toMinute;
  return (days.includes(today) && minute >= fromMinute) || (days.includes(yesterday) && minute < toMinute);
}

const window: fc.Arbitrary<Window> = fc.record({
  days: fc.subarray([...WEEK], { minLength: 1 }),
  fromMinute: fc.integer({ min: 0, max: 1439 }),
  toMinute: fc.integer({ min: 0, max: 1440 }),
  timezone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC', 'Africa/Casablanca'),
});
