import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { OUTLOOP } from '../helpers/entry.js';
import { addClient, addService, makeClientHome, type ClientHome, type Ended } from './client-home.js';
import { passTime } from './pass-time.js';
import { HAS_TERMINAL, typeOnTerminal } from './terminal.js';

// Each test starts outloop several times.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const SHOP = `version: 1
service: shop
title: Shop
base: BASE
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  shop.orders.list: { title: List orders, effect: read, http: { method: GET, path: /orders }, response: { select: asked } }
  shop.orders.count: { title: Count orders, effect: read, http: { method: GET, path: /count }, response: { select: asked } }
`;

let home: ClientHome;
let server: Server;
let calls = 0;

/** Runs a shell line as a session's command, in acme's folder. */
function inSession(line: string, ...flags: readonly string[]): Promise<Ended> {
  return home.outloop(['session', 'start', '--tenant', 'acme', '--yes', ...flags, '--', 'sh', '-c', line], { cwd: home.folder('acme') });
}

/** A run that has whatever token in acme's folder. */
function runWith(token: string, alias = 'shop.orders.list'): Promise<Ended> {
  return home.outloop(['run', alias], { cwd: home.folder('acme'), env: { OUTLOOP_SESSION: token } });
}

const LIST = 'outloop run shop.orders.list';
const keepToken = () => `printf %s "$OUTLOOP_SESSION" > ${home.path}/token`;
const keptToken = () => readFileSync(join(home.path, 'token'), 'utf8');

beforeAll(async () => {
  home = await makeClientHome();
  server = await addService(home, 'shop', SHOP);
  server.on('request', () => calls++);
  for (const client of ['acme', 'globex']) {
    await addClient(home, client, [
      ['--id', 'list', '--permit', 'shop.orders.list', '--bind', 'token=key'],
      ['--id', 'count', '--permit', 'shop.orders.count', '--bind', 'token=key', '--require-session'],
    ]);
  }
  mkdirSync(home.folder('acme-app'), { mode: 0o700 });
  await home.setUp(['link', '--tenant', 'acme', '--project', 'app', '--yes'], { cwd: home.folder('acme-app') });
});

afterAll(() => {
  server.close();
  home.remove();
});

describe('outloop session start', () => {
  test('lets the whole process tree act for its client alone, in sub-shells and background jobs too', async () => {
    const { exit, stdout, stderr } = await inSession(
      `${LIST} && (cd ../acme-app && ${LIST}) && { ${LIST} & wait $!; } && sh -c '${LIST}' && cd ../globex && ${LIST}`,
    );
    expect(exit).toBe(104);
    expect(stdout).toBe('"/orders"\n'.repeat(4));
    expect(stderr).toMatch(/TENANT_MISMATCH \(104\) .*this folder belongs to tenant globex, and this session may act for acme alone\./);
  });

  test('may be for one project alone', async () => {
    const { exit, stdout, stderr } = await inSession(`${LIST}; cd ../acme-app && ${LIST}`, '--project', 'website');
    expect({ exit, stdout }).toEqual({ exit: 104, stdout: '"/orders"\n' });
    expect(stderr).toContain('tenant acme, project app, and this session may act for acme/website alone');
  });

  test('denies a run that strayed before any service is asked, and says so in the log under the session’s id', async () => {
    const before = calls;
    const { stdout } = await inSession(`cd ../globex; ${LIST} --json`);
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({ code: 'TENANT_MISMATCH', backend_called: false, tenant: 'globex' });
    expect(calls).toBe(before);
    const [logged] = JSON.parse(await home.setUp(['audit', 'query', '--run', record.run, '--json']));
    expect(logged.session).toMatch(/^ses_[0-9A-Z]{26}$/);
  });

  test('passes its command’s exit code on, and says 127 and 126 of one that cannot be started', async () => {
    expect((await inSession('exit 7')).exit).toBe(7);
    const start = (command: string) => home.outloop(['session', 'start', '--tenant', 'acme', '--yes', '--', command]);
    expect(await start('/nonexistent/agent')).toMatchObject({ exit: 127 });
    writeFileSync(join(home.path, 'plain'), 'no program');
    expect(await start(join(home.path, 'plain'))).toMatchObject({ exit: 126 });
  });

  test('passes signals on, and ends as its command was ended', async () => {
    const started = spawn(
      OUTLOOP,
      ['session', 'start', '--tenant', 'acme', '--yes', '--', 'sh', '-c', 'trap "exit 9" USR2; echo up; while :; do sleep 0.1; done'],
      { env: { PATH: process.env['PATH'] ?? '', OUTLOOP_HOME: join(home.path, 'state') }, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    await once(started.stdout, 'data');
    started.kill('SIGUSR2');
    expect(await once(started, 'exit')).toEqual([9, null]);
    const killed = spawnSync(OUTLOOP, ['session', 'start', '--tenant', 'acme', '--yes', '--', 'sh', '-c', 'kill -TERM $$'], {
      env: { PATH: process.env['PATH'] ?? '', OUTLOOP_HOME: join(home.path, 'state') },
    });
    expect(killed).toMatchObject({ status: null, signal: 'SIGTERM' });
  });

  test.skipIf(!HAS_TERMINAL)('leaves its command the terminal, and an interrupt reaches it once', async () => {
    writeFileSync(
      join(home.path, 'ask.sh'),
      'test -t 0 && test -t 1 && test -t 2 && echo a terminal\ntrap "echo interrupted" INT\necho ready\nfor i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; done\necho again\nread line\nexit 3\n',
    );
    const { exit, stdout } = await typeOnTerminal(home, 'exec outloop session start --tenant acme -- sh ask.sh', {
      replies: [
        ['ready', '\u0003'],
        ['again', 'typed\n'],
      ],
    });
    expect(stdout).toContain('a terminal');
    expect(stdout.match(/interrupted/g) ?? []).toHaveLength(1);
    expect(exit).toBe(3);
  });

  test('needs somebody who may: no agent, no session, and --yes where there is no terminal', async () => {
    const start = ['session', 'start', '--tenant', 'acme'];
    expect(await home.outloop([...start, '--', 'true'])).toMatchObject({ exit: 2 });
    for (const env of [{ OUTLOOP_PRINCIPAL: 'agent:x' }, { OUTLOOP_SESSION: 'anything' }])
      expect(await home.attempt([...start, '--yes', '--', 'echo', 'started'], { env })).toMatchObject({ exit: 1, stdout: '' });
    const agent = { CLAUDECODE: '1' };
    expect(await home.outloop([...start, '--yes', '--', 'echo', 'started'], { env: agent })).toMatchObject({ exit: 1, stdout: '' });
    expect(await home.attempt([...start, '--yes'])).toMatchObject({ exit: 2 });
    expect(await home.attempt([...start, '--ttl', '30d', '--yes', '--', 'true'])).toMatchObject({ exit: 2 });
    const unknown = await home.attempt(['session', 'start', '--tenant', 'nobody', '--yes', '--', 'echo', 'started']);
    expect(unknown).toMatchObject({ exit: 1, stdout: '' });
  });

  test('makes everybody in it an agent, who may change nothing', async () => {
    const { stdout, stderr } = await inSession(
      'outloop status --json; outloop tenant add mine --yes; outloop grant add acme --permit "*.*" --yes; outloop session end ses_01JD3Y0000000000000000000A --yes; true',
    );
    expect(JSON.parse(stdout)).toMatchObject({ principal: 'agent:unknown', session: { holds: true, tenant: 'acme', project: null } });
    expect(stderr.match(/this is a session that is pinned to a client/g)).toHaveLength(3);
    expect(await home.setUp(['tenant', 'list', '--json'])).not.toContain('mine');
  });

  test('shows in its menu what its session lets it run', async () => {
    const names = (text: string) => JSON.parse(text).aliases.map(({ alias }: { alias: string }) => alias);
    expect(names((await inSession('outloop aliases --json')).stdout)).toEqual(['shop.orders.count', 'shop.orders.list']);
    expect(names(await home.setUp(['aliases', '--json'], { cwd: home.folder('acme') }))).toEqual(['shop.orders.list']);
    expect((await inSession('cd ../globex && outloop aliases')).stderr).toContain('TENANT_MISMATCH');
  });
});

describe('a session that was lost, forged or is over', () => {
  test('is missed where the grant requires one', async () => {
    expect(await inSession('outloop run shop.orders.count')).toMatchObject({ exit: 0 });
    const lost = await inSession('env -u OUTLOOP_SESSION outloop run shop.orders.count');
    expect(lost).toMatchObject({ exit: 105, stdout: '' });
    expect(lost.stderr).toContain('grant count is for callers in a session that holds');
    expect(await runWith('', 'shop.orders.count')).toMatchObject({ exit: 105 });
  });

  test('is denied everything, with or without such a grant', async () => {
    await inSession(keepToken());
    const token = keptToken();
    const [id = ''] = token.split('.');
    for (const forged of [token, `${token}x`, `${id}.${'A'.repeat(43)}`, 'x', `ses_01JD3Y0000000000000000000A.${'A'.repeat(43)}`]) {
      const before = calls;
      const denied = await runWith(forged);
      expect(denied).toMatchObject({ exit: 104, stdout: '' });
      expect(denied.stderr).toMatch(/the session that the caller shows is (over: its command has ended|not one that outloop started here)/);
      expect(calls).toBe(before);
    }
  });

  test('is over when the operator ends it, while its command goes on', async () => {
    const started = inSession(
      `${keepToken()}; ${LIST}; touch ${home.path}/up; while test ! -e ${home.path}/ended; do sleep 0.1; done; ${LIST}; echo "and goes on with $?"`,
    );
    while (!existsSync(join(home.path, 'up'))) await new Promise((resolve) => setTimeout(resolve, 50));
    const [id = ''] = keptToken().split('.');
    expect(await home.setUp(['session', 'list'])).toContain(id);
    await home.setUp(['session', 'end', id, '--yes']);
    expect(await home.attempt(['session', 'end', id, '--yes'])).toMatchObject({ exit: 1 });
    writeFileSync(join(home.path, 'ended'), '');
    const { exit, stdout, stderr } = await started;
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '"/orders"\nand goes on with 104\n' });
    expect(stderr).toContain('is over: the operator ended it');
    expect(await home.setUp(['session', 'list', '--json'])).not.toContain(id);
    expect(JSON.parse(await home.setUp(['session', 'list', '--all', '--json']))).toContainEqual(
      expect.objectContaining({ id, holds: false, fault: 'ended-by-operator' }),
    );
  });

  test('is over when its time is', async () => {
    const { exit, stderr } = await inSession(`sleep 1.2; ${LIST}`, '--ttl', '1s');
    expect(exit).toBe(104);
    expect(stderr).toContain('is over: its time has passed');
  });

  test('is over when its starter was killed, though its command lives', async () => {
    const started = spawn(
      OUTLOOP,
      ['session', 'start', '--tenant', 'acme', '--yes', '--', 'sh', '-c', `${keepToken()}; echo up; exec sleep 30`],
      {
        env: { PATH: process.env['PATH'] ?? '', OUTLOOP_HOME: join(home.path, 'state') },
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: true,
      },
    );
    await once(started.stdout, 'data');
    expect(await runWith(keptToken())).toMatchObject({ exit: 0 });
    started.kill('SIGKILL');
    await once(started, 'exit');
    const denied = await runWith(keptToken());
    process.kill(-(started.pid ?? 0), 'SIGKILL');
    expect(denied).toMatchObject({ exit: 104 });
    expect(denied.stderr).toContain('is over: the process that started it has ended');
  });

  test.skipIf(process.getuid?.() !== 0 || !existsSync('/usr/bin/setpriv'))(
    'is of no use to another user, not with a copy of the state',
    async () => {
      const copy = mkdtempSync(join(tmpdir(), 'outloop-other-'));
      try {
        const started = inSession(`${keepToken()}; touch ${home.path}/held; while test ! -e ${home.path}/tried; do sleep 0.1; done`);
        while (!existsSync(join(home.path, 'held'))) await new Promise((resolve) => setTimeout(resolve, 50));
        const state = join(copy, 'state');
        cpSync(join(home.path, 'state'), state, { recursive: true });
        const folder = join(copy, 'acme');
        mkdirSync(folder, { mode: 0o755 });
        for (const path of [copy]) chmodSync(path, 0o755);
        execFileSync('chown', ['-R', '65534:65534', copy]);
        execFileSync('chmod', ['-R', 'go-rwx', state]);
        const other = (args: readonly string[], env: Record<string, string>) =>
          spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', OUTLOOP, ...args], {
            cwd: folder,
            env: { PATH: process.env['PATH'] ?? '', OUTLOOP_HOME: state, ...env },
            encoding: 'utf8',
          });
        const linked = other(['link', '--tenant', 'acme', '--project', 'website', '--yes'], {});
        expect(linked.stderr).toContain('linked');
        const denied = other(['run', 'shop.orders.list'], { OUTLOOP_SESSION: keptToken() });
        writeFileSync(join(home.path, 'tried'), '');
        await started;
        expect(denied).toMatchObject({ status: 104, stdout: '' });
        expect(denied.stderr).toContain('belongs to another user');
      } finally {
        rmSync(copy, { recursive: true, force: true });
      }
    },
  );

  test('leaves no token in the state, and the log whole', async () => {
    await inSession(keepToken());
    const [, secret = ''] = keptToken().split('.');
    expect(spawnSync('grep', ['-rqF', secret, join(home.path, 'state')]).status).toBe(1);
    await home.setUp(['audit', 'verify']);
  });

  test('is not prolonged by a clock that was set back', async () => {
    const started = inSession(
      `${LIST}; touch ${home.path}/begun; while test ! -e ${home.path}/later; do sleep 0.1; done; ${LIST}`,
      '--ttl',
      '1h',
    );
    while (!existsSync(join(home.path, 'begun'))) await new Promise((resolve) => setTimeout(resolve, 50));
    passTime(home, 2 * 3_600_000);
    writeFileSync(join(home.path, 'later'), '');
    const { exit, stdout, stderr } = await started;
    expect({ exit, stdout }).toEqual({ exit: 104, stdout: '"/orders"\n' });
    expect(stderr).toContain('is over: its time has passed');
  });
});
