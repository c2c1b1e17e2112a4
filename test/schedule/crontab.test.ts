import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatCrontab, putInCrontab, takeFromCrontab } from '../../src/schedule/crontab.js';
import type { Job } from '../../src/schedule/job.js';
import { anyEnvironment, anyWords, makeJob } from './make-job.js';

let directory: string;
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'outloop-'))));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/**
 * What a cron makes of a crontab, after crontab(5): entries are lines; a line is five fields and a command; in the command the first bare `%`
 * ends it and begins its standard input. `collapses`: whether two backslashes are one, which crons differ in.
 */
function readEntries(
  crontab: string,
  collapses: boolean,
): { readonly fields: string; readonly command: string; readonly input: string | null }[] {
  return crontab
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, fields = '', rest = ''] = /^((?:\S+ ){4}\S+) (.*)$/s.exec(line) ?? [];
      let command = '';
      for (let at = 0; at < rest.length; at++) {
        const [character, next] = [rest[at], rest[at + 1]];
        if (character === '\\' && (next === '%' || (collapses && next === '\\'))) command += rest[++at];
        else if (character === '\\' && next !== undefined) command += character + rest[++at];
        else if (character === '%') return { fields, command, input: rest.slice(at + 1) };
        else command += character;
      }
      return { fields, command, input: null };
    });
}

function entryOf(job: Job, collapses: boolean) {
  const lines = formatCrontab(job);
  if (typeof lines !== 'string') throw new Error(lines.why);
  const [entry, second] = readEntries(lines, collapses);
  if (entry === undefined || second !== undefined) throw new Error('not one entry');
  return entry;
}

/** The parts that a program prints with a NUL after each, started as cron starts it: by sh, with hardly an environment. */
function run(command: string): string[] {
  const ended = spawnSync('/bin/sh', ['-c', command], { env: {}, cwd: '/', encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(`${command}: ${ended.stderr}`);
  return ended.stdout.split('\0').slice(0, -1);
}

describe('a crontab line', () => {
  test.each([true, false])('gives the command the very words that were put in, in a cron that collapses backslashes: %s', (collapses) => {
    fc.assert(
      fc.property(anyWords, (words) => {
        const { command, input, fields } = entryOf(makeJob(['/usr/bin/printf', '%s\\0', '', ...words]), collapses);
        expect({ words: run(command), input, fields }).toEqual({ words: ['', ...words], input: null, fields: '30 2 * * *' });
      }),
      { numRuns: 60 },
    );
  });

  test('gives it the very environment', () => {
    fc.assert(
      fc.property(anyEnvironment, fc.boolean(), (environment, collapses) => {
        const printed = run(entryOf(makeJob(['/usr/bin/env', '-0'], environment), collapses).command);
        expect(printed.filter((line) => line.startsWith('OUTLOOP_')).sort()).toEqual(environment.map((pair) => pair.join('=')).sort());
      }),
      { numRuns: 60 },
    );
  });

  test.each(['a b', 'a%b', "a'b", 'a"b', 'a\\b', 'a\\', 'a\\%b', 'a\nb', 'a\n', 'a$b', '日本 é', '$(id)', '`id`', '#x', '~'])(
    'starts a program in a folder called %j',
    (name) => {
      mkdirSync(join(directory, name), { recursive: true });
      const program = join(directory, name, 'printf');
      symlinkSync('/usr/bin/printf', program);
      for (const collapses of [true, false]) expect(run(entryOf(makeJob([program, '%s\\0', 'ok']), collapses).command)).toEqual(['ok']);
      rmSync(program);
    },
  );

  test('longer than cron takes, it is refused', () => {
    const ofBytes = (count: number) => formatCrontab(makeJob(['/bin/true', 'é'.repeat((count - 12) / 2)]));
    expect(typeof ofBytes(998)).toBe('string');
    expect(ofBytes(1000)).toMatchObject({ kind: 'untellable' });
  });

  test.each([
    ['*/15 8-18 * * mon-fri', '0,15,30,45 8,9,10,11,12,13,14,15,16,17,18 * * 1,2,3,4,5'],
    ['* * * * *', '* * * * *'],
    ['0 0 1,15 jan,jul *', '0 0 1,15 1,7 *'],
    ['5 4 */2 * *', '5 4 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31 * *'],
    ['0 0 * * 5-7', '0 0 * * 0,5,6'],
  ])('%s is told as %s', (when, fields) => {
    expect(entryOf(makeJob(['/bin/true'], [], when), false).fields).toBe(fields);
  });
});

describe('a crontab with others’ lines', () => {
  const { label } = makeJob(['/bin/true']);
  const lines = formatCrontab(makeJob(['/bin/true'])) as string;
  /** What people keep there: entries, comments, settings, blank lines, other schedules, with or without a last newline. */
  const others = fc
    .array(
      fc.constantFrom(
        '0 5 * * 1 tar -zcf /var/backups/home.tgz /home/',
        '# mine',
        'MAILTO=ann',
        '',
        '\t',
        'é',
        '# outloop.ffffffff.nightly: begin. x',
        '# outloop.ffffffff.nightly: end',
        '# outloop.0a1b2c3d.nightly-2: end',
      ),
    )
    .map((all) => all.join('\n'));

  test('what was put in is taken out again, byte for byte', () => {
    fc.assert(
      fc.property(others, fc.boolean(), (text, ended) => {
        const before = text === '' || !ended ? text : `${text}\n`;
        const after = putInCrontab(before, label, lines) as string;
        expect(after.startsWith(before)).toBe(true);
        const added = before === '' || before.endsWith('\n') ? '' : '\n';
        expect(takeFromCrontab(after, label)).toEqual({ crontab: before + added, lines });
      }),
    );
  });

  test('a second time its lines are replaced where they stand', () => {
    const other = formatCrontab(makeJob(['/bin/false'])) as string;
    const before = `# first\n${lines}# last\n`;
    expect(putInCrontab(before, label, other)).toBe(`# first\n${other}# last\n`);
  });

  test('one without its lines is left alone', () => {
    expect(takeFromCrontab('# mine\n', label)).toEqual({ crontab: '# mine\n', lines: null });
  });

  test.each([
    ['the first line', lines.split('\n').slice(1).join('\n')],
    ['the last line', lines.split('\n').slice(0, 2).join('\n')],
    ['the order', lines.split('\n').reverse().join('\n')],
    ['a single place', lines + lines],
  ])('lines that lost %s are left to the operator', (_, crontab) => {
    expect(putInCrontab(crontab, label, lines)).toMatchObject({ kind: 'untellable' });
    expect(takeFromCrontab(crontab, label)).toMatchObject({ kind: 'untellable' });
  });

  test.each([
    ['SHELL=/usr/bin/fish\n', true],
    [' SHELL = "/usr/bin/python3"\n', true],
    ['SHELL=/bin/bash\n', false],
    ['SHELL=/usr/bin/fish\nSHELL=/bin/sh\n', false],
    ['# SHELL=/usr/bin/fish\n', false],
  ])('a shell that does not read it as sh does is refused: %j', (crontab, refused) => {
    expect(typeof putInCrontab(crontab, label, lines) !== 'string').toBe(refused);
  });
});
