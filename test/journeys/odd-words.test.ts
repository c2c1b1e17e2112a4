import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeDemo } from '../helpers/demo.js';
import { makeHome, OUTLOOP, waitFor, type Ended, type Home } from '../helpers/outloop.js';

let home: Home;
beforeAll(async () => {
  home = await makeDemo({ credentials: '  other: { backend: embedded, ref: acme/other }\n' });
});
afterAll(() => home.remove());

describe('a command line with', () => {
  test.each([
    [['']],
    [['unlink', '', '--yes']],
    [['scan', '']],
    [['agents', 'check', '']],
    [['agents', 'install', 'generic', '--dir', '', '--yes']],
    [['agents', 'install', 'generic', '--dir=', '--yes']],
    [['audit', 'query', '--alias', '']],
    [['explain', '']],
    [['secret', 'list', '']],
  ])('an empty word, as of a variable that was not set, is a usage error: %j', async (words) => {
    const { exit, stdout, stderr } = await home.attempt(words, { cwd: home.path('acme') });
    expect({ exit, stdout, stderr }).toEqual({ exit: 2, stdout: '', stderr: expect.stringMatching(/^outloop: an argument is empty/) });
    expect((await home.attempt(['links'])).stdout).toContain(home.path('acme'));
  });

  test.each([
    [['unlink', '--yes'], 0],
    [['secret', 'set', '--yes'], 2],
    [['secret', 'check'], 2],
    [['tenant', 'add', '--yes'], 2],
    [['grant', 'list'], 0],
  ])('a word left out is not taken from standard input: %j', async (words, exit) => {
    const copy = home.copy();
    const piped = 'sk_live_of_somebody_else';
    const ended = await copy.attempt(words, { cwd: copy.path('acme'), input: `${piped}\n` });
    expect(ended.exit).toBe(exit);
    expect(ended.stdout + ended.stderr).not.toContain(piped);
  });

  test('an empty word behind -- leaves that to the command that it is for', async () => {
    const words = ['session', 'start', '--tenant', 'acme', '--yes', '--', '/bin/sh', '-c', 'echo "<$1>"', 'sh', ''];
    expect((await waitFor(home.start(words, { cwd: home.path('acme') }))).stdout).toContain('<>');
  });

  test.each([
    ['--bind', 'token'],
    ['--pin', 'value'],
  ])('%s twice for one name is a usage error', async (flag, name) => {
    const words = ['grant', 'add', 'acme', '--id', 'twice', '--permit', 'demo.use', '--bind', 'token=bot', flag, `${name}=other`];
    const { exit, stderr } = await home.attempt([...words, flag, `${name}=bot`, '--yes']);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining(`${flag} ${name} is given twice`) });
    expect((await home.attempt(['grant', 'list', 'acme'])).stdout).not.toContain('twice');
  });

  test('a folder’s name with a line end is shown in one line', async () => {
    const { exit, stderr } = await home.attempt(['scan', 'ac\nme']);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringMatching(/^outloop: \S*ac\\u\{a\}me cannot be opened/) });
  });
});

test('aliases of a state without a service says what to do, once with --all too', async () => {
  const bare = makeHome();
  onTestFinished(() => bare.remove());
  await bare.setUpAll([[['init', '--vault-key', 'file']], [['tenant', 'add', 'acme', '--yes']]]);
  mkdirSync(bare.path('acme'), { mode: 0o700 });
  const cwd = bare.path('acme');
  await bare.setUp(['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd });
  expect((await bare.attempt(['aliases'], { cwd })).stderr).toMatch(
    /^outloop: nothing may run here now as \S+ for acme\/web; --all shows why\n$/,
  );
  const said = 'outloop: no service defines an alias';
  expect((await bare.attempt(['aliases', '--all'], { cwd })).stderr).toMatch(new RegExp(`^${said}`));
});

test('status says why nothing may run, and once', async () => {
  const cwd = home.path('acme');
  const asserted = await home.setUp(['status'], { cwd, env: { OUTLOOP_TENANT: 'globex' } });
  expect(asserted).toMatch(/^may run +TENANT_MISMATCH: this folder belongs to tenant acme, and OUTLOOP_TENANT names globex$/m);
  const away = await home.setUp(['status'], { cwd: home.directory });
  expect(away).toMatch(/^folder +LINK_NOT_FOUND: no \.outloop link file/m);
  expect(away).toMatch(/^may run +LINK_NOT_FOUND$/m);
});

test.each([[['requests', 'list']], [['link', '--yes']]])(
  '%j, which has no answer to print, does not miss a full standard output',
  async (words) => {
    const full = openSync('/dev/full', 'w');
    const env = { PATH: process.env['PATH'], OUTLOOP_HOME: home.state };
    const child = spawn(OUTLOOP, words, { cwd: home.path('acme'), env, stdio: ['ignore', full, 'pipe'] });
    const ended = await new Promise<Pick<Ended, 'exit' | 'stderr'>>((resolve) => {
      let stderr = '';
      child.stderr?.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
      child.on('close', (exit) => resolve({ exit, stderr }));
    });
    expect(ended).toEqual({ exit: 0, stderr: expect.not.stringContaining('standard output') });
  },
);
