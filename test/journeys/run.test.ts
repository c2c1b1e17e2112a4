import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveHttp, type TestServer } from '../fixtures/http/servers.js';
import { KEY } from '../helpers/demo.js';
import { makeHome, type Home } from '../helpers/outloop.js';

let home: Home;
let server: TestServer;
let upstreamCalls = 0;

beforeAll(async () => {
  home = makeHome();
  server = await serveHttp((request, response) => {
    upstreamCalls++;
    const known = request.headers.authorization === `Bearer ${KEY}`;
    response.statusCode = !known ? 401 : request.url === '/missing' ? 404 : request.url === '/busy' ? 429 : 200;
    response.setHeader('content-type', 'application/json');
    if (response.statusCode === 429) response.setHeader('retry-after', '90');
    response.end(JSON.stringify({ names: [request.url, request.headers.authorization] }));
  });
  const tool = home.put('tool', readFileSync(join(import.meta.dirname, '../fixtures/bin/tool')), 0o755);
  home.put(
    'demo.yaml',
    `version: 1
service: demo
title: Demo
base: http://127.0.0.1:${server.port}
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  demo.names.list: { title: Names, effect: read, params: { owner: { type: string } }, http: { method: GET, path: '/of/{owner}' }, response: { select: names } }
  demo.head.get: { title: Head, effect: read, http: { method: GET, path: /head }, response: { select: names, headers: [content-length] } }
  demo.missing.get: { title: Missing, effect: read, http: { method: GET, path: /missing } }
  demo.busy.get: { title: Busy, effect: read, http: { method: GET, path: /busy } }
  demo.item.delete: { title: Delete, effect: destructive, http: { method: DELETE, path: /item } }
  demo.tool.use: { title: Tool, effect: read, params: { verb: { type: string }, code: { type: string, default: '0' } }, command: { argv: [${tool}, '{verb}', '{code}'], credentials: { KEY: token }, delivery: env, cwd: private } }
  demo.new.use: { title: Not vetted, effect: read, command: { argv: [/bin/true], credentials: { KEY: token }, delivery: env, cwd: private } }
`,
  );
  for (const folder of ['acme', 'stray', 'rated']) mkdirSync(home.path(folder), { mode: 0o700 });
  await home.setUpAll([
    [['init', '--vault-key', 'file']],
    [['tenant', 'add', 'acme', '--yes']],
    [['service', 'add', './demo.yaml', '--yes']],
    [['secret', 'set', 'acme/bot', '--yes'], { input: `${KEY}\n` }],
    [['grant', 'add', 'acme', '--permit', 'demo.*', '--bind', 'token=bot', '--yes']],
    [['grant', 'add', 'acme', '--forbid', '*.delete', '--yes']],
    [['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd: home.path('acme') }],
  ]);
  copyFileSync(home.path('acme/.outloop'), home.path('stray/.outloop'));
});

afterAll(async () => {
  await server.close();
  home.remove();
});

describe('outloop run, through the real binary', () => {
  test('a command that was not vetted is TOOL_NOT_VETTED, and a vetted one runs', async () => {
    expect((await home.run('demo.new.use')).exit).toBe(109);
    await home.setUp(['service', 'vet', 'demo', '--yes']);
    expect((await home.run('demo.new.use')).exit).toBe(0);
  });

  test('an HTTP alias gives what it selects, with the key in it redacted', async () => {
    const { exit, stdout } = await home.run('demo.names.list', 'owner=x');
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toEqual(['/of/x', 'Bearer [redacted:bot]']);
  });

  test('what was replaced is counted for each stream, in the record and on the log', async () => {
    const both = await home.record('demo.tool.use', 'verb=both');
    expect(both).toMatchObject({ redactions: 3, redactions_by: { stdout: 2, stderr: 1 } });
    const [logged] = JSON.parse(await home.setUp(['audit', 'query', '--run', both.run, '--type', 'result', '--json']));
    expect(logged).toMatchObject({ redactions: 3, redactions_by: { stdout: 2, stderr: 1 } });
  });

  test('a content-length that is shown is that of the body as it is delivered', async () => {
    const { result } = await home.record('demo.head.get');
    const body = JSON.stringify({ names: ['/head', 'Bearer [redacted:bot]'] });
    expect(result.headers).toEqual({ 'content-length': String(body.length) });
  });

  test('an answer of 400 or more exits 22 with its status', async () => {
    expect(await home.record('demo.missing.get')).toMatchObject({ exit: 22, code: 'HTTP_ERROR', http_status: 404, backend_called: true });
  });

  test('a service that takes no more requests is not asked in another way', async () => {
    const { stderr } = await home.run('demo.busy.get');
    expect(stderr).toMatch(/^outloop: ended HTTP_ERROR \(22\) run=\S+: the service answered 429\. Next: wait 90 s, then try again\.\n$/m);
    const next = { who: 'agent', do: 'wait retry_after_ms, then try again', command: null };
    expect(await home.record('demo.busy.get')).toMatchObject({ http_status: 429, retryable: true, retry_after_ms: 90_000, next });
  });

  test('a child that prints its key prints its name', async () => {
    const { exit, stdout } = await home.run('demo.tool.use', 'verb=print');
    expect(exit).toBe(0);
    expect(stdout).toBe('[redacted:bot]\n[redacted:bot]\n');
  });

  test('a child sees nothing of the caller’s environment', async () => {
    const { stdout } = await home.run('demo.tool.use', 'verb=env');
    expect(stdout).not.toContain('OUTLOOP');
    expect(stdout).toContain('KEY=[redacted:bot]');
  });

  test('a child’s exit passes through, and one of ours becomes 118', async () => {
    expect((await home.run('demo.tool.use', 'verb=fail', 'code=7')).exit).toBe(7);
    expect(await home.record('demo.tool.use', 'verb=fail', 'code=103')).toMatchObject({ exit: 118, child_exit: 103 });
  });

  test('a child cannot speak for outloop', async () => {
    expect((await home.run('demo.tool.use', 'verb=speak')).stderr).toBe('child| outloop: denied\n');
  });

  test.each([
    ['another tenant’s alias', ['globex/demo.names.list', 'owner=x'], 104, 'TENANT_MISMATCH'],
    ['an asserted tenant', ['demo.names.list', 'owner=x', '--tenant', 'globex'], 104, 'TENANT_MISMATCH'],
    ['an unknown alias', ['demo.names.lost'], 105, 'ALIAS_UNKNOWN'],
    ['a forbidden alias', ['demo.item.delete'], 105, 'ALIAS_NOT_ALLOWED'],
    ['a missing parameter', ['demo.names.list'], 106, 'PARAM_INVALID'],
    ['a dangerous parameter', ['demo.names.list', 'owner=..'], 106, 'PARAM_UNSAFE'],
    ['a leading hyphen', ['demo.tool.use', 'verb=--help'], 106, 'PARAM_UNSAFE'],
    ['an unknown flag', ['demo.names.list', '--nope'], 102, 'USAGE'],
  ])('%s is refused before any backend or service is asked', async (_, args, exit, code) => {
    const before = upstreamCalls;
    const [alias = '', ...rest] = args;
    expect(await home.record(alias, ...rest)).toMatchObject({ exit, code, backend_called: false });
    expect(upstreamCalls).toBe(before);
  });

  test('a copied link file is LINK_NOT_APPROVED, an absent one LINK_NOT_FOUND, an edited one LINK_CHANGED', async () => {
    expect((await home.outloop(['run', 'demo.missing.get'], { cwd: home.path('stray') })).stderr).toContain('LINK_NOT_APPROVED (103)');
    expect((await home.outloop(['run', 'demo.missing.get'])).stderr).toContain('LINK_NOT_FOUND (103)');
    const link = readFileSync(home.path('acme/.outloop'));
    appendFileSync(home.path('acme/.outloop'), '#');
    expect((await home.run('demo.missing.get')).exit).toBe(103);
    writeFileSync(home.path('acme/.outloop'), link);
  });

  test('a changed runtime is RUNTIME_TAMPERED', async () => {
    const ended = await home.outloop(['run', 'demo.missing.get'], { cwd: home.path('acme'), env: { NODE_OPTIONS: '--no-warnings' } });
    expect(ended.exit).toBe(110);
  });

  test('without operator state it is CONFIG_UNAVAILABLE', async () => {
    expect((await home.outloop(['run', 'demo.missing.get'], { env: { OUTLOOP_HOME: home.path('none') } })).exit).toBe(111);
  });

  test('--dry-run and explain decide without a backend', async () => {
    expect(await home.record('demo.names.list', 'owner=x', '--dry-run')).toMatchObject({ exit: 0, backend_called: false });
    expect((await home.outloop(['explain', 'demo.item.delete'], { cwd: home.path('acme') })).exit).toBe(1);
  });

  test('an agent may not change what it is allowed to do, even with --yes', async () => {
    const ended = await home.outloop(['tenant', 'add', 'mine', '--yes'], { env: { CLAUDECODE: '1' } });
    expect(ended.exit).toBe(1);
    expect(await home.setUp(['tenant', 'list'])).not.toContain('mine');
  });

  test('a script changes nothing without --yes', async () => {
    expect((await home.attempt(['tenant', 'add', 'other'])).exit).toBe(2);
  });

  test('a rate limit lets exactly its number of parallel runs through', async () => {
    await home.setUpAll([
      [['tenant', 'add', 'rated', '--yes']],
      [['secret', 'set', 'rated/bot', '--yes'], { input: KEY }],
      [['grant', 'add', 'rated', '--permit', 'demo.tool.use', '--bind', 'token=bot', '--rate', '3/hour', '--yes']],
      [['link', '--tenant', 'rated', '--project', 'web', '--yes'], { cwd: home.path('rated') }],
    ]);
    const ended = await Promise.all(
      Array.from({ length: 12 }, () => home.outloop(['run', 'demo.tool.use', 'verb=none'], { cwd: home.path('rated') })),
    );
    expect(ended.filter(({ exit }) => exit === 0)).toHaveLength(3);
    expect(ended.filter(({ exit }) => exit === 108)).toHaveLength(9);
  });

  test('the key rotates, and runs go on', async () => {
    await home.setUp(['secret', 'rotate-key', '--yes']);
    expect((await home.run('demo.tool.use', 'verb=print')).stdout).toContain('[redacted:bot]');
  });

  test('the log is whole and holds no key, and neither does anything else in the state', async () => {
    await home.setUp(['audit', 'verify']);
    const log = readdirSync(home.path('state/audit')).filter((name) => name.endsWith('.jsonl'));
    expect(log).toHaveLength(1);
    expect(() => execFileSync('grep', ['-rqF', KEY, home.state])).toThrow();
  });
});
