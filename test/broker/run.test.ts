import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RunAnswer } from '../../src/broker/end-run.js';
import { admit } from '../../src/broker/admit.js';
import { evaluate } from '../../src/broker/evaluate.js';
import { findSchedule, refuseFiring } from '../../src/broker/fire.js';
import { readMenu } from '../../src/broker/administration/menu.js';
import { rehearse } from '../../src/broker/rehearse.js';
import { refuseUsage, run } from '../../src/broker/run.js';
import type { World } from '../../src/broker/world.js';
import { deny } from '../../src/denial/denial.js';
import { interruptedBy } from '../../src/model/interruption.js';
import type { Caller, RunRequest } from '../../src/model/run.js';
import { openLocks } from '../../src/state/parked-lock.js';
import { serveHttp, type TestServer } from '../fixtures/http/servers.js';
import { holdLog } from './hold-log.js';
import { callerIn, captureStreams, makeWorld, readLog, requestOf, UID, type MadeWorld } from './make-world.js';

const KEY = 'acme-bot-s3cret-value';

let made: MadeWorld;
let server: TestServer;
let sent: string[];
let caller: Caller;
let tool: string;

beforeEach(async () => {
  sent = [];
  server = await serveHttp((request, response) => {
    sent.push(request.headers.authorization ?? '');
    response.end(JSON.stringify({ echo: request.headers.authorization, second: request.headers['x-key'] ?? null }));
  });
  made = makeWorld({ values: { 'acme/bot': KEY } });
  tool = join(made.home, 'tool');
  writeFileSync(tool, '#!/bin/sh\necho "$KEY"; echo "outloop: said the child" >&2; exit "$1"\n', { mode: 0o755 });
  made.service('demo', {
    version: 1,
    service: 'demo',
    title: 'Demo',
    base: server.base,
    slots: {
      token: { scheme: 'bearer', hosts: ['127.0.0.1'] },
      second: { scheme: 'header', name: 'X-Key', hosts: ['127.0.0.1'] },
    },
    aliases: {
      'demo.item.get': { title: 'Get', effect: 'read', slots: ['token'], http: { method: 'GET', path: '/' }, response: { select: 'echo' } },
      'demo.both.get': { title: 'Both', effect: 'read', http: { method: 'GET', path: '/' }, response: { select: '@' } },
      'demo.tool.use': {
        title: 'Tool',
        effect: 'write',
        params: { exit: { type: 'string', default: '0' } },
        command: { argv: [tool, '{exit}'], credentials: { KEY: 'token' } },
      },
      'demo.pair.use': {
        title: 'Two values in one argument',
        effect: 'write',
        params: { a: { type: 'string' }, b: { type: 'string', allowLeading: true } },
        command: { argv: [tool, '{a}{b}'] },
        args: { pattern: '[a-z]+', max: 1 },
      },
      'demo.head.get': {
        title: 'A value at the end of a header',
        effect: 'read',
        slots: ['token'],
        params: { a: { type: 'string' } },
        http: { method: 'GET', path: '/', headers: { 'X-A': 'v {a}' } },
      },
    },
  });
  made.vet(tool);
  permit({});
  caller = callerIn(made.link('acme', 'website'));
});

function permit(more: object): void {
  made.tenant('acme', {
    version: 1,
    tenant: 'acme',
    status: 'active',
    credentials: { bot: { backend: 'embedded', ref: 'acme/bot' } },
    grants: [{ id: 'all', permit: 'demo.*', bind: { token: 'bot', second: 'bot' }, ...more }],
  });
}

type Did = RunAnswer & { readonly stdout: string; readonly stderr: string };
async function perform(
  alias: string,
  how: { request?: Partial<RunRequest>; world?: Partial<World>; caller?: Partial<Caller> } = {},
): Promise<Did> {
  const { streams, stdout, stderr } = captureStreams();
  const world = { ...made.world, ...how.world };
  const answer = await run(requestOf(alias, {}, how.request), { ...caller, ...how.caller }, streams, world, new AbortController().signal);
  return { ...answer, stdout: stdout(), stderr: stderr() };
}

/** Nothing was asked, here or elsewhere. */
function expectUntouched({ record }: RunAnswer, code: string): void {
  expect(record).toMatchObject({ code, backend_called: false });
  expect(made.backend.calls).toBe(0);
  expect(sent).toEqual([]);
}

describe('a run that is permitted', () => {
  test('performs an HTTP action and gives what was selected, redacted', async () => {
    const { record, result } = await perform('demo.item.get');
    expect(record).toMatchObject({
      code: 'OK',
      exit: 0,
      origin: 'service',
      http_status: 200,
      delivery: 'http',
      redactions: 1,
      backend_called: true,
    });
    expect(result).toBe('Bearer [redacted:bot]');
    expect(sent).toEqual([`Bearer ${KEY}`]);
  });

  test('performs a command, redacts its output and marks what would speak for outloop', async () => {
    const { record, stdout, stderr } = await perform('demo.tool.use', { request: { params: [{ name: 'exit', kind: 'text', text: '7' }] } });
    expect(record).toMatchObject({ code: 'CHILD_FAILED', exit: 7, child_exit: 7, origin: 'child', delivery: 'env', redactions: 1 });
    expect(stdout).toBe('[redacted:bot]\n');
    expect(stderr).toBe('child| outloop: said the child\n');
  });

  test('keeps an exit of a child that is outloop’s own apart', async () => {
    const { record } = await perform('demo.tool.use', { request: { params: [{ name: 'exit', kind: 'text', text: '105' }] } });
    expect(record).toMatchObject({ code: 'CHILD_EXIT_RESERVED', exit: 118, child_exit: 105 });
  });

  test('asks for a credential once, though it fills two slots', async () => {
    const { result } = await perform('demo.both.get');
    expect(result).toEqual({ echo: 'Bearer [redacted:bot]', second: '[redacted:bot]' });
    expect(made.backend.calls).toBe(1);
  });

  test('leaves nothing behind: no private directory, and zeros where the value was', async () => {
    const given: Uint8Array[] = [];
    const get = made.backend.get.bind(made.backend);
    made.backend.get = async (ref, ask) => {
      const answer = await get(ref, ask);
      if (answer.kind === 'value') given.push(answer.bytes);
      return answer;
    };
    await perform('demo.tool.use');
    await perform('demo.item.get');
    expect(given.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true, true]);
    expect(readdirSync(made.world.temporary, { recursive: true })).toEqual([`outloop-${made.world.uid}`]);
  });

  test('writes its intent before, and its result after; both name the run', async () => {
    const { record } = await perform('demo.item.get');
    expect(readLog(made.state)).toMatchObject([
      {
        type: 'intent',
        run: record.run,
        tenant: 'acme',
        project: 'website',
        alias: 'demo.item.get',
        principal: 'agent:unknown',
        decision: 'permit',
        grants: ['all'],
        credentials: ['bot'],
        sources: {
          'tenants/acme.yaml': expect.stringMatching(/^[0-9a-f]{64}$/),
          'services/demo.yaml': expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
      { type: 'result', run: record.run, code: 'OK', exit: 0, http_status: 200, redactions: 1, secret_exposed: false },
    ]);
  });

  test('whose result cannot be recorded keeps its exit and says so', async () => {
    const get = made.backend.get.bind(made.backend);
    made.backend.get = (ref, ask) => {
      rmSync(join(made.state.paths.audit, 'lock'));
      mkdirSync(join(made.state.paths.audit, 'lock'));
      return get(ref, ask);
    };
    const { record, result } = await perform('demo.item.get');
    expect(record).toMatchObject({ code: 'OK', exit: 0, audit_result: 'failed' });
    expect(result).toBe('Bearer [redacted:bot]');
  });

  test('gives its place in a concurrency limit back, also where its credential was not there', async () => {
    permit({ limits: { concurrency: 1 } });
    expect((await perform('demo.item.get')).record.code).toBe('OK');
    made.backend.mood = 'locked';
    expect((await perform('demo.item.get')).record).toMatchObject({ code: 'BACKEND_LOCKED', exit: 113, backend_called: true });
    made.backend.mood = 'ready';
    expect((await perform('demo.item.get')).record.code).toBe('OK');
  });

  test('is ended at the time that the caller gave, which only lowers the alias’s own', async () => {
    writeFileSync(tool, '#!/bin/sh\nexec sleep 30\n', { mode: 0o755 });
    made.vet(tool);
    const { record } = await perform('demo.tool.use', { request: { timeoutMs: 100 } });
    expect(record).toMatchObject({ code: 'RUN_TIMEOUT', exit: 116, reason: 'the action was ended after 100 ms' });
  });

  test('whose backend breaks is BACKEND_UNAVAILABLE, in words of ours', async () => {
    made.backend.get = () => Promise.reject(new Error(KEY));
    const did = await perform('demo.item.get');
    expect(did.record).toMatchObject({ code: 'BACKEND_UNAVAILABLE', exit: 114, backend_called: true });
    expect(JSON.stringify([did, readLog(made.state)])).not.toContain(KEY);
    const gone = await perform('demo.item.get', { world: { openBackend: () => Promise.reject(new Error(KEY)) } });
    expect(gone.record).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(sent).toEqual([]);
  });
});

describe('a run is refused, and nobody is asked,', () => {
  test('where a changed runtime is met first, before any state', async () => {
    const how = { caller: { env: { NODE_OPTIONS: '--require x' } }, world: { paths: deny('CONFIG_UNAVAILABLE') } };
    expectUntouched(await perform('demo.item.get', how), 'RUNTIME_TAMPERED');
  });

  test('where there is no state, before the link is looked at', async () => {
    const how = { caller: callerIn({ kind: 'none' }), world: { paths: deny('CONFIG_UNAVAILABLE') } };
    expectUntouched(await perform('demo.item.get', how), 'CONFIG_UNAVAILABLE');
  });

  test('where the link fails, before the tenant, the alias and the principal', async () => {
    const how = {
      caller: callerIn({ kind: 'none' }),
      request: { claim: 'nobody', assertedTenants: [{ from: '--tenant', tenant: 'globex' }] },
    };
    expectUntouched(await perform('no.such', how), 'LINK_NOT_FOUND');
  });

  test('where another tenant is asserted, before the alias', async () => {
    expectUntouched(await perform('globex/no.such'), 'TENANT_MISMATCH');
    expectUntouched(
      await perform('no.such', { request: { assertedTenants: [{ from: '--tenant', tenant: 'globex' }] } }),
      'TENANT_MISMATCH',
    );
  });

  test('where a parameter is wrong, before the principal; and the principal before policy', async () => {
    const param = { name: 'exit', kind: 'text', text: '-x' } as const;
    expectUntouched(await perform('demo.tool.use', { request: { params: [param], claim: 'nobody' } }), 'PARAM_UNSAFE');
    made.tenant('acme', { version: 1, tenant: 'acme', status: 'active' });
    expectUntouched(await perform('demo.tool.use', { request: { claim: 'nobody' } }), 'USAGE');
    expectUntouched(await perform('demo.tool.use'), 'ALIAS_NOT_ALLOWED');
  });

  describe.each([
    ['without a grant', () => made.tenant('acme', { version: 1, tenant: 'acme', status: 'active' })],
    ['with a grant that says nothing of extra arguments, and another tool', () => writeFileSync(tool, '#!/bin/sh\n')],
  ])('where what is given does not fit its place, before policy and the tool, %s:', (_, change) => {
    test.each([
      ['extra arguments of an alias that takes none', 'demo.tool.use', {}, ['x'], 'PARAM_INVALID'],
      ['extra arguments of a request', 'demo.item.get', {}, ['x'], 'PARAM_INVALID'],
      ['an extra argument that does not match', 'demo.pair.use', { a: 'a', b: '' }, ['X'], 'PARAM_INVALID'],
      ['an extra argument that is no text', 'demo.pair.use', { a: 'a', b: '' }, ['\ud800'], 'PARAM_UNSAFE'],
      ['a header that would end in a blank', 'demo.head.get', { a: '' }, [], 'PARAM_UNSAFE'],
      ['two values that are an option together', 'demo.pair.use', { a: '', b: '-x' }, [], 'PARAM_UNSAFE'],
    ] as const)('%s', async (_, alias, values, extra, code) => {
      change();
      const did = await run(
        requestOf(alias, values, { extra }),
        caller,
        captureStreams().streams,
        made.world,
        new AbortController().signal,
      );
      expectUntouched(did, code);
    });
  });

  test.each([
    ['of another type', 5],
    ['that is unsafe', '-x'],
  ])('where a pin holds a value %s, which is the operator’s to mend', async (_, exit) => {
    permit({ pin: { exit } });
    const did = await perform('demo.tool.use');
    expectUntouched(did, 'CONFIG_INVALID');
    expect(did.record.reason).toContain('grant all pins parameter exit to a value that it does not take: ');
  });

  test('where a pinned value does not fit its place, as policy is known', async () => {
    permit({ pin: { b: '-x' } });
    const params = [{ name: 'a', kind: 'text', text: '' }] as const;
    expectUntouched(await perform('demo.pair.use', { request: { params } }), 'PARAM_UNSAFE');
  });

  test('where the tool has changed', async () => {
    writeFileSync(tool, '#!/bin/sh\necho other\n');
    expectUntouched(await perform('demo.tool.use'), 'TOOL_CHANGED');
  });

  test('where a limit has no room', async () => {
    permit({ limits: { rate: '1/hour' } });
    await perform('demo.item.get');
    const calls = made.backend.calls;
    const { record } = await perform('demo.item.get');
    expect(record).toMatchObject({ code: 'RATE_LIMITED', exit: 108, retryable: true, retry_after_ms: 3_600_000, backend_called: false });
    expect(made.backend.calls).toBe(calls);
  });

  test('where the intent cannot be written', async () => {
    mkdirSync(join(made.state.paths.audit, 'lock'));
    const did = await perform('demo.item.get');
    expectUntouched(did, 'AUDIT_UNAVAILABLE');
    expect(did.record).toMatchObject({ exit: 112, audit_result: 'failed' });
  });

  test.each([
    ['that others can write', (path: string) => (writeFileSync(path, ''), chmodSync(path, 0o666)), 'can be written by others'],
    ['that is a FIFO', (path: string) => void execFileSync('mkfifo', [path]), 'is not a regular file'],
  ])('where the log has a lock %s', async (_, make, flaw) => {
    const path = join(made.state.paths.audit, 'lock');
    rmSync(path, { force: true });
    make(path);
    for (const locks of [made.world.locks, openLocks()]) {
      const did = await perform('demo.item.get', { world: { locks } });
      expectUntouched(did, 'AUDIT_UNAVAILABLE');
      expect(did.record.reason).toContain(`${path} ${flaw}`);
    }
  });

  test.each(['demo.item.get', 'no.such'])('where the log is locked by others, which is waited for once: %s', async (alias) => {
    let waits = 0;
    const acquire = () => Promise.resolve({ kind: 'refused', why: waits++ === 0 ? 'timeout' : 'no-locker' } as const);
    const did = await perform(alias, { world: { locks: { ...made.world.locks, acquire } } });
    expectUntouched(did, alias === 'no.such' ? 'ALIAS_UNKNOWN' : 'AUDIT_UNAVAILABLE');
    expect(did.record.audit_result).toBe('failed');
    expect(waits).toBe(1);
  });

  test('where Node’s inspector opens after the decision', async () => {
    let looks = 0;
    const inspectorUrl = () => (looks++ === 0 ? 'ws://127.0.0.1:9229/x' : undefined);
    expectUntouched(await perform('demo.item.get', { world: { inspectorUrl } }), 'RUNTIME_TAMPERED');
  });

  test('where no private directory can be made for a command', async () => {
    expectUntouched(await perform('demo.tool.use', { world: { temporary: '/nonexistent' } }), 'ISOLATION_UNAVAILABLE');
  });

  test('where the operator state is open to others', async () => {
    chmodSync(made.state.paths.tenants, 0o777);
    expectUntouched(await perform('demo.item.get'), 'CONFIG_INVALID');
  });

  test('where the tenant is revoked or unknown', async () => {
    made.tenant('acme', { version: 1, tenant: 'acme', status: 'revoked' });
    expectUntouched(await perform('demo.item.get'), 'TENANT_REVOKED');
    rmSync(join(made.state.paths.tenants, 'acme.yaml'));
    expectUntouched(await perform('demo.item.get'), 'TENANT_UNKNOWN');
  });

  test('where the tenant is revoked, before the alias, its parameters and the principal', async () => {
    made.tenant('acme', { version: 1, tenant: 'acme', status: 'revoked' });
    expectUntouched(await perform('no.such'), 'TENANT_REVOKED');
    const request = { claim: 'robot', params: [{ name: 'nothing', kind: 'text', text: '1' }] } as const;
    expectUntouched(await perform('demo.item.get', { request }), 'TENANT_REVOKED');
    expect((await rehearse(requestOf('no.such'), caller, made.world)).denial).toMatchObject({ code: 'TENANT_REVOKED' });
    expect(await readMenu(made.world, { caller, claim: 'robot', assertedTenants: [], all: true })).toMatchObject({
      code: 'TENANT_REVOKED',
    });
  });
});

type Started = (world: World, signal: AbortSignal) => Promise<RunAnswer>;
const start =
  (alias: string, over: Partial<World> = {}): Started =>
  (world, signal) =>
    run(requestOf(alias), caller, captureStreams().streams, { ...world, ...over }, signal);

test.each<readonly [what: string, started: Started, code: string]>([
  ['a run', start('demo.tool.use'), 'CHILD_SIGNALED'],
  ['a run that is refused', start('no.such'), 'ALIAS_UNKNOWN'],
  ['a run without a private directory', start('demo.tool.use', { temporary: '/nonexistent' }), 'ISOLATION_UNAVAILABLE'],
  ['a command line that cannot be read', (world, signal) => refuseUsage('unknown flag --x', world, signal), 'USAGE'],
  [
    'a firing of no schedule',
    (world, signal) => {
      const due = findSchedule('no-such', caller, world);
      if (due.kind === 'due') throw new Error('there is such a schedule');
      return refuseFiring(due, world, signal);
    },
    'USAGE',
  ],
])('a signal ends the wait for the log of %s, which touches nothing', async (_what, begin, code) => {
  await holdLog(made.state);
  const controller = new AbortController();
  setTimeout(() => controller.abort(interruptedBy('SIGINT')), 300);
  const started = Date.now();
  const world = { ...made.world, locks: openLocks() };
  const answer = await begin(world, controller.signal);
  expect(Date.now() - started).toBeLessThan(5000);
  expectUntouched(answer, code);
  expect(readLog(made.state)).toEqual([]);
});

describe('a refusal', () => {
  test('is on record with its code', async () => {
    const { record } = await perform('no.such');
    expect(readLog(made.state)).toMatchObject([
      {
        type: 'deny',
        run: record.run,
        code: 'ALIAS_UNKNOWN',
        exit: 105,
        tenant: 'acme',
        alias: 'no.such',
        decision: 'deny',
        backend_called: false,
      },
    ]);
  });

  test.each(['sk_live_51H8aZ0kPq', 'Demo.Item.Get', 'no\nsuch.thing'])(
    'of %j, which is no name of an alias, does not keep it: it may be a key',
    async (typed) => {
      expect((await perform(typed)).record).toMatchObject({ code: 'ALIAS_UNKNOWN' });
      expect(readLog(made.state)).toMatchObject([{ type: 'deny', code: 'ALIAS_UNKNOWN', alias: null }]);
    },
  );

  test('of a command line that cannot be read is on record where there is a state, and is USAGE', async () => {
    const { record } = await refuseUsage('unknown flag --x', made.world, new AbortController().signal);
    expect(record).toMatchObject({
      code: 'USAGE',
      exit: 102,
      backend_called: false,
      reason: 'the command line is not valid: unknown flag --x',
    });
    expect(readLog(made.state)).toMatchObject([{ type: 'deny', run: record.run, code: 'USAGE' }]);
    const without = await refuseUsage('x', { ...made.world, paths: deny('CONFIG_UNAVAILABLE') }, new AbortController().signal);
    expect(without.record).toMatchObject({ code: 'USAGE', exit: 102 });
  });
});

test('what a run took of its limits is given back where a bug keeps its intent from the log', async () => {
  permit({ limits: { rate: '1/hour' } });
  const plan = await evaluate(requestOf('demo.item.get'), caller, made.world);
  if (plan.kind !== 'plan') throw new Error('it was refused');
  const trail = {
    ...plan.trail,
    get project(): never {
      throw new TypeError('a bug');
    },
  };
  expect(await admit({ ...plan, trail }, made.world, { rehearse: false })).toMatchObject({ code: 'INTERNAL_ERROR' });
  expect(readLog(made.state)).toEqual([]);
  expect((await perform('demo.item.get')).record).toMatchObject({ code: 'OK' });
});

describe('a rehearsal', () => {
  test('writes nothing and takes no room', async () => {
    permit({ limits: { rate: '1/hour' } });
    for (let i = 0; i < 3; i++) {
      const { answer } = await rehearse(requestOf('demo.item.get'), caller, made.world);
      expect(answer.record).toMatchObject({
        code: 'OK',
        exit: 0,
        backend_called: false,
        reason: 'demo.item.get is permitted; nothing was run',
      });
    }
    expect(readLog(made.state)).toEqual([]);
    expect(readdirSync(made.state.paths.limits)).toEqual([]);
    expect(made.backend.calls).toBe(0);
    expect((await perform('demo.item.get')).record.code).toBe('OK');
  });

  test('sees that no private directory can be made, and leaves none behind', async () => {
    const world = { ...made.world, temporary: '/nonexistent' };
    expect((await rehearse(requestOf('demo.tool.use'), caller, world)).denial).toMatchObject({ code: 'ISOLATION_UNAVAILABLE' });
    expect((await rehearse(requestOf('demo.tool.use'), caller, made.world)).denial).toBeNull();
    expect(readdirSync(made.world.temporary, { recursive: true })).toEqual([`outloop-${made.world.uid}`]);
  });

  test.skipIf(UID === 0)('sees that the log cannot be written (as root everything can)', async () => {
    chmodSync(made.state.paths.audit, 0o500);
    expect((await rehearse(requestOf('demo.item.get'), caller, made.world)).denial).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  });

  test('sees that the audit log cannot be locked', async () => {
    mkdirSync(join(made.state.paths.audit, 'lock'));
    expect((await rehearse(requestOf('demo.item.get'), caller, made.world)).denial).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  });
});
