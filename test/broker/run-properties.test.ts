import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explain } from '../../src/broker/administration/explain.js';
import { rehearse } from '../../src/broker/rehearse.js';
import { run } from '../../src/broker/run.js';
import type { LinkFile } from '../../src/model/link.js';
import type { RunRecord } from '../../src/model/run.js';
import { serveHttp } from '../fixtures/http/servers.js';
import { callerIn, captureStreams, makeWorld, readLog, requestOf, type MadeWorld } from './make-world.js';

const TENANTS = ['acme', 'globex'] as const;
type Tenant = (typeof TENANTS)[number];
const CREDENTIALS = ['bot', 'admin'] as const;
const valueOf = (tenant: string, name: string) => `${tenant}-${name}-s3cret-value`;
const VALUES = Object.fromEntries(TENANTS.flatMap((tenant) => CREDENTIALS.map((name) => [`${tenant}/${name}`, valueOf(tenant, name)])));

const demo = (base: string) => ({
  version: 1,
  service: 'demo',
  title: 'Demo',
  base,
  slots: { token: { scheme: 'bearer', hosts: ['127.0.0.1'] }, open: { scheme: 'none' } },
  aliases: {
    'demo.items.list': {
      title: 'List',
      effect: 'read',
      params: { owner: { type: 'string', pattern: '[a-z-]+' }, state: { type: 'enum', values: ['open', 'all'], default: 'open' } },
      http: { method: 'GET', path: '/of/{owner}', query: { state: '{state}' } },
    },
    'demo.items.delete': { title: 'Delete', effect: 'destructive', http: { method: 'DELETE', path: '/items' } },
    'demo.open.get': { title: 'Open', effect: 'read', slots: ['open'], http: { method: 'GET', path: '/open' } },
    'demo.tool.use': {
      title: 'Tool',
      effect: 'write',
      command: { argv: ['/bin/true'], credentials: { KEY: 'token' } },
      args: { pattern: '[a-z]*', max: 2 },
    },
    'demo.work.use': { title: 'Work', effect: 'write', command: { argv: ['/bin/true'], credentials: { KEY: 'token' }, cwd: 'workspace' } },
  },
});

/** Mostly what permits, and once in a while what does not: every question meets some twenty of these. */
const often = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 14, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
const seldom = <T>(...others: readonly T[]) => often<T | undefined>(undefined, ...others);

const patterns = often<readonly string[]>(['demo.*'], ['*.list', 'demo.tool.*'], ['demo.items.list'], ['*.delete'], ['*.tool.*.*']);
const conditions = {
  effects: seldom<readonly string[]>(['read'], ['read', 'write']),
  projects: seldom<readonly string[]>(['website'], ['other']),
  principals: seldom<readonly string[]>(['agent'], ['human', 'ci'], ['agent:claude']),
  window: seldom(
    { days: ['mon'], hours: '08:00-20:00', timezone: 'Europe/London' },
    { days: ['tue'], hours: '08:00-20:00', timezone: 'Europe/London' },
  ),
  expires: seldom('2027-03-01', '2026-01-01'),
};
const permit = fc.record({
  permit: patterns,
  ...conditions,
  bind: often<object>({ token: 'bot' }, { token: 'admin' }, {}),
  pin: seldom<object>({ owner: 'acme-inc' }, { owner: 'other' }, { absent: 1 }),
  limits: seldom<object>({ rate: '2/hour' }, { concurrency: 1 }),
  workspace: seldom(true),
  args: seldom(true),
});
const forbid = fc.record({ forbid: fc.subarray(['*.delete', 'demo.tool.*', 'demo.items.*'], { minLength: 1 }), ...conditions });
const grants = fc
  .array(fc.oneof({ weight: 8, arbitrary: permit }, { weight: 1, arbitrary: forbid }), { minLength: 1, maxLength: 3 })
  .map((list) => list.map((grant, i) => ({ id: `g${i}`, ...grant })));

const request = fc.record({
  alias: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('demo.items.list', 'demo.items.delete', 'demo.open.get', 'demo.tool.use', 'demo.work.use') },
    {
      weight: 2,
      arbitrary: fc.constantFrom('acme/demo.items.list', 'globex/demo.tool.use', '/demo.open.get', 'demo.items.lst', '', '..', 'demo'),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
  ),
  owner: often<string | undefined>('acme-inc', undefined, 'other', '..', '-x', 'A'),
  more: seldom('state=all', 'state=bad', 'unknown=1', '__proto__=1', 'constructor=x'),
  extra: often<readonly string[]>([], ['x'], ['x', 'y', 'z'], ['--version']),
  asserted: seldom('acme', 'globex', 'Acme', ''),
  claim: often<string | null>(null, 'agent:claude', 'human:ada', 'ci:github', 'root', 'agent:'),
});
const surroundings = fc.record({
  env: often<Record<string, string>>(
    {},
    { CLAUDECODE: '1' },
    { CI: 'true' },
    { NODE_OPTIONS: '--max-old-space-size=512' },
    { NODE_OPTIONS: '--require /tmp/x.js' },
    { LD_PRELOAD: '/tmp/x.so' },
    { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  ),
  execArgv: often<readonly string[]>([], ['--inspect'], ['--require', '/tmp/x.js']),
  inspector: often<string | undefined>(undefined, 'ws://127.0.0.1:9229/x'),
  terminal: fc.boolean(),
  mood: often<'ready' | 'locked' | 'unavailable'>('ready', 'locked', 'unavailable'),
});
/** How the link's evidence is changed: not at all, or in one of the ways that a copied, moved, edited or planted file is. */
const change = often<string>('none', 'byte', 'bytes of the other', 'directory', 'inode', 'symlink', 'gone', 'empty');
const seed = fc.nat();

type Found = Extract<LinkFile, { kind: 'found' }>;

function changeLink(file: Found, other: Found, how: string, at: number): LinkFile {
  switch (how) {
    case 'byte': {
      const bytes = Buffer.from(file.bytes);
      bytes[at % bytes.length]! ^= 1 + (at % 255);
      return { ...file, bytes };
    }
    case 'bytes of the other':
      return { ...file, bytes: other.bytes };
    case 'directory':
      return { ...file, directory: `${file.directory}/nested` };
    case 'inode':
      return { ...file, inode: String(Number(file.inode) + 1) };
    case 'symlink':
      return { kind: 'untrusted', directory: file.directory, why: 'symlink' };
    case 'gone':
      return { kind: 'none' };
    case 'empty':
      return { ...file, bytes: new Uint8Array(0) };
    default:
      return file;
  }
}

function writeTenant(made: MadeWorld, tenant: Tenant, status: string, list: readonly object[]): void {
  const credentials = Object.fromEntries(CREDENTIALS.map((name) => [name, { backend: 'embedded', ref: `${tenant}/${name}` }]));
  made.tenant(tenant, { version: 1, tenant, status, credentials, grants: list });
}

/** What a decision shows of itself: the same for run, --dry-run and explain. */
const shown = ({ code, exit, reason, next, retry_after_ms, tenant, project, alias, principal, delivery }: RunRecord) => ({
  code,
  exit,
  reason,
  next,
  retry_after_ms,
  tenant,
  project,
  alias,
  principal,
  delivery,
});

test('whatever is asked: a denial asks no backend and no service, a permit uses the credential of the link’s tenant, on record before', async () => {
  const sent: (string | undefined)[] = [];
  const server = await serveHttp((message, response) => {
    sent.push(message.headers.authorization);
    response.end(JSON.stringify({ sent: message.headers.authorization ?? null }));
  });
  const made = makeWorld({ values: VALUES });
  const { state, backend } = made;
  made.service('demo', demo(server.base));
  made.vet('/bin/true');
  const links = { acme: made.link('acme', 'website'), globex: made.link('globex', 'website') };
  let permits = 0;
  let denials = 0;

  const property = fc.asyncProperty(
    fc.constantFrom(...TENANTS),
    often('active', 'revoked'),
    fc.tuple(grants, grants),
    request,
    surroundings,
    fc.tuple(change, seed),
    async (tenant, status, [own, others], asked, around, [how, at]) => {
      const other = tenant === 'acme' ? 'globex' : 'acme';
      writeTenant(made, tenant, status, own);
      writeTenant(made, other, 'active', others);
      const world = { ...made.world, inspectorUrl: () => around.inspector };
      backend.mood = around.mood;
      const caller = callerIn(changeLink(links[tenant], links[other], how, at), {
        env: around.env,
        execArgv: around.execArgv,
        terminal: { stdin: around.terminal, stdout: false, stderr: around.terminal },
      });
      const owner = asked.alias.endsWith('items.list') ? asked.owner : undefined;
      const pairs = [...(owner === undefined ? [] : [`owner=${owner}`]), ...(asked.more === undefined ? [] : [asked.more])];
      const question = requestOf(
        asked.alias,
        {},
        {
          params: pairs.map((pair) => ({ kind: 'text', name: pair.slice(0, pair.indexOf('=')), text: pair.slice(pair.indexOf('=') + 1) })),
          extra: asked.extra,
          claim: asked.claim,
          assertedTenants: asked.asserted === undefined || asked.asserted === '' ? [] : [{ from: '--tenant', tenant: asked.asserted }],
        },
      );
      const before = { asked: backend.asked.length, sent: sent.length, log: readLog(state).length };

      const rehearsed = await rehearse(question, caller, world);
      const explained = await explain(question, caller, world);
      expect(shown(explained.record)).toEqual(shown(rehearsed.answer.record));
      expect({ asked: backend.asked.length, sent: sent.length, log: readLog(state).length }).toEqual(before);

      const { streams, stdout, stderr } = captureStreams();
      const answer = await run(question, caller, streams, world, new AbortController().signal);
      const { record } = answer;
      const calls = backend.asked.slice(before.asked);
      const upstream = sent.slice(before.sent);
      const log = readLog(state).slice(before.log);
      const everything = JSON.stringify([answer, log]) + stdout() + stderr();
      for (const value of Object.values(VALUES)) expect(everything).not.toContain(value);

      if (rehearsed.denial !== null) {
        denials++;
        expect(shown(record)).toEqual(shown(rehearsed.answer.record));
        expect(record.exit).toBeGreaterThanOrEqual(102);
        expect(record.exit).toBeLessThanOrEqual(112);
        expect(record.backend_called).toBe(false);
        expect(calls).toEqual([]);
        expect(upstream).toEqual([]);
        expect(log).toMatchObject([{ type: 'deny', run: record.run, code: record.code, backend_called: false }]);
        return;
      }
      permits++;
      // Only an untouched link permits, and its tenant is the one that everything is done for.
      expect(how).toBe('none');
      expect(record.tenant).toBe(tenant);
      expect(record.exit > 112 || record.exit < 102).toBe(true);
      expect(log).toMatchObject([
        { type: 'intent', run: record.run, tenant },
        { type: 'result', run: record.run, code: record.code },
      ]);
      expect(calls.length).toBe(asked.alias.endsWith('open.get') ? 0 : 1);
      for (const call of calls) {
        expect(call.ask.tenant).toBe(tenant);
        expect(call.ref).toBe(`${tenant}/${call.ask.credential}`);
        expect(call.last).toMatchObject({
          type: 'intent',
          run: record.run,
          tenant,
          decision: 'permit',
          credentials: [call.ask.credential],
        });
      }
      if (around.mood !== 'ready' && calls.length > 0) {
        expect(record.code).toBe(around.mood === 'locked' ? 'BACKEND_LOCKED' : 'BACKEND_UNAVAILABLE');
        expect(upstream).toEqual([]);
      }
      for (const header of upstream) {
        const [call] = calls;
        expect(header).toBe(call === undefined ? undefined : `Bearer ${valueOf(tenant, call.ask.credential)}`);
      }
    },
  );
  await fc.assert(property, { numRuns: 100 });
  // Neither half of the promise was tried on nothing.
  expect(permits).toBeGreaterThan(10);
  expect(denials).toBeGreaterThan(30);
}, 120_000);
