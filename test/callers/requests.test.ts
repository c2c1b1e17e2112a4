import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
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
  shop.order.cancel: { title: Cancel an order, effect: destructive, params: { order: { type: string } }, http: { method: DELETE, path: '/orders/{order}' }, response: { select: asked } }
  shop.order.refund: { title: Refund an order, effect: write, params: { order: { type: string } }, http: { method: POST, path: '/refunds/{order}' }, response: { select: asked } }
  shop.report.send: { title: Send a report, effect: write, params: { text: { type: file } }, http: { method: POST, path: /reports, raw: { param: text, contentType: text/plain } }, response: { select: asked } }
  shop.stock.set: { title: Set the stock, effect: write, params: { count: { type: integer } }, http: { method: PUT, path: '/stock/{count}' }, response: { select: asked } }
  shop.till.open: { title: Open a till, effect: write, params: { till: { type: string } }, command: { argv: [TILL, '{till}'], credentials: { KEY: token } } }
  shop.bin.list: { title: List the bin, effect: read, params: { hide: { type: string, default: none } }, command: { argv: [/bin/ls, --hide, '{hide}'], credentials: { KEY: token }, cwd: workspace } }
  shop.bin.read: { title: Read what comes, effect: read, command: { argv: [/bin/cat], credentials: { KEY: token }, cwd: workspace } }
  shop.account.close: { title: Close the account, effect: destructive, http: { method: DELETE, path: /account }, response: { select: asked } }
`;

let home: ClientHome;
let server: Server;
let calls = 0;
let slow: Promise<void> | null = null;

const agent = { OUTLOOP_PRINCIPAL: 'agent:claude' };
const ask = (args: readonly string[], env: Readonly<Record<string, string>> = agent): Promise<Ended> =>
  home.outloop(args, { cwd: home.folder('acme'), env });
const run = (...args: readonly string[]) => ask(['run', ...args]);
const record = async (...args: readonly string[]) => JSON.parse((await run(...args, '--json')).stdout);
const list = async (...flags: readonly string[]) => JSON.parse(await home.setUp(['requests', 'list', '--json', ...flags]));
/** Gives a requests command on a terminal, with all that it says. */
const attempt = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const { exit, stdout, stderr } = await home.attempt(['requests', ...args], { env, terminal: true });
  return { exit, stdout: stdout + stderr };
};
const approve = (id: string, ...flags: readonly string[]) => attempt(['approve', id, '--yes', ...flags]);
/** The same through the real binary. */
const typeApproval = (id: string, ...flags: readonly string[]) =>
  typeOnTerminal(home, ['exec', 'outloop', 'requests', 'approve', id, '--yes', ...flags].join(' '));

/** Asks, and gives the id of the request that was recorded. */
async function request(...args: readonly string[]): Promise<string> {
  const { code, request: id } = await record(...args);
  if (typeof id !== 'string') throw new Error(`no request: ${code}`);
  return id;
}

async function approved(args: readonly string[], ...flags: readonly string[]): Promise<string> {
  const id = await request(...args);
  const { exit, stdout } = await approve(id, ...flags);
  if (exit !== 0) throw new Error(stdout);
  return id;
}

/** Every file of the state but the locks with its size and time: what a command that writes nothing leaves as it was. */
function fingerprint(folder = join(home.path, 'state')): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.endsWith('lock') && !name.startsWith('compiled'))
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    })
    .sort();
}

beforeAll(async () => {
  home = await makeClientHome();
  const till = join(home.path, 'till');
  writeFileSync(till, `#!/bin/sh\necho "$1" >> ${home.path}/opened\n`, { mode: 0o755 });
  server = await addService(home, 'shop', SHOP.replace('TILL', till));
  await home.setUp(['service', 'vet', 'shop', '--yes']);
  const [answer] = server.listeners('request').slice(-1) as [(...args: unknown[]) => void];
  server.removeAllListeners('request');
  server.on('request', (...args) => {
    calls++;
    if (slow === null) answer(...args);
    else void slow.then(() => answer(...args));
  });
  await addClient(home, 'acme', [
    ['--id', 'cancel', '--permit', 'shop.order.cancel', '--bind', 'token=key', '--approve', 'always-ask'],
    ['--id', 'refund', '--permit', 'shop.order.refund', '--bind', 'token=key', '--approve', 'once'],
    ['--id', 'till', '--permit', 'shop.till.open', '--bind', 'token=key', '--approve', 'always-ask'],
    ['--id', 'report', '--permit', 'shop.report.*', '--bind', 'token=key', '--approve', 'once'],
    ['--id', 'never', '--forbid', 'shop.account.*'],
  ]);
});

afterAll(() => {
  server.close();
  home.remove();
});

describe('an alias that a person must approve', () => {
  test('is refused at once with the request’s id, without asking a backend or the service', async () => {
    const before = calls;
    const { exit, stdout, stderr } = await run('shop.order.cancel', 'order=7', '--json', '--reason', 'the customer asked');
    const answer = JSON.parse(stdout);
    expect(exit).toBe(107);
    expect(answer).toMatchObject({ code: 'APPROVAL_REQUIRED', exit: 107, backend_called: false, retryable: false });
    expect(answer.request).toMatch(/^req_[0-9A-Z]{26}$/);
    expect(answer.next).toMatchObject({ who: 'operator', command: `outloop requests show ${answer.request}` });
    expect(stderr).toContain(`request ${answer.request} waits for the operator. Next: continue other work`);
    expect(calls).toBe(before);
  });

  test('is asked for once, however often it is asked for, and its values stand in the request alone', async () => {
    const secretish = 'order-of-mrs-miller';
    const ids = [await request('shop.order.cancel', `order=${secretish}`), await request('shop.order.cancel', `order=${secretish}`)];
    expect(new Set(ids).size).toBe(1);
    const { requests } = await list();
    expect(requests.filter(({ id }: { id: string }) => id === ids[0])).toMatchObject([
      {
        times: 2,
        params: { order: { json: `"${secretish}"` } },
        principal: 'agent:claude',
        tenant: 'acme',
        project: 'website',
        state: 'waiting',
      },
    ]);
    expect(spawnSync('grep', ['-rlF', secretish, join(home.path, 'state')]).stdout.toString()).toMatch(/^\S+\/requests\/acme\/\S+\n$/);
    const [logged] = JSON.parse(await home.setUp(['audit', 'query', '--type', 'deny', '--limit', '1', '--json'])).slice(-1);
    expect(logged.request ?? ids[0]).toMatch(/^req_/);
  });

  test('of a tenant that is not there is told so, with the one that may be meant', async () => {
    expect(await attempt(['list', '--tenant', 'acmee'])).toEqual({
      exit: 1,
      stdout: expect.stringMatching(/TENANT_UNKNOWN.*did you mean acme\? If not, outloop tenant add acmee\n$/),
    });
    expect(await attempt(['list', '--tenant', 'Acme!'])).toMatchObject({ exit: 2 });
  });

  test('shows the caller’s words as text that no terminal acts on', async () => {
    const reason = 'urgent\u001b]0;title\u0007\u001b[2J \u202enoitcif\u202c\nstate: approved';
    const id = await request('shop.order.cancel', 'order=\u2066x', '--reason', reason);
    for (const args of [
      ['requests', 'show', id],
      ['requests', 'show', id, '--json'],
      ['requests', 'list'],
      ['requests', 'list', '--json'],
    ]) {
      const shown = await home.setUp(args);
      expect(shown.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
      expect(shown).not.toMatch(/^state: approved/m);
    }
    expect(JSON.parse(await home.setUp(['requests', 'show', id, '--json'])).reason).toBe(reason);
  });

  test('writes nothing in a dry run or an explanation, which say how the approval stands', async () => {
    const args = ['shop.order.cancel', 'order=never-asked'];
    const before = fingerprint();
    expect(await record(...args, '--dry-run')).toMatchObject({ code: 'APPROVAL_REQUIRED', exit: 107 });
    expect(await record(...args, '--dry-run')).not.toHaveProperty('request');
    const explained = await ask(['explain', ...args, '--json']);
    expect(explained.exit).toBe(1);
    expect(JSON.parse(explained.stdout)).toMatchObject({
      approval: { rule: 'always-ask', state: 'none', waiting: false, request: null },
      grants: ['cancel'],
    });
    expect(fingerprint()).toEqual(before);
  });

  test('can be asked for without running', async () => {
    const args = ['shop.order.refund', 'order=only', '--request-only'];
    const { request: id } = await record(...args);
    expect(id).toMatch(/^req_/);
    const before = calls;
    if (!HAS_TERMINAL) return;
    await approve(id);
    expect(await record(...args)).toMatchObject({ code: 'OK', exit: 0, backend_called: false });
    expect(calls).toBe(before);
    expect(await run('shop.order.cancel', 'order=1', '--request-only', '--dry-run')).toMatchObject({ exit: 102 });
    expect(await run('shop.order.cancel', 'order=1', '--reason', 'x'.repeat(1001))).toMatchObject({ exit: 102 });
  });

  test('says in the menu that it asks', async () => {
    const { aliases } = JSON.parse((await ask(['aliases', '--json'])).stdout);
    const rules = Object.fromEntries(aliases.map(({ alias, approve: rule }: { alias: string; approve: string }) => [alias, rule]));
    expect(rules).toEqual({
      'shop.order.cancel': 'always-ask',
      'shop.order.refund': 'once',
      'shop.report.send': 'once',
      'shop.till.open': 'always-ask',
    });
  });
});

describe('who may answer', () => {
  test('nobody without a terminal, not with --yes either', async () => {
    const id = await request('shop.order.cancel', 'order=terminal');
    for (const extra of [[], ['--yes']]) {
      const { exit, stderr } = await home.outloop(['requests', 'approve', id, ...extra]);
      expect(exit).toBe(1);
      expect(stderr).toContain('an approval is given on a terminal');
    }
    expect(await record('shop.order.cancel', 'order=terminal')).toMatchObject({ code: 'APPROVAL_REQUIRED' });
  });

  test.skipIf(!HAS_TERMINAL)('no agent and nobody in a session, on a terminal either; and neither reads the requests', async () => {
    const id = await request('shop.order.cancel', 'order=marker');
    for (const env of [{ CLAUDECODE: '1' }, { OUTLOOP_PRINCIPAL: 'agent:x' }, { OUTLOOP_SESSION: 'x' }]) {
      for (const line of [`approve ${id} --yes`, `reject ${id} --yes`, 'prune --yes --waiting', `show ${id}`, 'list']) {
        const typed = 'CLAUDECODE' in env ? typeOnTerminal(home, `exec outloop requests ${line}`, { env }) : attempt(line.split(' '), env);
        const { exit, stdout } = await typed;
        expect({ line, exit }).toEqual({ line, exit: 1 });
        expect(stdout).not.toContain('marker');
      }
    }
    expect(await record('shop.order.cancel', 'order=marker')).toMatchObject({ code: 'APPROVAL_REQUIRED', request: id });
  });

  test.skipIf(!HAS_TERMINAL)('a person who reads the request and agrees', async () => {
    const id = await request('shop.order.cancel', 'order=read', '--reason', 'a good one');
    const refused = await typeOnTerminal(home, `exec outloop requests approve ${id}`, { replies: [['Approve it', 'n\n']] });
    expect(refused.stdout).toMatch(/order +"read"/);
    expect(refused.stdout).toContain('a good one');
    expect(refused.exit).toBe(1);
    expect(await typeOnTerminal(home, `exec outloop requests approve ${id}`, { replies: [['Approve it', 'y\n']] })).toMatchObject({
      exit: 0,
    });
    expect(await run('shop.order.cancel', 'order=read')).toMatchObject({ exit: 0, stdout: '"/orders/read"\n' });
  });
});

describe.skipIf(!HAS_TERMINAL)('what cannot be approved is not asked about', () => {
  test.each([
    ['--expires 1x', '--expires needs a time such as 30m, 24h or 7d, or a date'],
    ['--expires 2020-01-01', '--expires lies in the past'],
    ['--expires 400d', 'an approval holds for a year at most'],
    ['--count 2', 'its grant says always-ask'],
    ['--bind token=key', 'a grant binds the credentials of this request'],
  ])('%s', async (flags, said) => {
    const id = await request('shop.order.cancel', 'order=unasked');
    const { exit, stdout } = await typeOnTerminal(home, `exec outloop requests approve ${id} ${flags}`);
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: expect.stringContaining(said) });
    expect(stdout).toMatch(/order +"unasked"/);
    expect(stdout).not.toContain('Approve it');
  });
});

describe.skipIf(!HAS_TERMINAL)('an approval', () => {
  test('of an alias that always asks is spent exactly once by 100 parallel runs', async () => {
    const id = await approved(['shop.till.open', 'till=7']);
    // A shell starts them faster than this process could. A very busy machine may deny some for want of the audit lock.
    const line = `i=0; while [ $i -lt 100 ]; do (outloop run shop.till.open till=7 >/dev/null 2>&1; echo $?) & i=$((i+1)); done; wait`;
    const { stdout } = await home.shell(line, { cwd: home.folder('acme'), env: agent });
    const exits = stdout.trim().split('\n');
    expect(exits).toHaveLength(100);
    expect(exits.filter((exit) => exit === '0')).toHaveLength(1);
    expect(exits.filter((exit) => exit !== '0' && exit !== '107' && exit !== '112')).toEqual([]);
    expect(readFileSync(join(home.path, 'opened'), 'utf8')).toBe('7\n');
    const { requests } = await list('--all');
    const about = requests.filter(({ alias }: { alias: string }) => alias === 'shop.till.open');
    expect(about).toMatchObject([
      { id, state: 'spent' },
      { state: 'waiting', times: exits.filter((exit) => exit === '107').length },
    ]);
    const intents = JSON.parse(await home.setUp(['audit', 'query', '--type', 'intent', '--alias', 'shop.till.open', '--json']));
    expect(intents).toMatchObject([{ request: id }]);
    await home.setUp(['audit', 'verify']);
  }, 300_000);

  test('of an alias that asks once lets the same run again until it is over, and a count of it as often', async () => {
    await approved(['shop.order.refund', 'order=1']);
    for (let i = 0; i < 3; i++) expect(await run('shop.order.refund', 'order=1')).toMatchObject({ exit: 0 });
    await approved(['shop.order.refund', 'order=2'], '--count', '2');
    const exits = [];
    for (let i = 0; i < 3; i++) exits.push((await run('shop.order.refund', 'order=2')).exit);
    expect(exits).toEqual([0, 0, 107]);
  });

  test('is for one run alone where the grant always asks', async () => {
    const id = await request('shop.order.cancel', 'order=count');
    const { exit, stdout } = await typeApproval(id, '--count', '2');
    expect(exit).toBe(1);
    expect(stdout).toContain('an approval is good for one run');
  });

  test('does not hold until a day that does not exist', async () => {
    const id = await request('shop.order.refund', 'order=expires');
    const { exit, stdout } = await typeApproval(id, '--expires', `${new Date().getUTCFullYear() + 1}-02-30`);
    expect(exit).toBe(1);
    expect(stdout).toContain('--expires needs a time such as 30m, 24h or 7d, or a date');
  });

  test('is for these parameters, this caller and this project alone', async () => {
    await approved(['shop.order.refund', 'order=same']);
    expect(await run('shop.order.refund', 'order=other')).toMatchObject({ exit: 107 });
    expect(await ask(['run', 'shop.order.refund', 'order=same'], { OUTLOOP_PRINCIPAL: 'agent:codex' })).toMatchObject({ exit: 107 });
    const elsewhere = home.folder('acme-app');
    execFileSync('mkdir', ['-m', '700', elsewhere]);
    await home.setUp(['link', '--tenant', 'acme', '--project', 'app', '--yes'], { cwd: elsewhere });
    expect(await home.outloop(['run', 'shop.order.refund', 'order=same'], { cwd: elsewhere, env: agent })).toMatchObject({ exit: 107 });
    expect(await run('shop.order.refund', 'order=same')).toMatchObject({ exit: 0 });
  });

  test('is for the very content of a file', async () => {
    const file = join(home.folder('acme'), 'report.txt');
    writeFileSync(file, 'as it was read');
    await approved(['shop.report.send', 'text=report.txt']);
    expect(await run('shop.report.send', 'text=report.txt')).toMatchObject({ exit: 0 });
    appendFileSync(file, ', and more');
    expect(await run('shop.report.send', 'text=report.txt')).toMatchObject({ exit: 107 });
  });

  test('is void once its grant is another one, of the same name too', async () => {
    const grant = (credential: string) => [
      'grant',
      'add',
      'acme',
      '--id',
      'bin',
      '--permit',
      'shop.bin.list',
      '--workspace',
      '--approve',
      'once',
      '--bind',
      `token=${credential}`,
      '--yes',
    ];
    await home.setUp(['secret', 'set', 'acme/other', '--yes'], { input: 'sk_test_other_8fJ2kLmN0p' });
    await home.setUp(grant('key'));
    const id = await approved(['shop.bin.list']);
    expect(await home.setUp(['requests', 'show', id])).toMatch(/a grant that says once \(bin\)[^]*credentials +token=key/);
    expect(await run('shop.bin.list')).toMatchObject({ exit: 0 });
    const asked = await request('shop.bin.list', 'hide=x');
    await home.setUp(['grant', 'remove', 'acme', 'bin', '--yes']);
    await home.setUp(grant('other'));
    expect(await run('shop.bin.list')).toMatchObject({ exit: 107 });
    expect((await approve(asked)).stdout).toContain('or what permits it, has changed since this was asked');
    expect((await list('--all')).requests.find((one: { id: string }) => one.id === id)).toMatchObject({ state: 'changed' });
  });

  test('is for the folder that was shown where the alias works in it, and for no input', async () => {
    const grant = [
      'grant',
      'add',
      'acme',
      '--id',
      'read',
      '--permit',
      'shop.bin.read',
      '--workspace',
      '--approve',
      'once',
      '--bind',
      'token=key',
      '--yes',
    ];
    await home.setUp(grant);
    await approved(['shop.bin.read']);
    const ended = await home.outloop(['run', 'shop.bin.read'], { cwd: home.folder('acme'), env: agent, input: 'nobody approved this' });
    expect(ended).toMatchObject({ exit: 0, stdout: '' });
    const beside = home.folder('acme-beside');
    execFileSync('mkdir', ['-m', '700', beside]);
    await home.setUp(['link', '--tenant', 'acme', '--project', 'website', '--yes'], { cwd: beside });
    expect(await home.outloop(['run', 'shop.bin.read'], { cwd: beside, env: agent })).toMatchObject({ exit: 107 });
    // What a private directory is asked for from does not matter.
    await approved(['shop.order.refund', 'order=anywhere']);
    expect(await home.outloop(['run', 'shop.order.refund', 'order=anywhere'], { cwd: beside, env: agent })).toMatchObject({ exit: 0 });
  });

  test('given twice is given once', async () => {
    const id = await approved(['shop.order.cancel', 'order=twice']);
    const again = await typeApproval(id);
    expect(again.exit).toBe(1);
    expect(again.stdout).toContain(`request ${id} is approved already, 1 run left until`);
    expect(await run('shop.order.cancel', 'order=twice')).toMatchObject({ exit: 0 });
    const late = await approve(id);
    expect(late.exit).toBe(1);
    expect(late.stdout).toContain('is used. Next: wait until it is asked for again');
    expect(await run('shop.order.cancel', 'order=twice')).toMatchObject({ exit: 107 });
  });

  test('given by two at once is given by one of them', async () => {
    const id = await request('shop.order.refund', 'order=race');
    const answers = await Promise.all(['5', '7'].map((count) => typeApproval(id, '--count', count)));
    expect(answers.map(({ exit }) => exit).sort()).toEqual([0, 1]);
    const { requests } = await list('--all');
    const given = requests.find((one: { id: string }) => one.id === id);
    expect(given.answer.count).toBe(answers[0]?.exit === 0 ? 5 : 7);
  });

  test('ends by its time as APPROVAL_EXPIRED, and the same is asked for again', async () => {
    const id = await approved(['shop.order.refund', 'order=late'], '--expires', '1s');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const expired = await record('shop.order.refund', 'order=late');
    expect(expired).toMatchObject({ code: 'APPROVAL_EXPIRED', exit: 107, backend_called: false });
    expect(expired.request).not.toBe(id);
    expect((await approve(expired.request)).exit).toBe(0);
    expect(await run('shop.order.refund', 'order=late')).toMatchObject({ exit: 0 });
  });

  test('that is taken back ends what comes after, and not the run that has started', async () => {
    const id = await approved(['shop.order.refund', 'order=running']);
    let answer: () => void = () => undefined;
    slow = new Promise((resolve) => (answer = resolve));
    const before = calls;
    const running = run('shop.order.refund', 'order=running');
    while (calls === before) await new Promise((resolve) => setTimeout(resolve, 20));
    await home.setUp(['requests', 'reject', id, '--yes']);
    const denied = await record('shop.order.refund', 'order=running');
    expect(denied).toMatchObject({ code: 'APPROVAL_REJECTED', exit: 107, request: id, next: { who: 'agent' } });
    slow = null;
    answer();
    expect(await running).toMatchObject({ exit: 0 });
    const again = await attempt(['reject', id]);
    expect(again).toMatchObject({ exit: 1, stdout: expect.stringContaining(`request ${id} is rejected already`) });
    expect(again.stdout).not.toContain('(Y/n)');
    expect((await approve(id)).exit).toBe(0);
    expect(await run('shop.order.refund', 'order=running')).toMatchObject({ exit: 0 });
  });

  test('whose file is damaged denies, and names the file', async () => {
    await approved(['shop.order.refund', 'order=damaged']);
    const { requests } = await list('--all');
    const approvals = join(home.path, 'state/approvals/acme');
    const name = readdirSync(approvals).find((file) => readFileSync(join(approvals, file), 'utf8').includes('damaged')) ?? '';
    writeFileSync(join(approvals, name), 'garbage');
    const denied = await record('shop.order.refund', 'order=damaged');
    expect(denied).toMatchObject({ code: 'CONFIG_INVALID', exit: 111 });
    expect(denied.reason).toContain(`approvals/acme/${name} is damaged`);
    expect((await list('--all')).broken).toEqual([`approvals/acme/${name} is damaged`]);
    expect((await home.attempt(['doctor'])).stdout).toContain('outloop requests prune');
    expect((await home.attempt(['requests', 'prune', '--yes'])).stderr).toMatch(/^outloop: removed [1-9][0-9]* requests?$/m);
    expect(await record('shop.order.refund', 'order=damaged')).toMatchObject({ code: 'APPROVAL_REQUIRED' });
    expect(requests.length).toBeGreaterThan(0);
  });

  test('of an alias that has changed is void, and one that was only asked for cannot be approved', async () => {
    await approved(['shop.order.refund', 'order=changed']);
    const asked = await request('shop.order.refund', 'order=asked-before');
    const file = join(home.path, 'shop.yaml');
    writeFileSync(file, `${readFileSync(file, 'utf8')}# a comment changes nothing\n`);
    await home.setUp(['service', 'add', file, '--replace', '--yes']);
    expect(await run('shop.order.refund', 'order=changed')).toMatchObject({ exit: 0 });
    writeFileSync(file, readFileSync(file, 'utf8').replace('/refunds/{order}', '/refunds/all/{order}'));
    await home.setUp(['service', 'add', file, '--replace', '--yes']);
    const denied = await record('shop.order.refund', 'order=changed');
    expect(denied).toMatchObject({ code: 'APPROVAL_REQUIRED', exit: 107 });
    expect(denied.reason).toContain('the alias, or what permits it, has changed since the last answer');
    const { exit, stdout } = await approve(asked);
    expect(exit).toBe(1);
    expect(stdout).toContain('alias shop.order.refund, or what permits it, has changed since this was asked');
    expect(await request('shop.order.refund', 'order=asked-before')).not.toBe(asked);
    await home.setUp(['requests', 'prune', '--yes']);
    expect((await list('--all')).requests.filter(({ state }: { state: string }) => state === 'changed' || state === 'spent')).toEqual([]);
  });
});

describe.skipIf(!HAS_TERMINAL)('an alias that no grant permits', () => {
  test('is only denied while the operator has not turned requests on', async () => {
    expect(await record('shop.stock.set', 'count=1')).toMatchObject({ code: 'ALIAS_NOT_ALLOWED', exit: 105 });
    appendFileSync(join(home.path, 'state/settings.yaml'), 'requestUngranted: true\n');
  });

  test('is asked for, and runs by an approval that says which credential', async () => {
    const id = await request('shop.stock.set', 'count=5', '--reason', 'the shelf is empty');
    const unbound = await approve(id);
    expect(unbound.exit).toBe(1);
    expect(unbound.stdout).toContain('add --bind token=NAME');
    expect((await approve(id, '--bind', 'token=nobody')).exit).toBe(1);
    expect((await approve(id, '--bind', 'token=key')).exit).toBe(0);
    expect(await record('shop.stock.set', 'count=5', '--dry-run')).toMatchObject({ code: 'OK', exit: 0 });
    const before = calls;
    const ended = await Promise.all(Array.from({ length: 8 }, () => run('shop.stock.set', 'count=5')));
    expect(ended.filter(({ exit }) => exit === 0)).toHaveLength(1);
    expect(calls).toBe(before + 1);
    expect(await record('shop.stock.set', 'count=6')).toMatchObject({ code: 'APPROVAL_REQUIRED' });
  });

  test('is not asked for where it is forbidden, unknown, or its parameters are wrong', async () => {
    expect(await record('shop.account.close')).toMatchObject({ code: 'ALIAS_NOT_ALLOWED' });
    expect(await record('shop.none.such')).toMatchObject({ code: 'ALIAS_UNKNOWN' });
    expect(await record('shop.stock.set')).toMatchObject({ code: 'PARAM_INVALID' });
    expect(await record('shop.stock.set', 'count=many')).toMatchObject({ code: 'PARAM_INVALID' });
  });

  test('is forbidden by a later grant, whatever was approved', async () => {
    const id = await request('shop.stock.set', 'count=7');
    expect((await approve(id, '--bind', 'token=key', '--count', '5')).exit).toBe(0);
    expect(await run('shop.stock.set', 'count=7')).toMatchObject({ exit: 0 });
    await home.setUp(['grant', 'add', 'acme', '--id', 'no-stock', '--forbid', 'shop.stock.*', '--yes']);
    expect(await record('shop.stock.set', 'count=7')).toMatchObject({ code: 'ALIAS_NOT_ALLOWED' });
  });
});

describe.skipIf(!HAS_TERMINAL)('a clock that was set back', () => {
  test('prolongs no approval', async () => {
    await approved(['shop.order.refund', 'order=clock'], '--expires', '1h');
    expect(await run('shop.order.refund', 'order=clock')).toMatchObject({ exit: 0 });
    passTime(home, 2 * 3_600_000);
    expect(await record('shop.order.refund', 'order=clock')).toMatchObject({ code: 'APPROVAL_EXPIRED' });
  });
});
