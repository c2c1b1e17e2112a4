import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const OUTLOOP = join(import.meta.dirname, '../../bin/run.js');
const KEY = 'sk_test_8fJ2kLmN0pQrStUv';

type Ended = { readonly exit: number | null; readonly stdout: string; readonly stderr: string };

let home: string;
let server: Server;
let upstreamCalls = 0;

function outloop(args: readonly string[], cwd: string, extra: { env?: Record<string, string>; input?: string } = {}): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '', OUTLOOP_HOME: join(home, 'state'), ...extra.env };
  const child = spawn(process.execPath, [OUTLOOP, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(extra.input ?? '');
  return new Promise((resolve) => child.on('close', (exit) => resolve({ exit, stdout, stderr })));
}

async function setUp(args: readonly string[], cwd = home, input = ''): Promise<void> {
  const { exit, stderr } = await outloop(args, cwd, { input });
  if (exit !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
}

const run = (alias: string, ...rest: string[]) =>
  outloop(['run', alias, ...rest], join(home, 'acme'), { env: { OUTLOOP_PRINCIPAL: 'agent:test' } });
const record = async (alias: string, ...rest: string[]) => JSON.parse((await run(alias, ...rest, '--json')).stdout);

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'outloop-'));
  server = createServer((request, response) => {
    upstreamCalls++;
    const known = request.headers.authorization === `Bearer ${KEY}`;
    response.statusCode = !known ? 401 : request.url === '/missing' ? 404 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ names: [request.url, request.headers.authorization] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const tool = join(home, 'tool');
  writeFileSync(
    tool,
    '#!/bin/sh\ncase "$1" in print) echo "$KEY"; printf %s "$KEY" | base64;; fail) exit "$2";; speak) echo "outloop: denied" >&2;; env) env;; esac\n',
  );
  chmodSync(tool, 0o755);
  writeFileSync(
    join(home, 'demo.yaml'),
    `version: 1
service: demo
title: Demo
base: http://127.0.0.1:${(server.address() as AddressInfo).port}
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  demo.names.list: { title: Names, effect: read, params: { owner: { type: string } }, http: { method: GET, path: '/of/{owner}' }, response: { select: names } }
  demo.missing.get: { title: Missing, effect: read, http: { method: GET, path: /missing } }
  demo.item.delete: { title: Delete, effect: destructive, http: { method: DELETE, path: /item } }
  demo.tool.use: { title: Tool, effect: read, params: { verb: { type: string }, code: { type: string, default: '0' } }, command: { argv: [${tool}, '{verb}', '{code}'], credentials: { KEY: token }, delivery: env, cwd: private } }
  demo.new.use: { title: Not vetted, effect: read, command: { argv: [/bin/true], credentials: { KEY: token }, delivery: env, cwd: private } }
`,
  );
  for (const folder of ['acme', 'stray']) mkdirSync(join(home, folder), { mode: 0o700 });
  await setUp(['init', '--vault-key', 'file']);
  await setUp(['tenant', 'add', 'acme', '--yes']);
  await setUp(['service', 'add', './demo.yaml', '--yes']);
  await setUp(['secret', 'set', 'acme/bot', '--yes'], home, `${KEY}\n`);
  await setUp(['grant', 'add', 'acme', '--permit', 'demo.*', '--bind', 'token=bot', '--yes']);
  await setUp(['grant', 'add', 'acme', '--forbid', '*.delete', '--yes']);
  await setUp(['link', '--tenant', 'acme', '--project', 'web', '--yes'], join(home, 'acme'));
  copyFileSync(join(home, 'acme/.outloop'), join(home, 'stray/.outloop'));
}, 60_000);

afterAll(() => {
  server.close();
  rmSync(home, { recursive: true, force: true });
});

describe('outloop run, through the real binary', () => {
  test('a command that was not vetted is TOOL_NOT_VETTED, and a vetted one runs', async () => {
    expect((await run('demo.new.use')).exit).toBe(109);
    await setUp(['service', 'vet', 'demo', '--yes']);
    expect((await run('demo.new.use')).exit).toBe(0);
  });

  test('an HTTP alias gives what it selects, with the key in it redacted', async () => {
    const { exit, stdout } = await run('demo.names.list', 'owner=x');
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toEqual(['/of/x', 'Bearer [redacted:bot]']);
  });

  test('an answer of 400 or more exits 22 with its status', async () => {
    expect(await record('demo.missing.get')).toMatchObject({ exit: 22, code: 'HTTP_ERROR', http_status: 404, backend_called: true });
  });

  test('a child that prints its key prints its name', async () => {
    const { exit, stdout } = await run('demo.tool.use', 'verb=print');
    expect(exit).toBe(0);
    expect(stdout).toBe('[redacted:bot]\n[redacted:bot]\n');
  });

  test('a child sees nothing of the caller’s environment', async () => {
    const { stdout } = await run('demo.tool.use', 'verb=env');
    expect(stdout).not.toContain('OUTLOOP');
    expect(stdout).toContain('KEY=[redacted:bot]');
  });

  test('a child’s exit passes through, and one of ours becomes 118', async () => {
    expect((await run('demo.tool.use', 'verb=fail', 'code=7')).exit).toBe(7);
    expect(await record('demo.tool.use', 'verb=fail', 'code=103')).toMatchObject({ exit: 118, child_exit: 103 });
  });

  test('a child cannot speak for outloop', async () => {
    expect((await run('demo.tool.use', 'verb=speak')).stderr).toBe('child| outloop: denied\n');
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
    expect(await record(alias, ...rest)).toMatchObject({ exit, code, backend_called: false });
    expect(upstreamCalls).toBe(before);
  });

  test('a copied link file is LINK_NOT_APPROVED, an absent one LINK_NOT_FOUND, an edited one LINK_CHANGED', async () => {
    expect((await outloop(['run', 'demo.missing.get'], join(home, 'stray'))).stderr).toContain('LINK_NOT_APPROVED (103)');
    expect((await outloop(['run', 'demo.missing.get'], home)).stderr).toContain('LINK_NOT_FOUND (103)');
    const link = readFileSync(join(home, 'acme/.outloop'));
    appendFileSync(join(home, 'acme/.outloop'), '#');
    expect((await run('demo.missing.get')).exit).toBe(103);
    writeFileSync(join(home, 'acme/.outloop'), link);
  });

  test('a changed runtime is RUNTIME_TAMPERED', async () => {
    const ended = await outloop(['run', 'demo.missing.get'], join(home, 'acme'), { env: { NODE_OPTIONS: '--no-warnings' } });
    expect(ended.exit).toBe(110);
  });

  test('without operator state it is CONFIG_UNAVAILABLE', async () => {
    expect((await outloop(['run', 'demo.missing.get'], home, { env: { OUTLOOP_HOME: join(home, 'none') } })).exit).toBe(111);
  });

  test('--dry-run and explain decide without a backend', async () => {
    expect(await record('demo.names.list', 'owner=x', '--dry-run')).toMatchObject({ exit: 0, backend_called: false });
    expect((await outloop(['explain', 'demo.item.delete'], join(home, 'acme'))).exit).toBe(1);
  });

  test('an agent may not change what it is allowed to do, even with --yes', async () => {
    const ended = await outloop(['tenant', 'add', 'mine', '--yes'], home, { env: { CLAUDECODE: '1' } });
    expect(ended.exit).toBe(1);
    expect((await outloop(['tenant', 'list'], home)).stdout).not.toContain('mine');
  });

  test('a script changes nothing without --yes', async () => {
    expect((await outloop(['tenant', 'add', 'other'], home)).exit).toBe(2);
  });

  test('a rate limit lets exactly its number of parallel runs through', async () => {
    await setUp(['tenant', 'add', 'rated', '--yes']);
    await setUp(['secret', 'set', 'rated/bot', '--yes'], home, KEY);
    await setUp(['grant', 'add', 'rated', '--permit', 'demo.tool.use', '--bind', 'token=bot', '--rate', '3/hour', '--yes']);
    mkdirSync(join(home, 'rated'), { mode: 0o700 });
    await setUp(['link', '--tenant', 'rated', '--project', 'web', '--yes'], join(home, 'rated'));
    const ended = await Promise.all(Array.from({ length: 12 }, () => outloop(['run', 'demo.tool.use', 'verb=none'], join(home, 'rated'))));
    expect(ended.filter(({ exit }) => exit === 0)).toHaveLength(3);
    expect(ended.filter(({ exit }) => exit === 108)).toHaveLength(9);
  });

  test('the key rotates, and runs go on', async () => {
    await setUp(['secret', 'rotate-key', '--yes']);
    expect((await run('demo.tool.use', 'verb=print')).stdout).toContain('[redacted:bot]');
  });

  test('the log is whole and holds no key, and neither does anything else in the state', async () => {
    expect((await outloop(['audit', 'verify'], home)).exit).toBe(0);
    const log = readdirSync(join(home, 'state/audit')).filter((name) => name.endsWith('.jsonl'));
    expect(log).toHaveLength(1);
    expect(() => execFileSync('grep', ['-rqF', KEY, join(home, 'state')])).toThrow();
  });
});
