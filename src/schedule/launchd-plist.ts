import { build } from 'plist';
import { untellable, type Job, type Untellable } from './job.js';
import type { Timing } from './timing.js';

/** The property list of a job, by the name of its file. */
export type PropertyList = { readonly file: string; readonly text: string };

/** One entry of StartCalendarInterval; a key that is missing means every one (launchd.plist(5)). */
type Interval = { Minute?: number; Hour?: number; Day?: number; Month?: number; Weekday?: number };

/** launchd has no lists, so every combination is an entry. This many still load in no time. */
const MAX_INTERVALS = 2000;
/** What XML 1.0 has no way to write (section 2.2). */
const UNWRITABLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * A job for launchd. A job that still runs is not started again; a time that passed while the machine was asleep is made up for once when it wakes, one
 * that passed while it was off is not (launchd.plist(5), StartCalendarInterval).
 */
export function formatPropertyList({ label, words, environment, timing }: Job): PropertyList | Untellable {
  const intervals = listIntervals(timing);
  if (intervals === null) return untellable(`its times take more than ${MAX_INTERVALS} entries in launchd, which has no lists`);
  if ([...words, ...environment.flat()].some((text) => UNWRITABLE.test(text))) {
    return untellable('a path of it holds a character that a property list cannot hold');
  }
  const [only, second] = intervals;
  const job = {
    Label: label,
    ProgramArguments: [...words],
    EnvironmentVariables: Object.fromEntries(environment),
    StartCalendarInterval: only !== undefined && second === undefined ? only : intervals,
    RunAtLoad: false,
    Umask: 0o077,
  };
  // Line ends to a reader of XML 1.1 (section 2.11), the third to one that takes Unicode's: it would make newlines of them.
  const text = build(job).replaceAll(/[\u0085\u2028\u2029]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`);
  return { file: `${label}.plist`, text: `${text}\n` };
}

/** Null: too many. */
function listIntervals({ minutes, hours, days, months, weekdays }: Timing): Interval[] | null {
  let intervals: Interval[] = [{}];
  for (const [key, numbers] of [
    ['Month', months],
    ['Day', days],
    ['Weekday', weekdays],
    ['Hour', hours],
    ['Minute', minutes],
  ] as const) {
    if (numbers === null) continue;
    intervals = intervals.flatMap((interval) => numbers.map((number) => ({ ...interval, [key]: number })));
    if (intervals.length > MAX_INTERVALS) return null;
  }
  return intervals;
}
