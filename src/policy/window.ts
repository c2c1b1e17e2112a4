import type { Weekday, Window } from '../model/tenant.js';

/** `opensInMs`: milliseconds until the window opens next; null while it is open, and where it never opens. */
export type WindowState = { readonly inside: boolean; readonly opensInMs: number | null };

/** Tells how a window stands at a moment (milliseconds since the epoch). Throws a RangeError for a zone that Node does not know. */
export type WindowClock = (window: Window, nowMs: number) => WindowState;

/** A zone's distance from UTC at a moment, both in milliseconds; positive to the east. NaN for an unknown zone. */
type OffsetAt = (atMs: number) => number;

const WEEK: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Day 0, 1970-01-01, was a Thursday. */
const EPOCH_WEEKDAY = 3;
/** A window that opens once a week opens within eight days of any moment; two more for days that a zone's changes skip. */
const SEARCH_DAYS = 10;

/**
 * Gives the clock that reads windows. It loads luxon, for its time zones, so ask for it only where a grant has a window.
 *
 * The clock on the wall decides: a window is open whenever a wall clock in its zone shows a time inside it. A window that
 * begins in the hour that a change to summer time skips opens right after it, one that lies wholly inside that hour does
 * not open, and one inside the hour that comes twice is open twice. A window over midnight belongs to the day it begins on.
 */
export async function loadWindowClock(): Promise<WindowClock> {
  const { IANAZone } = await import('luxon');
  return (window, nowMs) => {
    const zone = IANAZone.create(window.timezone);
    return readWindow(window, nowMs, (atMs) => zone.offset(atMs) * MINUTE_MS);
  };
}

function readWindow(window: Window, nowMs: number, offsetAt: OffsetAt): WindowState {
  if (Number.isNaN(offsetAt(nowMs))) throw new RangeError('a window names a time zone that is not known here');
  if (showsInside(window, nowMs + offsetAt(nowMs))) return { inside: true, opensInMs: null };
  const opensMs = findOpening(window, nowMs, offsetAt);
  return { inside: false, opensInMs: opensMs === null ? null : opensMs - nowMs };
}

/** Whether a wall clock that shows `wallMs` (local time, counted as UTC is) stands inside the window. */
function showsInside({ days, fromMinute, toMinute }: Window, wallMs: number): boolean {
  const day = Math.floor(wallMs / DAY_MS);
  const minute = Math.floor((wallMs - day * DAY_MS) / MINUTE_MS);
  const beginsOn = (d: number) => days.some((weekday) => WEEK.indexOf(weekday) === (((d + EPOCH_WEEKDAY) % 7) + 7) % 7);
  if (toMinute > fromMinute) return beginsOn(day) && minute >= fromMinute && minute < toMinute;
  return (beginsOn(day) && minute >= fromMinute) || (beginsOn(day - 1) && minute < toMinute);
}

/** The first moment after `nowMs` at which the window is open, which it is not at `nowMs`; null when there is none. */
function findOpening(window: Window, nowMs: number, offsetAt: OffsetAt): number | null {
  let fromMs = nowMs;
  while (fromMs < nowMs + SEARCH_DAYS * DAY_MS) {
    const offset = offsetAt(fromMs);
    const opensMs = findWallOpening(window, fromMs + offset) - offset;
    if (!Number.isFinite(opensMs)) return null;
    if (offsetAt(opensMs) === offset) return opensMs;
    fromMs = findChange(fromMs, opensMs, offsetAt);
    if (showsInside(window, fromMs + offsetAt(fromMs))) return fromMs;
  }
  return null;
}

/** The first time after `wallMs` that a clock which is never put forward or back shows the window's beginning; Infinity: never. */
function findWallOpening(window: Window, wallMs: number): number {
  const today = Math.floor(wallMs / DAY_MS);
  const openings = Array.from({ length: 9 }, (_, i) => (today + i) * DAY_MS + window.fromMinute * MINUTE_MS);
  return openings.find((ms) => ms > wallMs && showsInside(window, ms)) ?? Infinity;
}

/** The first moment of the new offset, between one moment and a later one of another offset. */
function findChange(beforeMs: number, afterMs: number, offsetAt: OffsetAt): number {
  const offset = offsetAt(beforeMs);
  let before = beforeMs;
  let after = afterMs;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}
