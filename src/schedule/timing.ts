import { CronDate, CronExpressionParser } from 'cron-parser';

/** When a schedule fires, in local time. Each list is sorted; null: every one. `days` and `weekdays` are never both given. Sunday is 0. */
export type Timing = {
  readonly minutes: readonly number[] | null;
  readonly hours: readonly number[] | null;
  readonly days: readonly number[] | null;
  readonly months: readonly number[] | null;
  readonly weekdays: readonly number[] | null;
};

/** The words that stand for five fields; `@reboot` is no time. */
const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

/** What all three schedulers can be told: numbers, ranges, lists, steps of a range, and three-letter names. */
const NUMERIC = listPattern('\\d{1,2}');
const NAMED = listPattern('(?:\\d{1,2}|[a-z]{3})');

function listPattern(one: string): RegExp {
  const element = `(?:(?:\\*|${one}-${one})(?:/\\d{1,2})?|${one})`;
  return new RegExp(`^${element}(?:,${element})*$`);
}

/** Five fields as they are kept: nicknames written out, one blank between fields, lower case. Or why they are none, as a clause. */
export function readWhen(text: string): { readonly when: string } | string {
  const typed = text.trim().toLowerCase();
  const when = NICKNAMES.get(typed) ?? typed.split(/[ \t]+/).join(' ');
  const fields = when.split(' ');
  if (fields.length !== 5) return 'it needs five fields (minute, hour, day of the month, month, day of the week), or a word such as @daily';
  const misspelt = fields.findIndex((field, at) => !(at < 3 ? NUMERIC : NAMED).test(field));
  if (misspelt >= 0) return `field ${misspelt + 1} is not one that every scheduler understands`;
  if (isRestricted(fields[2]) && isRestricted(fields[4])) {
    return 'a day of the month and a day of the week together mean either of them to cron and something else to others: make two schedules';
  }
  try {
    CronExpressionParser.parse(when);
    return { when };
  } catch {
    return 'a field is out of its range, or the date never comes';
  }
}

/** The fields of a `when` that `readWhen` gave. */
export function parseTiming(when: string): Timing {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = CronExpressionParser.parse(when).fields;
  return {
    minutes: listOf(minute, 60),
    hours: listOf(hour, 24),
    days: listOf(dayOfMonth, 31),
    months: listOf(month, 12),
    weekdays: listOf({ values: [...new Set(dayOfWeek.values.map((day) => Number(day) % 7))] }, 7),
  };
}

/** In milliseconds since the epoch. `sinceMs`: whoever fires at `lastMs` does so from then on; an earlier moment where clocks went back and it came twice. */
export type Times = { readonly lastMs: number; readonly sinceMs: number; readonly nextMs: number };

/** The last time at or before `nowMs` and the next one after it; `timezone` is an IANA name, null the machine's. */
export function findTimes(when: string, nowMs: number, timezone: string | null): Times {
  const at = (ms: number) =>
    CronExpressionParser.parse(when, { currentDate: new Date(ms), ...(timezone === null ? {} : { tz: timezone }) });
  const lastMs = at(nowMs + 1)
    .prev()
    .getTime();
  return { lastMs, sinceMs: findFirst(lastMs, timezone), nextMs: at(nowMs).next().getTime() };
}

/** No clock goes back by as much. */
const LONG_BEFORE_MS = 3 * 3_600_000;

/** The first moment at which clocks showed what they show at `ms`. */
function findFirst(ms: number, timezone: string | null): number {
  const offsetAt = (at: number) => new CronDate(new Date(at), timezone ?? undefined).getUTCOffset() * 60_000;
  const before = offsetAt(ms - LONG_BEFORE_MS);
  const backMs = before - offsetAt(ms);
  return backMs > 0 && offsetAt(ms - backMs) === before ? ms - backMs : ms;
}

/** A star with a step still restricts; cron itself would take it for a star and ask for both fields. */
function isRestricted(field: string | undefined): boolean {
  return field !== '*';
}

function listOf({ values }: { readonly values: readonly (number | string)[] }, all: number): readonly number[] | null {
  const numbers = values.map(Number).sort((a, b) => a - b);
  return numbers.length === all ? null : numbers;
}
