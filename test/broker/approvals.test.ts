import { existsSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { listKeys, readAnswer, readWaiting, writeAnswer } from '../../src/approval/approval-store.js';
import { rehearse } from '../../src/broker/rehearse.js';
import { run } from '../../src/broker/run.js';
import { requestApproval } from '../../src/broker/request-approval.js';
import { approvalPlace } from '../../src/broker/settle-approval.js';
import type { World } from '../../src/broker/world.js';
import type { Approval, ApprovalRequest } from '../../src/model/approval.js';
import type { TenantName } from '../../src/model/ids.js';
import { interruptedBy } from '../../src/model/interruption.js';
import type { Caller } from '../../src/model/run.js';
import { openLocks } from '../../src/state/parked-lock.js';
import { serveHttp } from '../fixtures/http/servers.js';
import { holdLog } from './hold-log.js';
import { callerIn, captureStreams, makeWorld, readLog, requestOf, UID, type MadeWorld } from './make-world.js';

const ACME = 'acme' as TenantName;
const DAY_MS = 86_400_000;

let made: MadeWorld;
let caller: Caller;
let sent: number;

beforeEach(async () => {
  sent = 0;
  const server = await serveHttp((_, response) => {
    sent++;
    response.end('{}');
  });
  made = makeWorld({ values: { 'acme/bot': 'acme-bot-s3cret-value' } });
  made.service('demo', {
    version: 1,
    service: 'demo',
    title: 'Demo',
    base: server.base,
    slots: { token: { scheme: 'bearer', hosts: ['127.0.0.1'] } },
    aliases: { 'demo.item.get': { title: 'Get', effect: 'read', http: { method: 'GET', path: '/' } } },
  });
  permit({});
  caller = callerIn(made.link('acme', 'website'));
});

function permit(more: object): void {
  made.tenant('acme', {
    version: 1,
    tenant: 'acme',
    status: 'active',
    credentials: { bot: { backend: 'embedded', ref: 'acme/bot' } },
    grants: [{ id: 'ask', permit: 'demo.*', bind: { token: 'bot' }, approve: 'always-ask', ...more }],
  });
}

const REQUEST = requestOf('demo.item.get');
const perform = (world: Partial<World> = {}, signal = new AbortController().signal) =>
  run(REQUEST, caller, captureStreams().streams, { ...made.world, ...world }, signal);

const ask = (world: Partial<World> = {}, signal = new AbortController().signal) =>
  requestApproval(REQUEST, caller, { ...made.world, ...world }, signal);

/** Asks once, and answers as an operator does. */
async function approve(changes: Partial<Approval> = {}): Promise<ApprovalRequest> {
  await ask();
  const place = approvalPlace(made.state);
  const [key = ''] = listKeys(place.requestsDir, ACME, UID);
  const request = readWaiting(place, ACME, key);
  if (request === null || typeof request === 'string') throw new Error('nothing waits');
  const nowMs = made.world.now();
  const answer: Approval = { request, verdict: 'approved', decidedMs: nowMs, count: 1, left: 1, expiresMs: nowMs + DAY_MS, bind: {} };
  expect(writeAnswer(place, { ...answer, ...changes })).toBeNull();
  return request;
}

function left({ key }: ApprovalRequest): number | null | undefined {
  const answer = readAnswer(approvalPlace(made.state), ACME, key);
  return answer === null || typeof answer === 'string' ? undefined : answer.left;
}

describe('a run that a person must approve', () => {
  test('asks no backend and no service before it is', async () => {
    const { record } = await perform();
    expect(record).toMatchObject({ code: 'APPROVAL_REQUIRED', backend_called: false });
    expect({ calls: made.backend.calls, sent }).toEqual({ calls: 0, sent: 0 });
    expect(readLog(made.state)).toMatchObject([{ type: 'deny', code: 'APPROVAL_REQUIRED', request: record.request }]);
  });

  test('spends its approval with the intent, which names the request, and the next one asks again', async () => {
    const request = await approve();
    expect((await perform()).record).toMatchObject({ code: 'OK' });
    expect(left(request)).toBe(0);
    expect(readLog(made.state).find(({ type }) => type === 'intent')).toMatchObject({ request: request.id, grants: ['ask'] });
    expect((await perform()).record).toMatchObject({ code: 'APPROVAL_REQUIRED' });
    expect(sent).toBe(1);
  });

  test('gives its approval back where the log cannot take the intent', async () => {
    const request = await approve({ expiresMs: Number.MAX_SAFE_INTEGER });
    const { record } = await perform({ now: () => Date.UTC(10_001, 0) });
    expect(record).toMatchObject({ code: 'AUDIT_UNAVAILABLE', backend_called: false });
    expect(left(request)).toBe(1);
    expect({ calls: made.backend.calls, sent }).toEqual({ calls: 0, sent: 0 });
  });

  test('spends nothing where a limit has no room', async () => {
    permit({ limits: { rate: '1/day' } });
    const request = await approve({ count: 2, left: 2 });
    const again = { ...request, rule: 'always-ask' } as const;
    expect((await perform()).record).toMatchObject({ code: 'OK' });
    await approve({ request: again, count: 1, left: 1 });
    expect((await perform()).record).toMatchObject({ code: 'RATE_LIMITED' });
    expect(left(request)).toBe(1);
  });

  test('is rehearsed without a trace', async () => {
    expect((await rehearse(REQUEST, caller, made.world)).denial).toMatchObject({ code: 'APPROVAL_REQUIRED' });
    expect([made.state.paths.requests, made.state.paths.approvals].map((path) => existsSync(path))).toEqual([false, false]);
    const request = await approve();
    expect((await rehearse(REQUEST, caller, made.world)).denial).toBeNull();
    expect((await ask()).record).toMatchObject({ code: 'OK', exit: 0 });
    expect(left(request)).toBe(1);
  });

  test.each([
    ['asked for', ask],
    ['run', perform],
  ])('is %s no longer once a signal ends the wait for the log', async (_, act) => {
    await holdLog(made.state);
    const controller = new AbortController();
    setTimeout(() => controller.abort(interruptedBy('SIGINT')), 300);
    const started = Date.now();
    const { record } = await act({ locks: openLocks() }, controller.signal);
    expect(Date.now() - started).toBeLessThan(5000);
    expect(record).toMatchObject({ code: 'CHILD_SIGNALED', child_signal: 'SIGINT' });
    expect(existsSync(made.state.paths.requests)).toBe(false);
  });

  test('is denied where the request cannot be put on file', async () => {
    const paths = { ...made.state.paths, requests: '/dev/null/requests' };
    const { record } = await perform({ paths });
    expect(record).toMatchObject({ code: 'CONFIG_INVALID', backend_called: false });
    expect(record.reason).toContain('could not be recorded');
  });
});
