import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDemo } from '../helpers/demo.js';
import type { Home } from '../helpers/outloop.js';
import { onTerminal, whyNoTerminal } from '../helpers/terminal.js';

const MARK = 'sk_live_a_value_that_nobody_may_see';

let home: Home;
beforeAll(async () => {
  home = await makeDemo();
});
afterAll(() => home.remove());

/** Every command that answers on standard output. */
const ANSWERS = [
  'aliases',
  'aliases --json',
  'audit export',
  'audit export --format csv',
  'audit query --json',
  'audit show',
  'audit verify',
  'denials',
  'denials USAGE --json',
  'doctor',
  'doctor --json',
  'explain demo.use verb=none',
  'grant list acme',
  'help',
  'help secret set',
  'links --json',
  'run --help',
  'secret list',
  'service list',
  'service show demo',
  'status',
  'tenant list',
  'tenant show acme',
  '--version',
];

/** Usage errors into which oclif puts colour, and what is said of them. */
const COLOURED = [
  ['ci report', 'missing: --format'],
  ['schedule add n x.y', 'missing: --when'],
  ['session start', 'missing: --tenant'],
  ['grant add acme --permit a.b --forbid c.d --yes', '--forbid and --permit do not go together'],
  ['grant add acme --forbid c.d --bind t=c --yes', '--bind and --forbid do not go together'],
] as const;
const FORCED = { FORCE_COLOR: '1' };
const noTerminal = whyNoTerminal();

describe('a command', () => {
  test.concurrent.each(ANSWERS)('ends with one line where standard output is full: %s', async (line) => {
    const { exit, stderr } = await home.shell(`outloop ${line} > /dev/full`);
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: 'outloop: standard output cannot be written (ENOSPC)\n' });
  });

  test.concurrent.each(['audit export', 'denials', 'help'])('ends in silence where its reader has gone: %s', async (line) => {
    const { stdout, stderr } = await home.shell(`outloop ${line} | head -c 1; echo "${'${PIPESTATUS[*]}'}"`);
    expect(stderr).toBe('');
    // The answer may have been short enough to be written whole.
    expect(stdout).toMatch(/^.(?:0|141) 0\n$/);
  });

  test.concurrent.each(['>&-', '2>&-', '<&-', '<&- >&- 2>&-'])('runs with closed streams (%s)', async (closed) => {
    const { exit, stderr } = await home.shell(`outloop tenant list ${closed}`);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  });

  test.concurrent.each([
    ['a further argument', `secret set acme/bot ${MARK} --yes`],
    ['an unknown flag', `secret set acme/bot --value=${MARK}`],
    ['an option that is none', `audit query --type ${MARK}`],
    ['a number that is none', `audit query --limit ${MARK}`],
    ['a moment that is none', `audit query --since ${MARK}`],
    ['a name that is none', `tenant show ${MARK}`],
    ['a missing argument', 'secret set'],
    ['a missing value', 'audit query --limit'],
  ])('answers a command line that is wrong in one line without the value: %s', async (_, line) => {
    const { exit, stdout, stderr } = await home.attempt(line.split(' '));
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toMatch(/^outloop: .+\n$/);
    expect(stderr).not.toContain(MARK);
  });

  test.concurrent.each(COLOURED)('says what is wrong where colour is forced: %s', async (line, said) => {
    const { exit, stderr } = await home.outloop(line.split(' '), { env: FORCED });
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: `outloop: ${said}. Next: repeat it with --help\n` });
  });

  test.concurrent.each(['help', 'grant add --help', 'denials USAGE', 'tenant list'])(
    'has no colour in a pipe where colour is forced: %s',
    async (line) => {
      const { stdout } = await home.outloop(line.split(' '), { env: FORCED });
      expect(stdout).not.toBe('');
      expect(stdout).not.toContain('\u001b');
    },
  );

  test.concurrent.each([
    ['link list', 'link takes no more words; see outloop link --help'],
    ['help status extra', 'status takes no more words; see outloop status --help'],
    ['schedule rm nightly', 'there is no command schedule rm; did you mean schedule remove?'],
    ['help lnik', 'there is no command lnik; did you mean link?'],
    ['lnik --help', 'there is no command lnik; did you mean link?'],
    ['help grant nope', 'there is no such command of grant; see outloop grant --help'],
  ])('that is none is told with what may be meant: %s', async (line, said) => {
    const { exit, stderr } = await home.attempt(line.split(' '));
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: `outloop: ${said}\n` });
  });

  test.concurrent('gives what it starts the caller’s FORCE_COLOR', async () => {
    const child = ['sh', '-c', 'echo "forced: $FORCE_COLOR"'];
    const { stdout } = await home.outloop(['session', 'start', '--tenant', 'acme', '--yes', '--', ...child], { env: FORCED });
    expect(stdout).toBe('forced: 1\n');
  });

  test.skipIf(noTerminal !== null).concurrent.each(COLOURED)('says what is wrong on a terminal with colours: %s', async (line, said) => {
    const { exit, stdout } = await onTerminal(home, [], line.split(' '), { env: { TERM: 'xterm-256color' } });
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: `outloop: ${said}. Next: repeat it with --help\n` });
  });

  test.concurrent('a secret in the place of a credential’s name is not repeated', async () => {
    const { exit, stderr } = await home.shell(`outloop secret set ${MARK} --yes < /dev/null`);
    expect(exit).toBe(2);
    expect(stderr).not.toContain(MARK);
  });
});
