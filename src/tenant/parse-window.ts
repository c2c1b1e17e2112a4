import { IANAZone } from 'luxon';
import type { Weekday, Window } from '../model/tenant.js';

/** A window as a tenant's file spells it: each day once, `hours` as `HH:MM-HH:MM`. */
export type WindowShape = { readonly days: readonly Weekday[]; readonly hours: string; readonly timezone: string };

export type WindowText = { readonly kind: 'ok'; readonly window: WindowShape } | { readonly kind: 'invalid'; readonly why: string };

export const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** 24:00 is the end of a day, and not the beginning of one. */
const HOURS = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;

/**
 * Reads a window as the command line spells it: days, hours and a time zone, `mon-fri 08:00-20:00 Europe/London`. Days are
 * single ones and ranges between commas; a range may go over the week's end (`sat-mon`), and `mon` after `mon` is that day.
 */
export function parseWindow(text: string): WindowText {
  const parts = text.trim().split(/\s+/);
  const [dayText, hours, timezone] = parts;
  if (dayText === undefined || hours === undefined || timezone === undefined || parts.length > 3) {
    return { kind: 'invalid', why: 'a window is days, hours and a time zone, such as mon-fri 08:00-20:00 Europe/London' };
  }
  const days = parseDays(dayText);
  if (days === null) return { kind: 'invalid', why: 'the days are not spelt as mon-fri or mon,wed,fri' };
  if (parseHours(hours) === null) return { kind: 'invalid', why: 'the hours are not spelt as 08:00-20:00' };
  if (!isTimezone(timezone)) return { kind: 'invalid', why: 'the time zone is not a known one, such as Europe/London' };
  return { kind: 'ok', window: { days, hours, timezone } };
}

/** Writes a window as the command line spells it; three or more days in a row become a range. `parseWindow` reads it back. */
export function formatWindow({ days, hours, timezone }: WindowShape): string {
  return `${formatDays(days)} ${hours} ${timezone}`;
}

/** The window that a run uses. `hours` must be ones that `parseHours` reads; throws a RangeError otherwise. */
export function toWindow({ days, hours, timezone }: WindowShape): Window {
  const span = parseHours(hours);
  if (span === null) throw new RangeError('hours that were not checked');
  return { days, ...span, timezone };
}

/** Reads `HH:MM-HH:MM` into minutes after midnight; null when it is not spelt so. An end that is not later is on the next day. */
export function parseHours(text: string): { readonly fromMinute: number; readonly toMinute: number } | null {
  const [, from, to] = HOURS.exec(text) ?? [];
  return from === undefined || to === undefined ? null : { fromMinute: toMinute(from), toMinute: toMinute(to) };
}

/** Whether Node knows the name as an IANA time zone. An offset such as `+02:00` is no zone: it does not follow summer time. */
export function isTimezone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name);
}

function toMinute(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

/** Days in the week's order, each once; null when the text is not spelt as days. */
function parseDays(text: string): readonly Weekday[] | null {
  const named = new Set<Weekday>();
  for (const part of text.split(',')) {
    const [first, last, ...rest] = part.split('-').map((name) => WEEKDAYS.findIndex((day) => day === name));
    const end = last ?? first;
    if (first === undefined || end === undefined || first < 0 || end < 0 || rest.length > 0) return null;
    const length = ((end - first + 7) % 7) + 1;
    WEEKDAYS.concat(WEEKDAYS)
      .slice(first, first + length)
      .forEach((day) => named.add(day));
  }
  return WEEKDAYS.filter((day) => named.has(day));
}

function formatDays(days: readonly Weekday[]): string {
  const runs: Weekday[][] = [];
  for (const day of WEEKDAYS.filter((weekday) => days.includes(weekday))) {
    const open = runs.at(-1);
    const previous = open?.at(-1);
    if (open !== undefined && previous !== undefined && WEEKDAYS.indexOf(day) === WEEKDAYS.indexOf(previous) + 1) open.push(day);
    else runs.push([day]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(','))).join(',');
}
