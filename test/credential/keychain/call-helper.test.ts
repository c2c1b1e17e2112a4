import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callHelper } from '../../../src/credential/keychain/call-helper.js';
import type { Called } from '../../../src/credential/keychain/call-helper.js';
import type { HelperRequest } from '../../../src/credential/keychain/protocol.js';
import { makeSetting } from '../make-setting.js';
import type { MadeSetting } from '../make-setting.js';
import { buildHelper } from './secret-service.js';
import { isRunning, until } from '../../helpers/outloop.js';
import { temporaryHome } from '../../helpers/temporary-home.js';

const BUS = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
const REQUEST: HelperRequest = { op: 'get', service: 'outloop:st', account: 'acme/bot', text: '' };
let made: MadeSetting;
let directory: string;

beforeEach(() => {
  directory = temporaryHome();
});
afterEach(() => made.remove());

function call(
  script: string,
  more: { env?: Record<string, string>; signal?: AbortSignal; limitMs?: number; request?: HelperRequest } = {},
): Promise<Called> {
  const helper = join(directory, 'helper.cjs');
  writeFileSync(helper, script);
  made = makeSetting({ env: more.env ?? BUS, helper });
  return callHelper(made.setting, more.request ?? REQUEST, more.signal ?? new AbortController().signal, more.limitMs ?? 10_000);
}

/** Waits until a process that wrote its id into a file is gone. */
async function waitForEnd(file: string): Promise<void> {
  const pid = Number(readFileSync(file, 'utf8'));
  expect(pid).toBeGreaterThan(0);
  await until(() => !isRunning(pid));
}

it('the request goes in on standard input, and nothing of it into argv or the environment', async () => {
  const out = join(directory, 'seen.json');
  const request: HelperRequest = { ...REQUEST, op: 'put', text: 'canary-5511' };
  const script = `const text = require('fs').readFileSync(0, 'utf8');
    require('fs').writeFileSync(${JSON.stringify(out)}, JSON.stringify({ text, argv: process.argv, execArgv: process.execArgv, env: process.env, cwd: process.cwd() }));
    process.stdout.write('{"kind":"done"}');`;
  const env = {
    ...BUS,
    XDG_RUNTIME_DIR: '/run/user/0',
    NODE_OPTIONS: '--no-such-flag',
    LD_PRELOAD: '/nonexistent',
    HOME: '/nonexistent',
    DISPLAY: ':0',
    AWS_SECRET: 'x',
  };
  expect(await call(script, { env, request })).toEqual({ kind: 'done' });
  const seen = JSON.parse(readFileSync(out, 'utf8'));
  expect(JSON.parse(seen.text)).toEqual(request);
  expect(JSON.stringify([seen.argv, seen.execArgv, seen.env])).not.toContain('canary');
  const names = ['DBUS_SESSION_BUS_ADDRESS', 'HOME', 'LANG', 'LOGNAME', 'PATH', 'USER', 'XDG_RUNTIME_DIR'];
  expect(
    Object.keys(seen.env)
      .filter((name) => name !== '__CF_USER_TEXT_ENCODING')
      .sort(),
  ).toEqual(names);
  expect(seen.env.HOME).not.toBe('/nonexistent');
  expect(seen.cwd).toBe('/');
});

it('a helper that waits for a person is killed, and the keychain counts as locked', async () => {
  const pid = join(directory, 'pid');
  const script = `require('fs').writeFileSync(${JSON.stringify(pid)}, String(process.pid)); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;
  expect(await call(script, { limitMs: 3000 })).toEqual({ kind: 'locked' });
  await waitForEnd(pid);
});

it('a cancelled call kills the helper', async () => {
  const pid = join(directory, 'pid');
  const controller = new AbortController();
  const script = `require('fs').writeFileSync(${JSON.stringify(pid)}, String(process.pid)); setInterval(() => {}, 1000);`;
  const called = call(script, { signal: controller.signal });
  await until(() => existsSync(pid) && readFileSync(pid, 'utf8') !== '');
  controller.abort();
  expect(await called).toMatchObject({ kind: 'unavailable', detail: 'the request was cancelled' });
  await waitForEnd(pid);
});

describe('an answer that is none is unavailable', () => {
  it.each([
    ['nothing', ''],
    ['half an answer', `process.stdout.write('{"kind":"value","base64":"Y2Fu')`],
    ['a crash', `process.stderr.write('canary'); process.exit(3)`],
    ['a value without text', `process.stdout.write('{"kind":"value","base64":7}')`],
    ['an unknown fault', `process.stdout.write('{"kind":"fault","fault":"canary"}')`],
    ['too much', `require('fs').writeSync(1, Buffer.alloc(60000, 65)); setInterval(() => process.stdout.write('A'.repeat(60000)), 1)`],
  ])('%s', async (_title, script) => {
    const called = await call(script);
    expect(called.kind).toBe('unavailable');
    expect(JSON.stringify(called)).not.toContain('canary');
  });
});

it('a helper that cannot be started is unavailable', async () => {
  made = makeSetting({ env: BUS });
  const setting = { ...made.setting, execPath: join(directory, 'no-node') };
  expect(await callHelper(setting, REQUEST, new AbortController().signal)).toMatchObject({
    detail: 'the keychain helper cannot be started',
  });
});

it.runIf(process.platform === 'linux')(
  'without a D-Bus session what is there is locked, the rest unavailable, and no process is started',
  async () => {
    const out = join(directory, 'started');
    const script = `require('fs').writeFileSync(${JSON.stringify(out)}, '')`;
    const env = { DBUS_SESSION_BUS_ADDRESS: 'unixexec:path=/bin/true' };
    for (const op of ['get', 'probe'] as const) {
      const answer = await call(script, { env, request: { ...REQUEST, op } });
      expect(answer).toEqual({ kind: 'locked', detail: 'there is no D-Bus session here: nobody is logged in' });
      made.remove();
    }
    expect(await call(script, { env, request: { ...REQUEST, op: 'put' } })).toMatchObject({
      kind: 'unavailable',
      detail: 'there is no D-Bus session here',
    });
    expect(() => readFileSync(out)).toThrow();
  },
);

it('without the native module the keychain is unavailable', async () => {
  const bare = join(directory, 'bare');
  mkdirSync(bare);
  made = makeSetting({ env: BUS, helper: await buildHelper(bare, false) });
  expect(await callHelper(made.setting, REQUEST, new AbortController().signal)).toMatchObject({
    detail: 'the optional keytar module is not installed',
  });
});

it.runIf(process.platform === 'linux')('a bus that does not answer is no keychain service', async () => {
  made = makeSetting({ env: BUS, helper: await buildHelper(directory) });
  const called = await callHelper(made.setting, REQUEST, new AbortController().signal);
  expect(called).toMatchObject({
    kind: 'unavailable',
    detail: expect.stringMatching(/^(no keychain service answers|the optional keytar module is not installed)$/),
  });
});
