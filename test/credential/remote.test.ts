import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAttempts } from '../../src/credential/remote/attempts.js';
import { readRetryAfter } from '../../src/net/retry-after.js';
import type { RemotePlace } from '../../src/credential/remote/remote.js';
import { makeCaFile } from '../fixtures/http/ca-files.js';
import { serveHttp, serveHttps } from '../fixtures/http/servers.js';
import { askOf, makeSetting, openingOf } from './make-setting.js';
import type { MadeSetting } from './make-setting.js';

const QUICK = { totalMs: 3000, attemptMs: 1000, baseMs: 10 };
const NO_HEADERS = { path: '/x', headers: [], json: null } as const;
const { signal } = askOf();

let made: MadeSetting;
beforeEach(() => {
  made = makeSetting();
});
afterEach(() => made.remove());

const at = (base: string, more: Partial<RemotePlace> = {}): RemotePlace => ({ base, networks: [], ca: null, ...more });

/** A server that answers one status after another, the last for ever; and how it was asked. */
async function serveStatuses(statuses: readonly number[], headers: Record<string, string> = {}) {
  let calls = 0;
  const server = await serveHttp((_request, response) => {
    response.statusCode = statuses[Math.min(calls, statuses.length - 1)] ?? 500;
    calls++;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.end('{}');
  });
  return { place: at(server.base), calls: () => calls, close: server.close };
}

describe('a call', () => {
  it.each([
    [[503, 200], 200, 2],
    [[429, 500, 200], 200, 3],
    [[500, 502, 503, 200], 503, 3],
    [[412, 200], 200, 2],
    [[408, 200], 200, 2],
    [[400], 400, 1],
    [[401], 401, 1],
    [[403], 403, 1],
    [[404], 404, 1],
    [[301], 301, 1],
    [[200], 200, 1],
  ])('answered with %j ends with %i after %i attempts', async (statuses, status, attempts) => {
    const { place, calls } = await serveStatuses(statuses);
    expect(await openAttempts(openingOf(made.setting), place, signal, QUICK).call(NO_HEADERS)).toMatchObject({ kind: 'reply', status });
    expect(calls()).toBe(attempts);
  });

  it('waits as long as it is told, where that is within the budget', async () => {
    const { place, calls } = await serveStatuses([429, 200], { 'retry-after': '1' });
    const started = Date.now();
    expect(await openAttempts(openingOf(made.setting), place, signal, QUICK).call(NO_HEADERS)).toMatchObject({ status: 200 });
    expect(Date.now() - started).toBeGreaterThanOrEqual(990);
    expect(calls()).toBe(2);
  });

  it('does not wait where it is told to wait beyond the budget, and passes the time on', async () => {
    const { place, calls } = await serveStatuses([429], { 'retry-after': '4' });
    const started = Date.now();
    expect(await openAttempts(openingOf(made.setting), place, signal, QUICK).call(NO_HEADERS)).toMatchObject({
      status: 429,
      retryAfterMs: 4000,
    });
    expect(Date.now() - started).toBeLessThan(900);
    expect(calls()).toBe(1);
  });

  it('that is settled is not tried again', async () => {
    const { place, calls } = await serveStatuses([503]);
    await openAttempts(openingOf(made.setting), place, signal, QUICK).call(NO_HEADERS, () => true);
    expect(calls()).toBe(1);
  });

  it('shares its budget with the calls of the same question', async () => {
    let calls = 0;
    const server = await serveHttp(() => void calls++);
    const attempts = openAttempts(openingOf(made.setting), at(server.base), signal, {
      totalMs: 700,
      attemptMs: 300,
      baseMs: 10,
    });
    const started = Date.now();
    for (let i = 0; i < 2; i++)
      expect(await attempts.call(NO_HEADERS)).toEqual({ kind: 'unavailable', detail: 'it did not answer in time', retryAfterMs: null });
    expect(Date.now() - started).toBeLessThan(1500);
    expect(calls).toBeLessThanOrEqual(4);
  });

  it('to a port where nobody listens, or a name that does not exist, is unavailable', async () => {
    const { place, close } = await serveStatuses([200]);
    await close();
    const rows = [
      [place, 'it did not accept a connection'],
      [at('https://no-such-host.invalid'), 'its name could not be resolved'],
    ] as const;
    for (const [one, detail] of rows)
      expect(await openAttempts(openingOf(made.setting), one, signal, QUICK).call(NO_HEADERS)).toMatchObject({
        kind: 'unavailable',
        detail,
      });
  });

  it('to an address that is not public is refused unless networks list it, before a connection', async () => {
    const server = await serveHttps('good', (_request, response) => response.end('{}'));
    const place = at(`https://127.0.0.1:${server.port}`);
    expect(await openAttempts(openingOf(made.setting), place, signal, QUICK).call(NO_HEADERS)).toEqual({
      kind: 'unavailable',
      detail: 'its address is not allowed; its networks in settings.yaml must list it',
      retryAfterMs: null,
    });
    expect(server.connections()).toBe(0);
  });

  it.each(['good', 'self-signed', 'unknown-authority', 'wrong-name', 'expired'])(
    'over TLS with the certificate %s passes for good alone',
    async (name) => {
      const server = await serveHttps(name, (_request, response) => response.end('{"fine":true}'));
      const place = at(`https://localhost:${server.port}`, { networks: ['127.0.0.0/8', '::1/128'], ca: makeCaFile('ca.pem') });
      const answer = await openAttempts(openingOf(made.setting), place, signal, QUICK).call(NO_HEADERS);
      if (name === 'good') expect(answer).toMatchObject({ kind: 'reply', body: { fine: true } });
      else expect(answer).toMatchObject({ kind: 'unavailable', detail: expect.stringMatching(/^its TLS connection was not accepted: /) });
    },
  );

  it('takes no proxy from the environment, and follows no redirect', async () => {
    let elsewhere = 0;
    const other = await serveHttp((_request, response) => {
      elsewhere++;
      response.end('{}');
    });
    process.env['http_proxy'] = `http://127.0.0.1:${other.port}`;
    const { place } = await serveStatuses([302], { location: `http://127.0.0.1:${other.port}/` });
    expect(await openAttempts(openingOf(made.setting), place, signal, QUICK).call(NO_HEADERS)).toMatchObject({ status: 302 });
    delete process.env['http_proxy'];
    expect(elsewhere).toBe(0);
  });

  it('puts its path after that of the base', async () => {
    const asked: (string | undefined)[] = [];
    const server = await serveHttp((request, response) => {
      asked.push(request.url, request.headers['user-agent']);
      response.end('{}');
    });
    await openAttempts(openingOf(made.setting), at(`http://127.0.0.1:${server.port}/prefix`), signal, QUICK).call(NO_HEADERS);
    expect(asked).toEqual(['/prefix/x', 'outloop/0.0.0']);
  });
});

it.each([
  [undefined, null],
  ['0', 0],
  ['120', 120_000],
  [' 5 ', 5000],
  ['Wed, 25 Nov 2026 10:00:30 GMT', 30_000],
  ['Wed, 25 Nov 2026 09:00:00 GMT', 0],
  ['999999999', 86_400_000],
  ['-1', null],
  ['1.5', null],
  ['soon', null],
  ['2026-11-25', null],
  ['', null],
])('Retry-After %j is %j ms', (field, waitMs) => {
  expect(readRetryAfter(field, Date.UTC(2026, 10, 25, 10))).toBe(waitMs);
});
