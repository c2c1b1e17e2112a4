import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatUnits } from '../../src/schedule/systemd-units.js';
import { findTimes } from '../../src/schedule/timing.js';
import { anyEnvironment, anyText, anyWords, makeJob } from './make-job.js';

const ANALYZE = '/usr/bin/systemd-analyze';
const hasAnalyze = existsSync(ANALYZE);

/** Every value of a key in a unit, in its order: one line each, nothing continued (systemd.syntax(7)). */
function valuesOf(text: string, key: string): string[] {
  const lines = text.split('\n').filter((line) => !/^[#;]/.test(line));
  expect(lines.every((line) => !line.endsWith('\\'))).toBe(true);
  return lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
}

/** The items of a value, after systemd.syntax(7), "Quoting": quotes around whole items, C escapes, `%%` as systemd.unit(5) has it. */
function readItems(value: string): string[] {
  const items: string[] = [];
  const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', s: ' ', '\\': '\\', '"': '"', "'": "'" };
  for (let at = 0; at < value.length;) {
    if (value[at] === ' ') {
      at++;
      continue;
    }
    let item = '';
    const quote = value[at] === '"' || value[at] === "'" ? value[at++] : null;
    for (; at < value.length && (quote === null ? value[at] !== ' ' : value[at] !== quote); at++) {
      if (value[at] !== '\\') item += value[at];
      else if (value[at + 1] === 'x') {
        item += String.fromCharCode(parseInt(value.slice(at + 2, at + 4), 16));
        at += 3;
      } else {
        const escaped = escapes[value[++at] ?? ''];
        if (escaped === undefined) throw new Error('an unknown escape');
        item += escaped;
      }
    }
    if (quote !== null && value[at++] !== quote) throw new Error('an open quote');
    if (at < value.length && value[at] !== ' ') throw new Error('a quote inside an item');
    items.push(item);
  }
  return items.map((item) => {
    if (/%(?!%)/.test(item.replaceAll('%%', ''))) throw new Error('a specifier');
    return item.replaceAll('%%', '%');
  });
}

/** What is started: the executable as it is, and in every other word `$$` for `$` (systemd.service(5), "Command lines"). */
function readCommand(service: string): string[] {
  const [value, second] = valuesOf(service, 'ExecStart');
  if (value === undefined || second !== undefined) throw new Error('not one command');
  const [executable = '', ...args] = readItems(value);
  // "Executable name contains special characters": src/core/load-fragment.c refuses quotes, backslashes and control characters.
  expect(executable).toMatch(/^\/[^\u0000-\u001f\u007f'"\\]*$/);
  const plain = args.map((arg) => {
    if (/\$/.test(arg.replaceAll('$$', ''))) throw new Error('a variable');
    return arg.replaceAll('$$', '$');
  });
  const started = [executable, ...plain];
  return started[0] === '/bin/sh' && started[1] === '-c' && started[2] === 'exec "$0" "$@"' ? started.slice(3) : started;
}

describe('a service unit', () => {
  test('starts the very words that were put in, with the very environment', () => {
    fc.assert(
      fc.property(anyText, anyWords, anyEnvironment, (folder, words, environment) => {
        const executable = `/opt/${folder.replaceAll('/', '')}/node`;
        const { service } = formatUnits(makeJob([executable, ...words], environment));
        expect(readCommand(service.text)).toEqual([executable, ...words]);
        const given = valuesOf(service.text, 'Environment').map((value) => readItems(value));
        expect(given).toEqual(environment.map((pair) => [pair.join('=')]));
      }),
      { numRuns: 1000 },
    );
  });

  test('is named after its label, as the timer is', () => {
    const { service, timer } = formatUnits(makeJob(['/bin/true']));
    expect([service.file, timer.file]).toEqual(['outloop.0a1b2c3d.nightly.service', 'outloop.0a1b2c3d.nightly.timer']);
  });
});

describe('a timer unit', () => {
  test.each([
    ['30 2 * * *', '*-*-* 2:30:00'],
    ['0 0 1,15 jan,jul *', '*-1,7-1,15 0:0:00'],
    ['*/15 8-10 * * mon-fri', 'Mon,Tue,Wed,Thu,Fri *-*-* 8,9,10:0,15,30,45:00'],
    ['* * * * *', '*-*-* *:*:00'],
    ['0 12 * * 7', 'Sun *-*-* 12:0:00'],
  ])('%s is told as %s', (when, calendar) => {
    expect(valuesOf(formatUnits(makeJob(['/bin/true'], [], when)).timer.text, 'OnCalendar')).toEqual([calendar]);
  });

  test.runIf(hasAnalyze).each(['30 2 * * *', '0 0 29 feb *', '*/7 */5 * * sat,sun', '59 23 31 12 *', '0 4 1-7 * *'])(
    'systemd reads %s as the next moments that cron means',
    (when) => {
      const [calendar = ''] = valuesOf(formatUnits(makeJob(['/bin/true'], [], when)).timer.text, 'OnCalendar');
      const env = { TZ: 'UTC', LC_ALL: 'C', PATH: '/usr/bin:/bin' };
      const base = '2026-11-23 10:00:00 UTC';
      const printed = execFileSync(ANALYZE, ['calendar', `--base-time=${base}`, '--iterations=4', calendar], { env, encoding: 'utf8' });
      const moments = [...printed.matchAll(/(?:Next elapse|Iter(?:ation)?\. #\d+|Iteration #\d+): \w+ (\S+ \S+) UTC/g)].map(([, at]) =>
        Date.parse(`${at?.replace(' ', 'T') ?? ''}Z`),
      );
      expect(moments).toHaveLength(4);
      let nowMs = Date.parse('2026-11-23T10:00:00Z');
      const expected = moments.map(() => (nowMs = findTimes(when, nowMs, 'UTC').nextMs));
      expect(moments).toEqual(expected);
    },
  );
});

test.runIf(hasAnalyze)('systemd-analyze verify finds nothing wrong with units of awkward words', () => {
  const root = mkdtempSync(join(tmpdir(), 'outloop-'));
  try {
    for (const [at, name] of ['plain', 'a b%c', 'q"uo\'te', 'back\\slash', 'new\nline', 'dollar$HOME', '日本 é'].entries()) {
      const directory = join(root, name);
      mkdirSync(directory);
      const program = join(directory, 'node');
      writeFileSync(program, '#!/bin/sh\n');
      chmodSync(program, 0o755);
      const job = makeJob(
        [program, 'schedule', 'run', name],
        [
          ['OUTLOOP_HOME', directory],
          ['OUTLOOP_STATE', ''],
        ],
      );
      const { service, timer } = formatUnits({ ...job, label: `outloop.${at}.x` });
      for (const { file, text } of [service, timer]) writeFileSync(join(root, file), text);
      const ended = spawnSync(ANALYZE, ['verify', '--man=no', join(root, service.file), join(root, timer.file)], {
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', SYSTEMD_LOG_LEVEL: 'warning' },
        encoding: 'utf8',
      });
      const about = ended.stderr.split('\n').filter((line) => line.includes(`outloop.${at}.x`) || line.includes(root));
      expect({ name, about, status: ended.status }).toEqual({ name, about: [], status: 0 });
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
