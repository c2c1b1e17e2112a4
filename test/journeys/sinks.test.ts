import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveHttp, type TestServer } from '../fixtures/http/servers.js';
import { makeHome, type Ended, type Home } from '../helpers/outloop.js';

/** A value that nobody has seen, in the forms that a reader of output would know it by. */
const KEY = `zq_${randomBytes(24).toString('base64url')}`;
const FORMS = [
  KEY,
  Buffer.from(KEY).toString('base64').replace(/=+$/, ''),
  Buffer.from(KEY).toString('hex'),
  JSON.stringify(KEY).slice(1, -1),
];
const HIDDEN = '[redacted:bot]';

let home: Home;
let server: TestServer;

/** The tool says what it holds on both streams, in its exit and in a file of its own. */
const TOOL = `#!/bin/sh
case "$1" in
  out) echo "out $KEY $(printf %s "$KEY" | base64 -w0)" ;;
  err) echo "err $KEY" >&2 ;;
  fail) echo "fail $KEY" >&2; exit 7 ;;
  die) echo "die $KEY"; kill -9 $$ ;;
  slow) echo "slow $KEY"; sleep 60 ;;
  flood) while :; do echo "flood $KEY"; done ;;
  drop) echo "$KEY" > "$HOME/kept"; echo "$KEY" > "$TMPDIR/kept"; echo "drop $KEY" ;;
esac
`;

beforeAll(async () => {
  home = makeHome();
  server = await serveHttp((request, response) => {
    const said = request.headers.authorization ?? '';
    response.statusCode = request.url === '/refused' ? 403 : 200;
    response.setHeader('content-type', request.url === '/text' ? 'text/plain' : 'application/json');
    response.setHeader('x-said', said);
    if (request.url === '/cut') {
      response.write(JSON.stringify({ said }));
      setTimeout(() => response.destroy(), 100);
      return;
    }
    response.end(request.url === '/text' ? said : JSON.stringify({ said, list: [said] }));
  });
  const tool = home.put('tool', TOOL, 0o755);
  home.put(
    'demo.yaml',
    `version: 1
service: demo
title: Demo
base: http://127.0.0.1:${server.port}
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  demo.tool.use: { title: Tool, effect: read, params: { verb: { type: string } }, command: { argv: [${tool}, '{verb}'], credentials: { KEY: token }, delivery: env, cwd: private }, limits: { maxBytes: 100000 } }
  demo.body.get: { title: Body, effect: read, http: { method: GET, path: /body } }
  demo.text.get: { title: Text, effect: read, http: { method: GET, path: /text } }
  demo.part.get: { title: Part, effect: read, http: { method: GET, path: /body }, response: { select: list } }
  demo.head.get: { title: Head, effect: read, http: { method: GET, path: /body }, response: { select: said, headers: [x-said] } }
  demo.refused.get: { title: Refused, effect: read, http: { method: GET, path: /refused } }
  demo.cut.get: { title: Cut, effect: read, http: { method: GET, path: /cut } }
  demo.wrong.get: { title: Wrong, effect: read, http: { method: GET, path: /text }, response: { select: said } }
`,
  );
  home.put('acme/.keep', '');
  await home.setUpAll([
    [['init', '--vault-key', 'file']],
    [['tenant', 'add', 'acme', '--yes']],
    [['service', 'add', './demo.yaml', '--yes']],
    [['service', 'vet', 'demo', '--yes']],
    [['secret', 'set', 'acme/bot', '--yes'], { input: KEY }],
    [['grant', 'add', 'acme', '--id', 'main', '--permit', 'demo.*', '--bind', 'token=bot', '--yes']],
    [['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd: home.path('acme') }],
  ]);
});

afterAll(async () => {
  await server?.close();
  home?.remove();
});

function expectClean(text: string): void {
  for (const form of FORMS) expect(text.includes(form)).toBe(false);
  expect(text.toLowerCase().includes(KEY.slice(4, 16).toLowerCase())).toBe(false);
}

/** Where a value would come out if nothing stood before it: a line of shell, and the sink in which its replacement must be seen. */
const SINKS: readonly (readonly [title: string, line: string, fires: 'stdout' | 'stderr'])[] = [
  ['a command’s stdout', 'outloop run demo.tool.use verb=out', 'stdout'],
  ['a command’s stderr', 'outloop run demo.tool.use verb=err', 'stderr'],
  ['the stderr of one that fails', 'outloop run demo.tool.use verb=fail', 'stderr'],
  ['the stdout of one that is killed', 'outloop run demo.tool.use verb=die', 'stdout'],
  ['the stdout of one that is out of time', 'outloop run demo.tool.use verb=slow --timeout 3s', 'stdout'],
  ['the stdout of one that says too much', 'outloop run demo.tool.use verb=flood', 'stdout'],
  ['the envelope, from stdout', 'outloop run demo.tool.use verb=out --json', 'stdout'],
  ['the envelope, from stderr', 'outloop run demo.tool.use verb=err --json', 'stdout'],
  ['the envelope of one that says too much', 'outloop run demo.tool.use verb=flood --json', 'stdout'],
  ['an HTTP body', 'outloop run demo.body.get', 'stdout'],
  ['an HTTP body that is text', 'outloop run demo.text.get', 'stdout'],
  ['a selected part', 'outloop run demo.part.get', 'stdout'],
  ['a named header', 'outloop run demo.head.get', 'stdout'],
  ['a refusal’s body', 'outloop run demo.refused.get', 'stdout'],
  ['a body that is cut off', 'outloop run demo.cut.get', 'stdout'],
  ['the envelope of an HTTP action', 'outloop run demo.head.get --json', 'stdout'],
  ['a stream of the caller’s', `printf 'say %s\\n' "$SENTINEL" | outloop redact --credential bot`, 'stdout'],
];

describe('no sink lets a credential out, and each shows that it was there', () => {
  test.each(SINKS)('%s', async (_, line, fires) => {
    const ended: Ended = await home.shell(line, { env: { SENTINEL: KEY } });
    expect(ended[fires]).toContain(HIDDEN);
    expectClean(ended.stdout + ended.stderr);
  });

  test('the status record and the audit log count what was replaced and hold nothing of it', async () => {
    await home.shell('outloop run demo.tool.use verb=out --status-fd 3 3>status >/dev/null');
    const status = readFileSync(home.path('acme/status'), 'utf8');
    expect(status).toContain('"redactions":2');
    const log = await home.setUp(['audit', 'export', '--format', 'jsonl']);
    expect(log).toContain('"redactions":2');
    expectClean(status + log);
  });

  test('an error that could quote it does not', async () => {
    const lines = [
      'outloop run demo.tool.use "$SENTINEL"',
      'outloop run demo.tool.use verb=out -- "$SENTINEL"',
      'outloop run demo.tool.use "verb=--$SENTINEL"',
      'outloop run demo.tool.use verb=out --timeout "$SENTINEL"',
      'outloop run demo.tool.use verb=out --tenant "$SENTINEL"',
      'outloop run demo.tool.use verb=out --as "$SENTINEL"',
      `printf '{"verb": %s' "$SENTINEL" | outloop run demo.tool.use --params -`,
      'outloop run demo.wrong.get',
      'outloop redact "$SENTINEL"',
      'outloop redact --credential "$SENTINEL"',
    ];
    for (const line of lines) {
      const { exit, stderr } = await home.shell(line, { env: { SENTINEL: KEY } });
      expect([line, exit]).not.toEqual([line, 0]);
      expect(stderr).toMatch(/outloop: (denied|ended)/);
      expectClean(stderr);
    }
  });

  test('what the operator’s commands show holds nothing of it', async () => {
    const shown = await home.shell(
      'outloop status; outloop status --json; outloop doctor --json; outloop secret list --json; outloop secret check acme/bot --json; outloop secret check --all --json; outloop tenant show acme --json; outloop service show demo --json; outloop aliases --json; outloop explain demo.tool.use verb=out --json; outloop audit query --json; outloop audit export --format csv; outloop backend list --json',
    );
    expect(shown.stdout.length).toBeGreaterThan(5000);
    expectClean(shown.stdout + shown.stderr);
  });

  test('no file of the state, of the folder or of the temporary directory keeps it, and a child’s own files go with it', async () => {
    const tmp = home.put('tmp/.keep', '');
    const ended = await home.shell('outloop run demo.tool.use verb=drop', { env: { TMPDIR: join(tmp, '..') } });
    expect(ended.stdout).toBe(`drop ${HIDDEN}\n`);
    const files = readdirSync(home.directory, { recursive: true, encoding: 'utf8' }).map((name) => join(home.directory, name));
    const held = files.filter((file) => statSync(file).isFile()).filter((file) => readFileSync(file).includes(KEY));
    expect(held).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')('no process but the child carries it in its arguments or environment', async () => {
    const child = home.start(['run', 'demo.tool.use', 'verb=slow', '--timeout', '5s'], { cwd: home.path('acme') });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    const holders = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const args = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
          const environ = readFileSync(`/proc/${pid}/environ`, 'latin1');
          return [...(args.includes(KEY) ? [`${args} (arguments)`] : []), ...(environ.includes(KEY) ? [args.replaceAll('\0', ' ')] : [])];
        } catch {
          return [];
        }
      });
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('close', resolve));
    expect(holders.length).toBeGreaterThan(0);
    for (const holder of holders) expect(holder).toMatch(/tool slow|^sleep 60/);
  });

  test('a core of debugging switches changes nothing', async () => {
    const env = { DEBUG: '*', OUTLOOP_DEBUG: '1', NODE_OPTIONS: '', OCLIF_DEBUG: '1', SENTINEL: KEY };
    const { stdout, stderr } = await home.shell('outloop run demo.body.get; outloop status', { env });
    expect(stdout).toContain(HIDDEN);
    expectClean(stdout + stderr);
  });

  test('the very check would see it', () => {
    const raw = execFileSync('/bin/sh', ['-c', 'printf %s "$KEY"'], { env: { KEY }, encoding: 'utf8' });
    expect(() => expectClean(raw)).toThrow();
    expect(() => expectClean(Buffer.from(raw).toString('hex'))).toThrow();
  });
});
