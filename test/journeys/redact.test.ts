import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHome, OUTLOOP, waitFor, waitForText, type Ended, type Home } from '../helpers/outloop.js';

const KEY = 'sk_test_8fJ2kLmN0pQrStUv';
const OTHER = 'ghp_w9X8y7Z6v5U4t3S2r1Q0';

let home: Home;

beforeAll(async () => {
  home = makeHome();
  home.put('acme/.keep', '');
  home.put(
    'demo.yaml',
    `version: 1
service: demo
title: Demo
base: http://127.0.0.1:9
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  demo.names.list: { title: Names, effect: read, http: { method: GET, path: /names } }
`,
  );
  await home.setUpAll([
    [['init', '--vault-key', 'file']],
    [['tenant', 'add', 'acme', '--yes']],
    [['service', 'add', './demo.yaml', '--yes']],
    [['secret', 'set', 'acme/bot', '--yes'], { input: KEY }],
    [['secret', 'set', 'acme/hub', '--yes'], { input: OTHER }],
    [['secret', 'set', 'acme/spare', '--yes'], { input: 'never-bound-4711-xyz' }],
    [['grant', 'add', 'acme', '--id', 'main', '--permit', 'demo.*', '--bind', 'token=bot', '--yes']],
    [['grant', 'add', 'acme', '--id', 'hub', '--permit', 'other.*', '--bind', 'token=hub', '--principal', 'agent', '--yes']],
    [['grant', 'add', 'acme', '--id', 'asked', '--permit', 'more.*', '--bind', 'token=spare', '--approve', 'once', '--yes']],
    [['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd: home.path('acme') }],
  ]);
});

afterAll(() => home?.remove());

const redact = (
  args: readonly string[],
  input: string,
  env: Record<string, string> = { OUTLOOP_PRINCIPAL: 'agent:test' },
): Promise<Ended> => home.outloop(['redact', ...args], { cwd: home.path('acme'), env, input });

const inFolder = () => ({ cwd: home.path('acme'), env: { OUTLOOP_PRINCIPAL: 'human:me' } });
/** More than what always waits, so that what came before it comes out. */
const PUSH = '.'.repeat(4096);

describe('outloop redact', () => {
  test('passes a stream on without the credentials that are named, in every form, and leaves the rest as it is', async () => {
    const forms = [KEY, Buffer.from(KEY).toString('base64'), Buffer.from(OTHER).toString('hex'), encodeURIComponent(OTHER)];
    const { exit, stdout, stderr } = await redact(
      ['--credential', 'bot', '--credential', 'hub'],
      `${forms.join('\n')}\nüber \x1b[1mplain\x1b[0m\n`,
    );
    expect({ exit, stdout, stderr }).toEqual({
      exit: 0,
      stdout: '[redacted:bot]\n[redacted:bot]\n[redacted:hub]\n[redacted:hub]\nüber \x1b[1mplain\x1b[0m\n',
      stderr: '',
    });
  });

  test.each<[string, string, string | null]>([
    ['an unknown flag', '--all --status-fd 9', 'USAGE'],
    ['no credential', '--status-fd=9', 'USAGE'],
    ['a status descriptor that is not open', '--credential bot --status-fd 8', null],
  ])('%s is a usage error, with its record where that can be written', async (_, args, code) => {
    await home.shell(`rm -f status; outloop redact ${args} 9>status </dev/null 2>message; echo $? >exit`);
    const read = (name: string) => readFileSync(home.path('acme', name), 'utf8');
    expect(read('exit')).toBe('102\n');
    expect(read('message')).toContain('(outloop help redact)');
    expect(read('status') === '' ? null : (JSON.parse(read('status')) as { code: string }).code).toBe(code);
  });

  test('10 MiB of anything else pass byte for byte', async () => {
    const big = home.put('big', Buffer.alloc(10 * 1024 * 1024, 'a log line of some length, and a number: 0123456789\n'));
    const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    const { stdout } = await home.shell('outloop redact --credential bot < ../big | sha256sum');
    expect(stdout.slice(0, 64)).toBe(sum(readFileSync(big)));
  });

  test('is on the log as an intent and a result, with what was replaced', async () => {
    await redact(['--credential', 'bot', '--status-fd', '9'], '');
    const { stderr } = await home.shell(
      `printf %s ${KEY} | OUTLOOP_PRINCIPAL=agent:test outloop redact --credential bot --status-fd 9 9>status >/dev/null`,
    );
    expect(stderr).toBe('');
    const record = JSON.parse(readFileSync(home.path('acme/status'), 'utf8')) as Record<string, unknown>;
    expect(record).toMatchObject({
      origin: 'outloop',
      code: 'OK',
      exit: 0,
      alias: 'outloop.redact',
      backend_called: true,
      redactions: 1,
      redactions_by: { stdout: 1 },
    });
    const logged = JSON.parse(await home.setUp(['audit', 'query', '--run', String(record['run']), '--json'])) as Record<string, unknown>[];
    expect(logged).toMatchObject([
      { type: 'intent', alias: 'outloop.redact', credentials: ['bot'], grants: ['main'] },
      { type: 'result', redactions: 1 },
    ]);
  });

  test.each([
    ['a credential that no grant binds for the caller', ['--credential', 'spare'], 105, 'ALIAS_NOT_ALLOWED'],
    ['one that there is not', ['--credential', 'none'], 105, 'ALIAS_NOT_ALLOWED'],
    ['another tenant’s', ['--credential', 'bot', '--tenant', 'globex'], 104, 'TENANT_MISMATCH'],
    ['no credential', [], 102, 'USAGE'],
    ['something that is no name', ['--credential', '../bot'], 102, 'USAGE'],
    ['an unknown flag', ['--all'], 102, 'USAGE'],
  ])('%s is denied: nothing is passed on and nothing fetched', async (_, args, exit, code) => {
    const ended = await redact(args, `${KEY}\n`);
    expect(ended).toMatchObject({ exit, stdout: '' });
    expect(ended.stderr).toMatch(new RegExp(`^outloop: denied ${code} \\(${exit}\\) `));
    expect(ended.stderr).not.toContain(KEY);
    expect(ended.stderr.includes('(outloop help redact)')).toBe(code === 'USAGE');
    const [last] = JSON.parse(await home.setUp(['audit', 'query', '--type', 'deny', '--reverse', '--limit', '1', '--json'])) as object[];
    expect(last).toMatchObject({ code, backend_called: false });
  });

  test('a grant for agents alone holds for agents alone', async () => {
    expect((await redact(['--credential', 'hub'], 'x')).exit).toBe(0);
    expect((await redact(['--credential', 'hub'], 'x', { OUTLOOP_PRINCIPAL: 'ci:build' })).exit).toBe(105);
  });

  test('a forbid that covers outloop.redact ends it', async () => {
    await home.setUp(['grant', 'add', 'acme', '--id', 'off', '--forbid', 'outloop.*', '--yes']);
    expect(await redact(['--credential', 'bot'], 'x')).toMatchObject({ exit: 105, stdout: '' });
    await home.setUp(['grant', 'remove', 'acme', 'off', '--yes']);
  });

  test('a folder that is not linked, a changed runtime', async () => {
    expect((await home.outloop(['redact', '--credential', 'bot'], { cwd: home.directory, input: 'x' })).exit).toBe(103);
    expect((await redact(['--credential', 'bot'], 'x', { NODE_OPTIONS: '--no-warnings' })).exit).toBe(110);
  });

  test('a secret that comes in pieces is hidden, however long it takes', async () => {
    const child = home.start(['redact', '--credential', 'bot'], inFolder());
    child.stdin?.write(`ready\n${PUSH}`);
    await waitForText(child, 'ready\n');
    const rest = waitFor(child);
    child.stdin?.write(`then ${KEY.slice(0, 12)}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
    child.stdin?.end(`${KEY.slice(12)}!\n`);
    const { exit, stdout } = await rest;
    expect([exit, stdout.endsWith('.then [redacted:bot]!\n')]).toEqual([0, true]);
  });

  test('a stream that ends within a secret ends without it', async () => {
    expect((await redact(['--credential', 'bot'], `a ${KEY.slice(0, 20)}`)).stdout).toBe('a [redacted:bot]');
  });

  test('when a byte comes tells nothing of the secret: the last 4,096 wait, whatever they are', async () => {
    for (const [text, env] of [KEY.slice(0, 8), 'ordinary'].flatMap((word) => [
      [word, { CLAUDECODE: '1' }] as const,
      [word, { OUTLOOP_PRINCIPAL: 'human:me' }] as const,
    ])) {
      const child = home.start(['redact', '--credential', 'bot'], { cwd: home.path('acme'), env });
      child.stdin?.write(`first\n${'.'.repeat(4088)}${text}`);
      expect(await waitForText(child, 'first\n')).toBe('first\n');
      const ended = waitFor(child);
      child.stdin?.end('!');
      expect(await ended).toMatchObject({ exit: 0, stdout: `${'.'.repeat(4088)}${text}!` });
    }
  });

  test('what was held back when a signal or a failure ends the stream goes out as at its end', async () => {
    const child = home.start(['redact', '--credential', 'bot'], inFolder());
    child.stdin?.write(`ready\n${PUSH.slice(8)}${KEY.slice(0, 8)}`);
    await waitForText(child, 'ready\n');
    const ended = waitFor(child);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ signal: 'SIGINT', stdout: `${PUSH.slice(8)}${KEY.slice(0, 8)}` });
  });

  test('a reader that has stopped reading keeps no signal from ending it, and the log has the end', async () => {
    const child = home.start(['redact', '--credential', 'bot'], { cwd: home.path('acme') });
    child.stdin?.on('error', () => undefined).write(Buffer.alloc(4 * 1024 * 1024, 'a line of a log\n'));
    await new Promise((resolve) => child.stdout?.once('readable', resolve));
    const ended = new Promise((resolve) => child.once('exit', (exit, signal) => resolve({ exit, signal })));
    child.kill('SIGTERM');
    expect(await ended).toEqual({ exit: null, signal: 'SIGTERM' });
    child.stdout?.destroy();
    const logged = JSON.parse(
      await home.setUp(['audit', 'query', '--alias', 'outloop.redact', '--type', 'result', '--reverse', '--limit', '1', '--json']),
    ) as object[];
    expect(logged).toMatchObject([{ code: 'CHILD_SIGNALED', child_signal: 'SIGTERM' }]);
  });

  test('an input that cannot be read is no empty one', async () => {
    const { stdout, stderr } = await home.shell('outloop redact --credential bot < /; echo "$?"');
    expect(stdout).toBe('119\n');
    expect(stderr).toContain('outloop failed in reading standard input (EISDIR)');
  });

  test('a reader that goes ends it, and so does a signal; the log says how', async () => {
    const { stdout } = await home.shell('yes | outloop redact --credential bot | head -n 1; echo "${PIPESTATUS[1]}"');
    expect(stdout).toBe('y\n141\n');
    const child = home.start(['redact', '--credential', 'bot'], inFolder());
    child.stdin?.write(`ready\n${PUSH}`);
    await waitForText(child, 'ready\n');
    const ended = waitFor(child);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ signal: 'SIGTERM' });
    const logged = JSON.parse(
      await home.setUp(['audit', 'query', '--alias', 'outloop.redact', '--type', 'result', '--reverse', '--limit', '2', '--json']),
    ) as object[];
    expect(logged).toMatchObject([
      { code: 'CHILD_SIGNALED', child_signal: 'SIGTERM' },
      { code: 'CHILD_SIGNALED', child_signal: 'SIGPIPE' },
    ]);
  });

  test('its flags come from no file: a log that holds flags is text', async () => {
    writeFileSync(home.path('acme/log'), '--credential spare\n');
    const child = spawn(OUTLOOP, ['redact', '--credential=bot'], {
      cwd: home.path('acme'),
      env: { PATH: process.env['PATH'], OUTLOOP_HOME: home.state },
    });
    child.stdin.end(readFileSync(home.path('acme/log')));
    expect((await waitFor(child)).stdout).toBe('--credential spare\n');
  });
});
