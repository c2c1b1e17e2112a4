import { lookup } from 'node:dns/promises';
import { appendFileSync, chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE, DENIAL_CODES, type DenialCode } from '../../src/denial/catalogue.js';
import { FIRST_ENDED, LAST_BEFORE_BACKEND } from '../../src/denial/exits.js';
import { classifyAddress } from '../../src/net/address.js';
import { serveHttp, serveHttps, type TestServer } from '../fixtures/http/servers.js';
import { KEY, makeDemo } from '../helpers/demo.js';
import { isRunning, until, waitFor, waitForText, type Home, type How } from '../helpers/outloop.js';

/** Raised where they can be: by what other journeys set up. */
const ELSEWHERE: readonly DenialCode[] = ['APPROVAL_REQUIRED', 'APPROVAL_REJECTED', 'APPROVAL_EXPIRED', 'BACKEND_LOCKED'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** A name that /etc/hosts, as Debian makes it, gives to this machine, and that is not `localhost`. */
const OWN_NAME = await findOwnName();

async function findOwnName(): Promise<string | null> {
  for (const name of [hostname().toLowerCase(), 'ip6-loopback']) {
    const answers = await lookup(name, { all: true }).catch(() => []);
    if (answers.length > 0 && /^[a-z0-9.-]+$/.test(name) && answers.every(({ address }) => classifyAddress(address) !== 'public'))
      return name;
  }
  return null;
}

let home: Home;
let server: TestServer;
let secure: TestServer;
const raised = new Set<string>();

beforeAll(async () => {
  server = await serveHttp((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
    else if (request.url === '/coded') response.writeHead(200, { 'content-encoding': 'zstd' }).end(KEY);
    else response.end('this is not JSON');
  });
  secure = await serveHttps('good', (_, response) => response.end('{}'));
  const base = `http://127.0.0.1:${server.port}`;
  const command = (extra = '') => `{ argv: [TOOL, '{verb}'], credentials: { KEY: token }${extra} }`;
  const alias = (name: string, rest: string) => `  ${name}: { title: A title, effect: read, ${rest} }\n`;
  const tool = (name: string, file: string) => alias(name, `command: { argv: [TOOL-${file}, none], credentials: { KEY: token } }`);
  const later = DAYS[(new Date().getUTCDay() + 3) % 7];
  home = await makeDemo({
    base,
    tools: ['gone', 'changed', 'open'],
    folders: ['open', 'copied'],
    permit: "['demo.*', 'inner.*', 'ca.*', 'tls.*', 'down.*', 'named.*', 'tool.*']",
    aliases: [
      alias('demo.moved.get', 'http: { method: GET, path: /moved }'),
      alias('demo.coded.get', 'http: { method: GET, path: /coded }'),
      alias('demo.text.get', 'http: { method: GET, path: /text }, response: { select: name }'),
      alias('demo.item.delete', 'http: { method: DELETE, path: /item }'),
      ...['pin.use', 'later.use', 'once.use', 'alone.use', 'cred.none', 'cred.short', 'cred.wrong'].map((name) =>
        alias(name, `params: { verb: { type: string, default: none } }, command: ${command()}`),
      ),
      alias('cred.lines', 'http: { method: GET, path: /text }'),
      ...['gone', 'changed', 'open'].map((file) => tool(`tool.${file}`, file)),
    ].join(''),
    credentials: ['none', 'short', 'lines']
      .map((name) => `  ${name}: { backend: embedded, ref: acme/${name} }\n`)
      .concat('  far: { backend: keychain, ref: acme/far }\n')
      .join(''),
    grants: `  - { id: never, forbid: ['*.delete'] }
  - { id: pinned, permit: [pin.use], bind: { token: bot }, pin: { verb: none } }
  - { id: later, permit: [later.use], bind: { token: bot }, window: { days: [${later}], hours: '00:00-23:59', timezone: UTC } }
  - { id: once, permit: [once.use], bind: { token: bot }, limits: { rate: 1/day } }
  - { id: alone, permit: [alone.use], bind: { token: bot }, limits: { concurrency: 1 } }
  - { id: none, permit: [cred.none], bind: { token: none } }
  - { id: short, permit: [cred.short], bind: { token: short } }
  - { id: lines, permit: [cred.lines], bind: { token: lines } }
  - { id: far, permit: [cred.wrong], bind: { token: far } }
`,
  });
  const service = (name: string, origin: string, more = '') =>
    home.put(
      `state/services/${name}.yaml`,
      `version: 1\nservice: ${name}\ntitle: A title\nbase: ${origin}\n${more}slots: { token: { scheme: bearer, hosts: ['${new URL(origin).hostname}'] } }\naliases:\n${alias(`${name}.get`, 'http: { method: GET, path: / }')}`,
    );
  service('inner', 'https://10.1.2.3');
  service('down', 'http://127.0.0.1:9');
  service('named', `https://${OWN_NAME ?? 'service.invalid'}`);
  service('tls', `https://127.0.0.1:${secure.port}`, 'networks: [127.0.0.0/8]\n');
  service('ca', `https://127.0.0.1:${secure.port}`, `networks: [127.0.0.0/8]\nca: ${home.put('ca.pem', 'no certificate')}\n`);
  const tenant = home.path('state/tenants/acme.yaml');
  writeFileSync(tenant, readFileSync(tenant, 'utf8').replace('credentials:', '$&\n  text: { backend: embedded, ref: acme/lines }'));
  await home.setUpAll([
    [['secret', 'set', 'acme/short', '--allow-short', '--yes'], { input: 'aB3$x' }],
    // Under a name that no grant binds: as what its slot presents it would be refused.
    [['secret', 'set', 'acme/text', '--yes'], { input: `${KEY}\nsecond line\n` }],
  ]);
  writeFileSync(tenant, readFileSync(tenant, 'utf8').replace(/,? *allowShort: true/, ''));
  rmSync(home.path('bin/tool-gone'));
  appendFileSync(home.path('bin/tool-changed'), '# changed\n');
  chmodSync(home.path('bin/tool-open'), 0o777);
  await home.setUp(['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd: home.path('open') });
  chmodSync(home.path('open'), 0o777);
  copyFileSync(home.path('acme/.outloop'), home.path('copied/.outloop'));
});
afterAll(async () => {
  await Promise.all([server.close(), secure.close()]);
  home.remove();
});

type Case = {
  readonly title: string;
  readonly code: DenialCode;
  readonly args: readonly string[];
  readonly how?: () => How;
  /** Changes a copy of the state first. */
  readonly change?: (state: string) => void;
};

const inFolder = (name: string) => () => ({ cwd: home.path(name) });
const withEnv = (env: How['env']) => () => ({ cwd: home.path('acme'), env: env ?? {} });
const edit = (file: string, from: string | RegExp, to: string) => (state: string) => {
  const path = join(state, file);
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
};

const CASES: readonly Case[] = [
  { title: 'an unknown flag', code: 'USAGE', args: ['demo.use', '--nope'] },
  { title: 'no alias', code: 'USAGE', args: [] },
  { title: 'a folder without a link file', code: 'LINK_NOT_FOUND', args: ['demo.use'], how: inFolder('bin') },
  { title: 'a copied link file', code: 'LINK_NOT_APPROVED', args: ['demo.use'], how: inFolder('copied') },
  { title: 'a folder that others can write', code: 'LINK_UNTRUSTED_PATH', args: ['demo.use'], how: inFolder('open') },
  {
    title: 'another hash of the link file in the registry',
    code: 'LINK_CHANGED',
    args: ['demo.use'],
    change: edit('links.json', /"sha256":"[0-9a-f]{60}/g, `"sha256":"${'0'.repeat(60)}`),
  },
  { title: 'another tenant', code: 'TENANT_MISMATCH', args: ['globex/demo.use'] },
  {
    title: 'a revoked tenant',
    code: 'TENANT_REVOKED',
    args: ['demo.use', 'verb=none'],
    change: edit('tenants/acme.yaml', 'active', 'revoked'),
  },
  {
    title: 'a tenant that is gone',
    code: 'TENANT_UNKNOWN',
    args: ['demo.use'],
    change: (state) => rmSync(join(state, 'tenants/acme.yaml')),
  },
  { title: 'another value of a pinned parameter', code: 'PIN_MISMATCH', args: ['pin.use', 'verb=print'] },
  { title: 'an unknown alias', code: 'ALIAS_UNKNOWN', args: ['demo.usee'] },
  { title: 'a forbidden alias', code: 'ALIAS_NOT_ALLOWED', args: ['demo.item.delete'] },
  { title: 'an address that a service may not have', code: 'DESTINATION_NOT_ALLOWED', args: ['inner.get'] },
  { title: 'a missing parameter', code: 'PARAM_INVALID', args: ['demo.use'] },
  { title: 'a parameter that would be a flag', code: 'PARAM_UNSAFE', args: ['demo.use', 'verb=--help'] },
  { title: 'another day', code: 'OUTSIDE_WINDOW', args: ['later.use'] },
  { title: 'a tool that is gone', code: 'TOOL_NOT_FOUND', args: ['tool.gone'] },
  { title: 'a tool that was changed', code: 'TOOL_CHANGED', args: ['tool.changed'] },
  { title: 'a tool that others can write', code: 'TOOL_UNTRUSTED_PATH', args: ['tool.open'] },
  {
    title: 'a tool without its pin',
    code: 'TOOL_NOT_VETTED',
    args: ['demo.use', 'verb=none'],
    change: (state) => rmSync(join(state, 'tools.json')),
  },
  { title: 'a preload', code: 'RUNTIME_TAMPERED', args: ['demo.use', 'verb=none'], how: withEnv({ LD_BIND_NOW: '1' }) },
  {
    title: 'no temporary directory',
    code: 'ISOLATION_UNAVAILABLE',
    args: ['demo.use', 'verb=none'],
    how: () => withEnv({ TMPDIR: home.path('nowhere') })(),
  },
  {
    title: 'no operator state',
    code: 'CONFIG_UNAVAILABLE',
    args: ['demo.use'],
    how: () => withEnv({ OUTLOOP_HOME: home.path('nowhere') })(),
  },
  { title: 'a ca file that is none', code: 'CONFIG_INVALID', args: ['ca.get'] },
  {
    title: 'a folder of the log that is open to others',
    code: 'CONFIG_INVALID',
    args: ['demo.use', 'verb=none'],
    change: (state) => chmodSync(join(state, 'audit'), 0o777),
  },
  {
    title: 'a log that others can write',
    code: 'AUDIT_UNAVAILABLE',
    args: ['demo.use', 'verb=none'],
    change: (state) => chmodSync(join(state, 'audit/head.json'), 0o666),
  },
  {
    title: 'a log whose end was changed',
    code: 'AUDIT_CHAIN_BROKEN',
    args: ['demo.use', 'verb=none'],
    change: edit('audit/head.json', /"sha":"[0-9a-f]{60}/, `"sha":"${'0'.repeat(60)}`),
  },
  {
    title: 'a keychain that cannot be reached',
    code: 'BACKEND_UNAVAILABLE',
    args: ['cred.wrong'],
    how: withEnv({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }),
  },
  { title: 'a credential without a value', code: 'SECRET_MISSING', args: ['cred.none'] },
  { title: 'a value too short to hide', code: 'SECRET_UNUSABLE', args: ['cred.short'] },
  { title: 'a value that no header can carry', code: 'SECRET_UNUSABLE', args: ['cred.lines'] },
  { title: 'a redirect to another origin', code: 'REDIRECT_BLOCKED', args: ['demo.moved.get'] },
  { title: 'a service that does not answer', code: 'UPSTREAM_UNREACHABLE', args: ['down.get'] },
  { title: 'a certificate of an unknown authority', code: 'UPSTREAM_TLS_FAILED', args: ['tls.get'] },
  { title: 'an action that takes too long', code: 'RUN_TIMEOUT', args: ['demo.use', 'verb=hang', '--timeout', '500ms'] },
  { title: 'an encoding that cannot be undone', code: 'OUTPUT_WITHHELD', args: ['demo.coded.get'] },
  { title: 'an answer that cannot be selected from', code: 'OUTPUT_WITHHELD', args: ['demo.text.get'] },
  { title: 'a child’s exit that is ours', code: 'CHILD_EXIT_RESERVED', args: ['demo.use', 'verb=fail', 'value=119'] },
];

async function expectCode({ title, code, args, how, change }: Case): Promise<void> {
  const at = change === undefined ? home : home.copy();
  change?.(at.state);
  const { cwd, env } = how?.() ?? { cwd: home.path('acme'), env: {} };
  const ended = await at.outloop(['run', '--json', ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { OUTLOOP_PRINCIPAL: 'agent:test', ...env },
  });
  const record = JSON.parse(ended.stdout);
  const { exit } = CATALOGUE[code];
  expect({ title, code: record.code, exit: ended.exit }).toEqual({ title, code, exit });
  expect(record).toMatchObject({ exit, secret_exposed: false, ...(exit <= LAST_BEFORE_BACKEND ? { backend_called: false } : {}) });
  const verb = exit < FIRST_ENDED ? 'denied' : 'ended';
  expect(ended.stderr).toMatch(new RegExp(`^outloop: ${verb} ${code} \\(${exit}\\) run=${record.run}: .+\\. Next: .+\\.\\n$`));
  expect(ended.stdout + ended.stderr).not.toContain(KEY);
  raised.add(code);
}

describe('outloop run', () => {
  for (const one of CASES) test.concurrent(`${one.title} is ${one.code}`, () => expectCode(one));

  test.skipIf(OWN_NAME === null)(
    `a name that leads to this machine is EGRESS_BLOCKED${OWN_NAME === null ? ' (skipped where this machine has no name of its own)' : ''}`,
    { concurrent: true },
    async () => {
      await expectCode({ title: 'named', code: 'EGRESS_BLOCKED', args: ['named.get'] });
      const { reason, next } = await home.record('named.get');
      expect(reason).toContain('the service’s networks');
      expect(next.do).toBe('report it');
    },
  );

  test.concurrent('one more than a rate permits is RATE_LIMITED, with the time to wait', async () => {
    expect((await home.record('once.use')).code).toBe('OK');
    await expectCode({ title: 'rate', code: 'RATE_LIMITED', args: ['once.use'] });
    expect((await home.record('once.use')).retry_after_ms).toBeGreaterThan(80_000_000);
    expect((await home.run('once.use')).stderr).toMatch(/ Next: wait 2[34] h(?: \d+ min)?, then try again\.\n$/);
  });

  test.concurrent('one more than may run at once is RATE_LIMITED, until the other has ended', async () => {
    const first = home.start(['run', 'alone.use', 'verb=stay'], { cwd: home.path('acme') });
    first.stdin?.end();
    const ended = waitFor(first);
    const pid = Number(await waitForText(first, '\n'));
    await expectCode({ title: 'concurrency', code: 'RATE_LIMITED', args: ['alone.use'] });
    first.kill('SIGKILL');
    await ended;
    await until(() => !isRunning(pid));
    expect((await home.record('alone.use')).code).toBe('OK');
  });
});

test('every code that means nothing was done is raised by a journey', () => {
  const early = DENIAL_CODES.filter((code) => CATALOGUE[code].exit < FIRST_ENDED && !ELSEWHERE.includes(code));
  expect(early.filter((code) => !raised.has(code))).toEqual([]);
});
