import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY, makeDemo } from '../helpers/demo.js';
import { OUTLOOP, waitFor, type Home } from '../helpers/outloop.js';
import { commandOnTerminal, onTerminal, whyNoTerminal } from '../helpers/terminal.js';

const noTerminal = whyNoTerminal();
const TYPED = 'a-value-that-was-typed';
const ENTER = '\r';
/** Longer than a terminal keeps for a program that does not read. */
const PEM = `-----BEGIN PRIVATE KEY-----\n${`MII${'A'.repeat(61)}\n`.repeat(100)}-----END PRIVATE KEY-----\n`;
const CTRL_C = '\u0003';

describe.skipIf(noTerminal !== null)(`commands on a terminal${noTerminal === null ? '' : ` (${noTerminal})`}`, () => {
  let home: Home;
  beforeAll(async () => {
    home = await makeDemo();
  });
  afterAll(() => home.remove());

  test.concurrent('secret set asks for the value, shows nothing of it, and asks nothing else', async () => {
    const { exit, stdout } = await onTerminal(home, [['Value of acme/typed', `${TYPED}${ENTER}`]], ['secret', 'set', 'acme/typed']);
    expect(exit).toBe(0);
    expect(stdout).toContain('outloop: set acme/typed');
    expect(stdout).not.toContain(TYPED);
    await home.setUp(['secret', 'check', 'acme/typed']);
  });

  test.concurrent.each([
    ['a key', PEM.replaceAll('\n', ENTER)],
    ['a key, with line feeds', PEM],
    ['two lines', `${TYPED}${ENTER}and-its-second-line`],
  ])('%s that is pasted whole is not stored in part, and nothing of it is left for the shell', async (_, pasted) => {
    const line = `"${OUTLOOP}" secret set acme/pasted; echo "exit $?"; IFS= read -r -t 1 rest; echo "left <$rest>"`;
    const { stdout } = await commandOnTerminal(home, [['Value of acme/pasted', pasted]], ['/bin/bash', '--norc', '-c', line]);
    expect(stdout).toContain(
      'outloop: credential acme/pasted: more than one line was pasted, and nothing was stored. Next: outloop secret set acme/pasted < FILE\nexit 1\nleft <>\n',
    );
    expect(stdout).not.toMatch(/BEGIN|MII|typed|second-line/);
    expect((await home.attempt(['secret', 'check', 'acme/pasted'])).exit).toBe(1);
  });

  test.concurrent.each(['revoke', 'restore'])('tenant %s asks nothing about a tenant that is not there', async (command) => {
    const { exit, stdout } = await onTerminal(home, [], ['tenant', command, 'acmee']);
    expect({ exit, stdout }).toEqual({
      exit: 1,
      stdout: expect.stringMatching(
        /^outloop: TENANT_UNKNOWN \(104\): .*acmee.*\. Next: did you mean acme\? If not, outloop tenant add acmee\n$/,
      ),
    });
  });

  test.concurrent.each([
    [['grant', 'remove', 'acme', 'al'], 'there is no grant of this id; did you mean all?'],
    [['grant', 'remove', 'acmee', 'all'], 'TENANT_UNKNOWN'],
    [['secret', 'remove', 'acme/bott'], 'tenant acme has no credential bott; did you mean bot?'],
    [['secret', 'remove', 'acme/bot'], 'grant all binds credential bot of tenant acme'],
    [['secret', 'remove', '@backends/none'], 'there is no backend none'],
    [['service', 'remove', 'dem'], 'there is no service dem'],
    [['service', 'add', 'gitub'], 'there is no template gitub; did you mean github?'],
    [['schedule', 'remove', 'nightly'], 'there is no schedule nightly'],
    [['tenant', 'add', 'acme'], 'tenant acme is there already'],
    [['grant', 'add', 'acmee', '--permit', 'demo.*'], 'TENANT_UNKNOWN'],
    [['grant', 'add', 'acme', '--permit', 'demo.*', '--bind', 'token=bott'], 'tenant acme has no credential bott'],
    [['grant', 'add', 'acme', '--permit', 'demo.*', '--bind', 'tokn=bot'], 'tokn'],
    [['grant', 'add', 'acme', '--permit', 'demo.*', '--id', 'all'], 'a grant of this id is there already'],
    [['grant', 'add', 'acme', '--permit', 'demo.*', '--expires', '2020-01-01'], 'is over already'],
    [['requests', 'reject', 'req_01JD3Y0000000000000000000A'], 'there is no request'],
  ])('%j asks nothing, since it would be refused', async (command, said) => {
    const { exit, stdout } = await onTerminal(home, [], command);
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: expect.stringContaining(said) });
    expect(stdout).not.toMatch(/\((?:y\/N|Y\/n)\)|nothing was changed/);
  });

  test.concurrent('audit repair asks nobody in a session, who could not repair anything', async () => {
    const { exit, stdout } = await onTerminal(home, [], ['audit', 'repair'], { env: { OUTLOOP_SESSION: 'none' } });
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: expect.stringContaining('nothing in it may change what is allowed') });
    expect(stdout).not.toContain('(y/N)');
  });

  test.concurrent('a value that is pasted with the end of its line is one line', async () => {
    const { exit } = await onTerminal(home, [['Value of acme/line', `${TYPED}\r\n\r\n`]], ['secret', 'set', 'acme/line']);
    expect(exit).toBe(0);
    await home.setUp(['secret', 'check', 'acme/line']);
  });

  test.concurrent('secret set asks before it replaces a value, and says that it did', async () => {
    await home.setUp(['secret', 'set', 'acme/there', '--yes'], { input: KEY });
    const set = ['secret', 'set', 'acme/there'];
    const left = await onTerminal(home, [['acme/there has a value; replace it? (y/N)', ENTER]], set);
    expect(left).toMatchObject({ exit: 1 });
    expect(left.stdout).toContain('outloop: nothing was changed\n');
    expect(left.stdout).not.toContain('Value of');
    const replaced = await onTerminal(
      home,
      [
        ['replace it?', `y${ENTER}`],
        ['Value of acme/there', `${TYPED}${ENTER}`],
      ],
      set,
    );
    expect(replaced).toMatchObject({ exit: 0 });
    expect(replaced.stdout).toContain('outloop: replaced acme/there in the embedded backend\n');
    expect(replaced.stdout).not.toContain(TYPED);
    const piped = `printf %s ${KEY} | "${OUTLOOP}" ${set.join(' ')}`;
    const again = await commandOnTerminal(home, [['replace it?', `y${ENTER}`]], ['/bin/sh', '-c', piped]);
    expect(again.stdout).toContain('outloop: replaced acme/there in the embedded backend\n');
    expect(again.stdout).not.toContain('(Y/n)');
  });

  test.concurrent('secret set takes its value from a pipe and its answer from the terminal', async () => {
    const line = `printf %s ${KEY} | "${OUTLOOP}" secret set acme/piped`;
    const { exit, stdout } = await commandOnTerminal(home, [['(Y/n)', `y${ENTER}`]], ['/bin/sh', '-c', line]);
    expect(exit).toBe(0);
    expect(stdout).toContain('outloop: set acme/piped');
    expect(stdout).not.toContain(KEY);
    await home.setUp(['secret', 'check', 'acme/piped']);
  });

  test.concurrent.each([
    ['no', `n${ENTER}`],
    ['Ctrl-C', CTRL_C],
  ])('%s at a question changes nothing and says so', async (_, typed) => {
    const { exit, stdout } = await onTerminal(home, [['(Y/n)', typed]], ['tenant', 'add', `of-${typed.length}`]);
    expect(exit).toBe(1);
    expect(stdout).toContain('outloop: nothing was changed\n');
    expect(stdout).not.toContain('    at ');
    expect(existsSync(home.path(`state/tenants/of-${typed.length}.yaml`))).toBe(false);
  });

  test.concurrent('what is neither yes nor no agrees to nothing: it is asked again', async () => {
    const steps = [
      ['(Y/n)', `maybe${ENTER}`],
      ['Type y or n', `wait, what is this${ENTER}`],
      ['Type y or n', `NO${ENTER}`],
    ] as const;
    const { exit, stdout } = await onTerminal(home, steps, ['tenant', 'add', 'perhaps']);
    expect(exit).toBe(1);
    expect(stdout).toContain('outloop: nothing was changed\n');
    const agreed = await onTerminal(
      home,
      [
        ['(Y/n)', `yep${ENTER}`],
        ['Type y or n', `Yes${ENTER}`],
      ],
      ['tenant', 'add', 'agreed'],
    );
    expect(agreed).toMatchObject({ exit: 0 });
  });

  test.concurrent('Enter alone, and Ctrl-D, lose nothing', async () => {
    await home.setUp(['tenant', 'add', 'kept', '--yes']);
    for (const typed of [ENTER, '\u0004']) {
      const { exit, stdout } = await onTerminal(home, [['(y/N)', typed]], ['tenant', 'revoke', 'kept']);
      expect(exit).toBe(1);
      expect(stdout).toContain('outloop: nothing was changed\n');
    }
    expect((await onTerminal(home, [['(y/N)', `y${ENTER}`]], ['tenant', 'revoke', 'kept'])).exit).toBe(0);
  });

  test.concurrent.each([
    ['Ctrl-C', CTRL_C],
    ['Ctrl-D', '\u0004'],
  ])('%s at a value changes nothing and says so', async (_, typed) => {
    const { exit, stdout } = await onTerminal(home, [['Value of', `half${typed}`]], ['secret', 'set', 'acme/halved']);
    expect(exit).toBe(1);
    expect(stdout).toContain('outloop: nothing was changed\n');
    expect((await home.attempt(['secret', 'check', 'acme/halved'])).exit).toBe(1);
  });

  /** Starts a command on this terminal, sends it a signal once the terminal has no echo, and tells how it ended and how the terminal is. */
  const END_WITHOUT_ECHO = `
    const { spawnSync } = require('node:child_process');
    const [signal, ...command] = process.argv.slice(1);
    const mode = () => spawnSync('stty', ['-g'], { stdio: ['inherit', 'pipe', 'inherit'], encoding: 'utf8' }).stdout;
    const before = mode();
    const line = '(until stty -a < /dev/tty | grep -q -e "-echo "; do sleep 0.05; done; kill -s "$0" $$) & exec "$@"';
    const ended = spawnSync('/bin/sh', ['-c', line, signal.slice(3), ...command], { stdio: 'inherit' });
    console.log('ended by ' + (ended.signal ?? ended.status) + ', the terminal is ' + (mode() === before ? 'as before' : 'another'));
  `;

  test.concurrent.each([
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGTERM'],
    ['SIGHUP', 'SIGHUP'],
    // It would leave a core dump.
    ['SIGQUIT', '131'],
  ])('%s that is sent at a value ends outloop, and gives the terminal back', async (signal, end) => {
    const command = [process.execPath, '-e', END_WITHOUT_ECHO, signal, OUTLOOP, 'secret', 'set', 'acme/ended'];
    const { exit, stdout } = await commandOnTerminal(home, [], command);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: expect.stringContaining(`ended by ${end}, the terminal is as before\n`) });
    // The prompt hides the cursor.
    expect(stdout.lastIndexOf('\u001b[?25l')).toBeLessThan(stdout.lastIndexOf('\u001b[?25h'));
    expect((await home.attempt(['secret', 'check', 'acme/ended'])).exit).toBe(1);
  });

  test.concurrent.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    '%s that is sent at a question ends outloop, and gives the terminal back',
    async (signal) => {
      const command = [process.execPath, '-e', END_WITHOUT_ECHO, signal, OUTLOOP, 'tenant', 'add', `asked-${signal.toLowerCase()}`];
      const { stdout } = await commandOnTerminal(home, [], command);
      expect(stdout).toContain(`ended by ${signal}, the terminal is as before\n`);
      expect((await home.attempt(['secret', 'list', `asked-${signal.toLowerCase()}`])).exit).not.toBe(0);
    },
  );

  test.concurrent('whoever is at a terminal is told which tenant may be meant, and a script is not', async () => {
    const { stdout } = await onTerminal(home, [], ['secret', 'list', 'acmee']);
    expect(stdout).toContain('Next: did you mean acme? If not, outloop tenant add acmee');
    expect((await home.attempt(['secret', 'list', 'acmee'])).stderr).not.toContain('did you mean');
  });

  test.concurrent('a question that nobody can answer is a usage error', async () => {
    // A terminal at stderr that is not this session's own.
    const line = `setsid "${OUTLOOP}" tenant add nobody </dev/null`;
    const { stdout } = await commandOnTerminal(home, [], ['/bin/sh', '-c', `${line}; echo "exit $?"`]);
    expect(stdout).toMatch(/^outloop: there is no terminal to ask on: repeat the command with --yes/m);
  });

  test.concurrent.each(['aliases', 'audit show', 'doctor', 'links'])(
    'a table fits the terminal, and in a pipe each row is one line: %s',
    async (line) => {
      const narrow = `stty cols 60; "${OUTLOOP}" ${line} 2>&1`;
      const { stdout } = await commandOnTerminal(home, [], ['/bin/sh', '-c', narrow], { cwd: home.path('acme') });
      const piped = await commandOnTerminal(home, [], ['/bin/sh', '-c', `${narrow} | cat`], { cwd: home.path('acme') });
      // A path has no blank where it could go on in another line.
      for (const shown of stdout.split('\n')) if (shown.length > 60) expect(shown.trim()).not.toContain(' ');
      expect(piped.stdout.split('\n').some((row) => row.length > 60)).toBe(true);
      expect(piped.stdout).not.toContain('\n    ');
    },
  );

  test.concurrent('doctor and reads ask nothing', async () => {
    expect((await onTerminal(home, [], ['doctor'])).exit).toBe(0);
  });
});

describe('values that are piped', () => {
  let home: Home;
  beforeAll(async () => {
    home = await makeDemo();
  });
  afterAll(() => home.remove());

  const set = (input: string | Uint8Array, name = 'acme/bot') => home.outloop(['secret', 'set', name, '--yes'], { input });

  test.concurrent.each([
    ['empty', '', 'it is empty'],
    ['a line end alone', '\n', 'it is empty'],
    ['blank', '        \n', 'it is blank'],
    ['the first line of a key', '-----BEGIN PRIVATE KEY-----\n', 'it is only the first line of a key'],
    ['short', 'short', 'it is shorter than 8 bytes'],
    ['ordinary', 'changeme', 'it is too ordinary to be hidden in output'],
    ['longer than 64 KiB', Buffer.alloc(70_000, 'x'), 'it is longer than 64 KiB'],
    ['far too long', Buffer.alloc(10 * 1024 * 1024, 'x'), 'it is longer than 64 KiB'],
  ])('%s is refused in one line that does not show it', async (_, input, why) => {
    const { exit, stdout, stderr } = await set(input);
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' });
    const reason = `credential bot has a value that cannot be used: ${why}`;
    expect(stderr).toBe(`outloop: SECRET_UNUSABLE (115): ${reason}. Next: outloop secret set acme/bot\n`);
  });

  test.concurrent('one that never ends is refused, and not kept', async () => {
    const line = `"${OUTLOOP}" secret set acme/bot --yes < /dev/zero`;
    const env = { PATH: process.env['PATH'], OUTLOOP_HOME: home.state };
    const ended = await waitFor(spawn('/bin/sh', ['-c', line], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
    expect(ended).toMatchObject({
      exit: 1,
      stderr: expect.stringMatching(/^outloop: SECRET_UNUSABLE \(115\): .*it is longer than 64 KiB\. .*\n$/),
    });
  });

  test.concurrent('one that is there is replaced with --yes, and not without', async () => {
    await home.setUp(['secret', 'set', 'acme/again', '--yes'], { input: KEY });
    const replaced = await set(TYPED, 'acme/again');
    expect(replaced).toMatchObject({ exit: 0, stderr: 'outloop: replaced acme/again in the embedded backend\n' });
    expect((await home.outloop(['secret', 'set', 'acme/again'], { input: KEY })).exit).toBe(2);
  });

  test.concurrent.each([
    ['"in-double-quotes"', 'it is wrapped in quotes'],
    ["'between-single-quotes'", 'it is wrapped in quotes'],
    ['STRIPE_KEY=sk_live_4711', 'it begins with NAME=, as a line of an environment does'],
    ['export STRIPE_KEY=sk_live_4711', 'it begins with NAME=, as a line of an environment does'],
    ['Bearer sk_live_4711', 'it begins with Bearer, which outloop writes itself'],
    ['sk_live_4711 \n', 'it begins or ends with a space'],
    [' sk_live_4711', 'it begins or ends with a space'],
  ])('%j is stored as it is, with a warning that does not show it', async (input, doubt) => {
    const name = `acme/doubt-${input.length}-${input.charCodeAt(0)}`;
    const { exit, stderr } = await set(input, name);
    expect(exit).toBe(0);
    expect(stderr).toBe(
      `outloop: set ${name} in the embedded backend\noutloop: warning: ${name}: ${doubt}; it is stored as it is. To set another: outloop secret set ${name}\n`,
    );
  });

  test.concurrent.each(['QUJDREVGRw==', 'postgres://u:p@db/x?sslmode=require', 'it’s fine "here"'])('%j raises no doubt', async (input) => {
    const { stderr } = await set(input, `acme/fine-${input.length}`);
    expect(stderr).not.toContain('warning');
  });

  test.concurrent('any bytes go in and come out as they are', async () => {
    const value = Buffer.from([...Array(256).keys()].slice(1));
    expect((await home.outloop(['secret', 'set', 'acme/bytes', '--yes'], { input: value })).exit).toBe(0);
    await home.setUp(['secret', 'check', 'acme/bytes']);
  });
});
