import fc from 'fast-check';
import { parse } from 'plist';
import { describe, expect, test } from 'vitest';
import { formatPropertyList } from '../../src/schedule/launchd-plist.js';
import { LAUNCHD_KEYS, CALENDAR_KEYS } from '../vectors/launchd-keys.js';
import { anyEnvironment, anyWords, makeJob } from './make-job.js';

type Table = Record<string, unknown>;

function listOf(job: Parameters<typeof formatPropertyList>[0]): Table {
  const list = formatPropertyList(job);
  if ('kind' in list) throw new Error(list.why);
  expect(list.file).toBe('outloop.0a1b2c3d.nightly.plist');
  return parse(list.text) as unknown as Table;
}

/** Each key is one that launchd.plist(5) documents, with a value of its type; calendar numbers are within their ranges. */
function checkKeys(list: Table): void {
  for (const [key, value] of Object.entries(list)) {
    expect(Object.keys(LAUNCHD_KEYS)).toContain(key);
    expect({ key, fits: LAUNCHD_KEYS[key]?.(value) }).toEqual({ key, fits: true });
  }
  const intervals = list['StartCalendarInterval'];
  for (const interval of (Array.isArray(intervals) ? intervals : [intervals]) as Record<string, number>[]) {
    for (const [key, number] of Object.entries(interval)) {
      const [least, most] = CALENDAR_KEYS[key] ?? [1, 0];
      expect({ key, number, within: number >= least && number <= most }).toEqual({ key, number, within: true });
    }
  }
}

const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

describe('a property list', () => {
  test('holds the very words and environment that were put in, or says that it cannot', () => {
    fc.assert(
      fc.property(anyWords, anyEnvironment, (words, environment) => {
        const job = makeJob(['/opt/a b/node', ...words], environment);
        if ([...words, ...environment.flat()].some((text) => UNWRITABLE.test(text))) {
          expect(formatPropertyList(job)).toMatchObject({ kind: 'untellable' });
          return;
        }
        const list = listOf(job);
        expect(list['ProgramArguments']).toEqual(['/opt/a b/node', ...words]);
        expect(list['EnvironmentVariables']).toEqual(Object.fromEntries(environment));
        checkKeys(list);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['30 2 * * *', { Hour: 2, Minute: 30 }],
    ['* * * * *', {}],
    [
      '0 9 * * mon,fri',
      [
        { Weekday: 1, Hour: 9, Minute: 0 },
        { Weekday: 5, Hour: 9, Minute: 0 },
      ],
    ],
    ['0 9 * * 7', { Weekday: 0, Hour: 9, Minute: 0 }],
    [
      '5,35 0 1 jan *',
      [
        { Month: 1, Day: 1, Hour: 0, Minute: 5 },
        { Month: 1, Day: 1, Hour: 0, Minute: 35 },
      ],
    ],
  ])('%s is told as its combinations', (when, intervals) => {
    const list = listOf(makeJob(['/bin/true'], [], when));
    expect(list['StartCalendarInterval']).toEqual(intervals);
    checkKeys(list);
  });

  test('times with more combinations than are sensible are refused', () => {
    expect(formatPropertyList(makeJob(['/bin/true'], [], '0-58 0-22 1-30 * *'))).toMatchObject({ kind: 'untellable' });
  });
});
