import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OUTLOOP } from '../helpers/outloop.js';
import { makeHome, type MadeHome } from './made-home.js';

const DAY_MS = 86_400_000;

let made: MadeHome;
let server: Server;
const entry = (name: string) => join(made.state, `vault/acme/${name}.secret`);

beforeAll(async () => {
  made = await makeHome();
  server = createServer((request, response) => {
    response.statusCode = request.headers.authorization === 'Bearer the-second-value-02' ? 200 : 401;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await made.setUpAll([
    [['secret', 'set', 'acme/old', '--yes'], { input: 'the-first-value-old' }],
    [['secret', 'set', 'acme/new', '--yes'], { input: 'the-first-value-new' }],
    [['tenant', 'add', 'globex', '--yes']],
    [['secret', 'set', 'globex/bot', '--yes'], { input: 'a-value-of-globex' }],
  ]);
  const seconds = (Date.now() - 90 * DAY_MS - 3_600_000) / 1000;
  utimesSync(entry('old'), seconds, seconds);
});

afterAll(() => {
  server?.close();
  made?.remove();
});

test('is the operator’s: an agent, a session and a changed runtime read no value, and each that is read is on record', async () => {
  const checks = async () =>
    JSON.parse(await made.setUp(['audit', 'query', '--type', 'admin', '--json']).then(({ stdout }) => stdout)).filter(
      ({ action }: { action: string }) => action === 'secret check',
    ).length;
  const before = await checks();
  for (const env of [{ CLAUDECODE: '1' }, { OUTLOOP_PRINCIPAL: 'agent:x' }, { NODE_DEBUG: 'stream' }] as Record<string, string>[]) {
    for (const args of [['acme/new'], ['--all']]) {
      const ended = await made.outloop(['secret', 'check', ...args], { env });
      expect(ended.exit).toBe(1);
      expect(ended.stderr).toMatch(/is an agent|RUNTIME_TAMPERED/);
    }
  }
  const pinned = await made.outloop([
    'session',
    'start',
    '--tenant',
    'globex',
    '--yes',
    '--',
    'sh',
    '-c',
    `"${OUTLOOP}" secret check acme/new`,
  ]);
  expect(pinned).toMatchObject({ exit: 1, stderr: expect.stringContaining('pinned to a client') as string });
  expect(await checks()).toBe(before);
  await made.setUp(['secret', 'check', 'acme/new']);
  expect(await checks()).toBe(before + 1);
  await made.setUp(['tenant', 'add', 'gone', '--yes']);
  await made.setUp(['secret', 'set', 'gone/bot', '--yes'], { input: 'a-value-of-somebody' });
  await made.setUp(['tenant', 'revoke', 'gone', '--yes']);
  expect(await made.outloop(['secret', 'check', 'gone/bot'])).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining('TENANT_REVOKED') as string,
  });
  await made.setUp(['tenant', 'restore', 'gone', '--yes']);
  await made.setUp(['secret', 'remove', 'gone/bot', '--yes']);
  expect(await checks()).toBe(before + 1);
});

test('what runs of a backend’s program is not started where something changes how Node runs', async () => {
  const status = await made.outloop(['status', '--json'], { env: { NODE_DEBUG: 'child_process' } });
  expect(JSON.parse(status.stdout).backends).toContainEqual(
    expect.objectContaining({ kind: 'unavailable', detail: expect.stringContaining('it was not asked') as string }),
  );
  for (const args of [
    ['secret', 'set', 'acme/other', '--yes'],
    ['secret', 'rotate-key', '--yes'],
  ]) {
    expect(await made.outloop(args, { env: { NODE_DEBUG: 'fs' }, input: 'a-value-that-is-new' })).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('RUNTIME_TAMPERED') as string,
    });
  }
});

type Report = { ok: boolean; credentials: { tenant: string; name: string; ok: boolean; code: string | null; age_ms: number | null }[] };
const report = async (...args: string[]) => {
  const ended = await made.attempt(['secret', 'check', '--all', ...args, '--json']);
  expect(ended.stdout).not.toContain('the-first-value');
  return { exit: ended.exit, ...(JSON.parse(ended.stdout) as Report) };
};

describe('outloop secret check --all', () => {
  test('resolves every reference, with its age', async () => {
    const { exit, ok, credentials } = await report();
    expect({ exit, ok }).toEqual({ exit: 0, ok: true });
    expect(credentials.map(({ tenant, name }) => `${tenant}/${name}`)).toEqual(['acme/old', 'acme/new', 'globex/bot']);
    const [old, fresh] = credentials;
    expect(Math.floor(old!.age_ms! / DAY_MS)).toBe(90);
    expect(fresh!.age_ms).toBeLessThan(DAY_MS);
    const { stdout } = await made.setUp(['secret', 'check', '--all', 'acme']);
    expect(stdout.replace(/ {2,}/g, '|').split('\n').slice(0, 3)).toEqual([
      'CREDENTIAL|BACKEND|AGE|STATE',
      'acme/old|embedded|90 days|can be used',
      'acme/new|embedded|today|can be used',
    ]);
  });

  test('a change of the vault’s key makes no value younger', async () => {
    await made.setUp(['secret', 'rotate-key', '--yes']);
    expect((await report('acme')).credentials[0]!.age_ms).toBeGreaterThan(90 * DAY_MS);
    expect(statSync(entry('old')).mode & 0o777).toBe(0o600);
  });

  test('exits 1 when one cannot be used, and still tells of the others', async () => {
    rmSync(entry('new'));
    const { exit, ok, credentials } = await report('acme');
    expect({ exit, ok }).toEqual({ exit: 1, ok: false });
    expect(credentials.map(({ ok: usable, code }) => [usable, code])).toEqual([
      [true, null],
      [false, 'SECRET_MISSING'],
    ]);
    expect((await made.outloop(['secret', 'check', '--all'])).stdout).toContain('SECRET_MISSING');
  });

  test('one credential is checked as before', async () => {
    expect((await made.outloop(['secret', 'check', 'acme/old'])).exit).toBe(0);
    expect((await made.attempt(['secret', 'check', 'acme/new'])).exit).toBe(1);
    expect((await made.attempt(['secret', 'check'])).exit).toBe(2);
    expect((await made.attempt(['secret', 'check', '--all', 'nobody'])).exit).toBe(1);
  });
});

test('a value that changes in the backend is used at the next run', async () => {
  writeFileSync(
    join(made.home, 'api.yaml'),
    `version: 1
service: api
title: API
base: http://127.0.0.1:${(server.address() as AddressInfo).port}
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  api.it.get: { title: Get, effect: read, http: { method: GET, path: / } }
`,
  );
  await made.setUp(['service', 'add', './api.yaml', '--yes']);
  await made.setUp(['secret', 'set', 'acme/rotated', '--yes'], { input: 'the-first-value-01' });
  await made.setUp(['grant', 'add', 'acme', '--permit', 'api.*', '--bind', 'token=rotated', '--yes']);
  expect(await made.run('api.it.get')).toMatchObject({ code: 'HTTP_ERROR', http_status: 401 });
  await made.setUp(['secret', 'set', 'acme/rotated', '--yes'], { input: 'the-second-value-02' });
  expect(await made.run('api.it.get')).toMatchObject({ code: 'OK', http_status: 200 });
});

describe('a value that the slot cannot carry which a grant binds it to', () => {
  beforeAll(async () => {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(
      join(made.home, 'carry.yaml'),
      `version: 1
service: carry
title: Carries
base: ${origin}
slots:
  token: { scheme: bearer, hosts: [127.0.0.1] }
  pair: { scheme: basic, hosts: [127.0.0.1] }
  app: { scheme: github-app, hosts: [127.0.0.1], api: '${origin}', app: '1', installation: '2' }
aliases:
  carry.token.get: { title: Get, effect: read, slots: [token], http: { method: GET, path: / } }
  carry.pair.get: { title: Get, effect: read, slots: [pair], http: { method: GET, path: / } }
  carry.app.get: { title: Get, effect: read, slots: [app], http: { method: GET, path: / } }
`,
    );
    await made.setUp(['service', 'add', './carry.yaml', '--yes']);
    for (const slot of ['token', 'pair', 'app']) {
      await made.setUp(['secret', 'set', `acme/${slot}`, '--yes'], { input: 'user:a-value-of-the-first' });
      await made.setUp(['grant', 'add', 'acme', '--permit', `carry.${slot}.get`, '--bind', `${slot}=${slot}`, '--yes']);
    }
    const tenant = join(made.state, 'tenants/acme.yaml');
    const spares = ['token', 'pair', 'app'].map((slot) => `\n  spare-${slot}: { backend: embedded, ref: acme/${slot} }`);
    writeFileSync(tenant, readFileSync(tenant, 'utf8').replace('credentials:', `$&${spares.join('')}`));
  });

  test.each<[string, string, string]>([
    ['token', 'a-value-with-a-space ', 'it begins or ends with a space'],
    ['token', '\ufeffa-value-with-a-mark', 'it holds characters that a header cannot carry'],
    ['token', 'clé-d’accès-4711', 'it holds characters that a header cannot carry'],
    ['token', 'two-lines-of\na-value-4711', 'it holds a line break'],
    ['pair', 'a-value-without-a-colon', 'it is not of the form user:password'],
    ['app', 'a-value-that-is-no-key', 'it holds no RSA private key in PEM'],
  ])('is refused for %s by set and check, in the words of a run: %j', async (name, input, why) => {
    const set = await made.attempt(['secret', 'set', `acme/${name}`, '--yes'], { input });
    const said = `credential ${name} has a value that cannot be used: ${why}`;
    expect(set).toMatchObject({ exit: 1, stderr: `outloop: SECRET_UNUSABLE (115): ${said}. Next: outloop secret set acme/${name}\n` });
    // As it is where the value came before the grant.
    await made.setUp(['secret', 'set', `acme/spare-${name}`, '--yes'], { input });
    const run = await made.run(`carry.${name}.get`);
    const check = await made.attempt(['secret', 'check', `acme/${name}`, '--json']);
    expect(check.exit).toBe(1);
    expect(JSON.parse(check.stdout)).toMatchObject({ ok: false, code: 'SECRET_UNUSABLE' });
    expect(run).toMatchObject({ code: 'SECRET_UNUSABLE' });
    expect([run.reason, (JSON.parse(check.stdout) as { reason: string }).reason].every((reason) => String(reason).includes(why))).toBe(
      true,
    );
  });

  test('is taken where another of its slots carries it', async () => {
    await made.setUp(['secret', 'set', 'acme/two', '--yes'], { input: 'user:a-value-of-the-first' });
    await made.setUp(['grant', 'add', 'acme', '--permit', 'carry.*', '--bind', 'token=two', '--bind', 'pair=two', '--yes']);
    expect((await made.attempt(['secret', 'set', 'acme/two', '--yes'], { input: 'a-token-without-a-colon' })).exit).toBe(0);
  });
});
