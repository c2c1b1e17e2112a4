import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/broker/run.js';
import type { World } from '../../src/broker/world.js';
import type { Backend, WritableBackend } from '../../src/credential/backend.js';
import { MemoryBackend } from '../../src/credential/memory/memory-backend.js';
import { gatherLink } from '../../src/link/gather-link.js';
import type { Caller, RunRequest } from '../../src/model/run.js';
import { oauthRefreshToken } from '../../src/scheme/oauth-refresh-token.js';
import { serveHttp, type TestServer } from '../fixtures/http/servers.js';
import { makeHome, type MadeHome } from '../journeys/made-home.js';
import { captureStreams } from './make-world.js';
import { worldOver } from './world-over.js';

let made: MadeHome;
let tokens: TestServer;
let api: TestServer;
let asked: URLSearchParams[] = [];
/** What the token server answers besides an access token. */
let more: Record<string, unknown> = {};
let delayMs = 0;
/** What the API says. */
let said: readonly string[] = [];

beforeAll(async () => {
  tokens = await serveHttp((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(new URLSearchParams(body));
      const reply = { access_token: `access-token-${asked.length}-0123456789`, token_type: 'Bearer', expires_in: 3600, ...more };
      setTimeout(() => response.end(JSON.stringify(reply)), delayMs);
    });
  });
  api = await serveHttp((_, response) => response.end(JSON.stringify(said)));
  made = await makeHome();
  const endpoint = `tokenUrl: 'http://127.0.0.1:${tokens.port}/token', hosts: [127.0.0.1]`;
  writeFileSync(
    join(made.home, 'crm.yaml'),
    `version: 1
service: crm
title: CRM
base: http://127.0.0.1:${api.port}
slots:
  app: { scheme: oauth-client-credentials, ${endpoint} }
  user: { scheme: oauth-refresh-token, ${endpoint} }
  fixed: { scheme: oauth-refresh-token, rotation: none, ${endpoint} }
aliases:
  crm.app.get: { title: As the app, effect: read, slots: [app], http: { method: GET, path: /app } }
  crm.user.get: { title: As the user, effect: read, slots: [user], http: { method: GET, path: /user } }
  crm.fixed.get: { title: As the user, effect: read, slots: [fixed], http: { method: GET, path: /user } }
`,
  );
  const bind = ['--bind', 'app=app', '--bind', 'user=user', '--bind', 'fixed=user'];
  await made.setUpAll([
    [['service', 'add', './crm.yaml', '--yes']],
    [['secret', 'set', 'acme/app', '--yes'], { input: 'stands-for-the-memory-one' }],
    [['secret', 'set', 'acme/user', '--yes'], { input: 'stands-for-the-memory-one' }],
    [['grant', 'add', 'acme', '--permit', 'crm.*', ...bind, '--yes']],
  ]);
});

afterAll(async () => {
  await tokens?.close();
  await api?.close();
  made?.remove();
});

beforeEach(() => {
  asked = [];
  more = {};
  delayMs = 0;
  said = [];
  rmSync(join(made.state, 'vault/acme'), { recursive: true, force: true });
});

const ask = { tenant: 'acme', credential: 'user', signal: new AbortController().signal };
const put = (backend: WritableBackend, name: string, value: string) => backend.put(`acme/${name}`, Buffer.from(value), ask);
const refresh = (token: string) => JSON.stringify({ client_id: 'my-client', refresh_token: token });

async function valueOf(backend: Backend, name: string): Promise<string> {
  const answer = await backend.get(`acme/${name}`, ask);
  return answer.kind === 'value' ? Buffer.from(answer.bytes).toString() : answer.kind;
}

const worldWith = (backend: Backend, now?: () => number) => worldOver(made.state, backend, now);

const runAlias = async (alias: string, world: World) => (await hear(alias, world)).record;

/** Runs the alias and gives its record and its output. */
async function hear(alias: string, world: World) {
  const { uid, username } = userInfo();
  const caller: Caller = {
    env: {},
    execArgv: [],
    terminal: { stdin: false, stdout: false, stderr: false },
    link: gatherLink({ uid, cwd: () => made.folder }),
    session: null,
    user: username,
  };
  const request: RunRequest = { alias, assertedTenants: [], params: [], extra: [], claim: 'agent:test', timeoutMs: null, reason: null };
  const { streams, stdout } = captureStreams();
  const { record } = await run(request, caller, streams, world, new AbortController().signal);
  return { record, stdout: stdout() };
}

/** The backend with some of it done otherwise. */
function altered(inner: WritableBackend, other: Partial<WritableBackend>): WritableBackend {
  return {
    name: 'altered',
    get: (ref, one) => inner.get(ref, one),
    probe: (signal) => inner.probe(signal),
    put: (ref, bytes, one) => inner.put(ref, bytes, one),
    remove: (ref, one) => inner.remove(ref, one),
    list: (one) => inner.list(one),
    ...other,
  };
}

/** A backend that takes nothing from outloop. */
function readOnly(inner: Backend): Backend {
  return { name: 'readonly', get: (ref, one) => inner.get(ref, one), probe: (signal) => inner.probe(signal) };
}

describe('tokens', () => {
  it('forty parallel runs ask for one token', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'app', 'my-client:client-secret-0123456789');
    delayMs = 200;
    const records = await Promise.all(Array.from({ length: 40 }, () => runAlias('crm.app.get', worldWith(backend))));
    expect([...new Set(records.map(({ code, reason }) => `${code}: ${reason}`))]).toEqual(['OK: the service answered 200']);
    expect(asked).toHaveLength(1);
  }, 120_000);

  it('a kept token ends a minute before it says so, and one from the future is not believed', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'app', 'my-client:client-secret-0123456789');
    const startMs = Date.now();
    const at = (offsetMs: number) =>
      runAlias(
        'crm.app.get',
        worldWith(backend, () => startMs + offsetMs),
      );
    await at(0);
    await at(3_539_000);
    expect(asked).toHaveLength(1);
    await at(3_541_000);
    expect(asked).toHaveLength(2);
    await at(0);
    expect(asked).toHaveLength(3);
  });

  it('a kept token that was changed does not open, and a new one takes its place', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'app', 'my-client:client-secret-0123456789');
    await runAlias('crm.app.get', worldWith(backend));
    const folder = join(made.state, 'vault/acme');
    const file = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.token'))!,
    );
    for (const bytes of ['', 'OUTLOOPT\x01', createHash('sha512').update('x').digest()]) {
      writeFileSync(file, bytes, { mode: 0o600 });
      const before = asked.length;
      expect((await runAlias('crm.app.get', worldWith(backend))).code).toBe('OK');
      expect(asked).toHaveLength(before + 1);
    }
  });

  it('without a place for kept tokens a run makes its own, or ends before the service is touched', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'app', 'my-client:client-secret-0123456789');
    mkdirSync(join(made.state, 'vault'), { recursive: true });
    writeFileSync(join(made.state, 'vault/acme'), 'not a folder');
    const record = await runAlias('crm.app.get', worldWith(backend));
    rmSync(join(made.state, 'vault/acme'));
    expect(record).toMatchObject({ code: 'BACKEND_UNAVAILABLE', exit: 114 });
    expect(api.open()).toBe(0);
  });
});

describe('a refresh token that its server replaces', () => {
  it('is refused before anything is sent where its backend takes no new one', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'user', refresh('the-first-refresh-token'));
    const record = await runAlias('crm.user.get', worldWith(readOnly(backend)));
    expect(record).toMatchObject({ code: 'SECRET_UNUSABLE', exit: 115 });
    expect(record.reason).toContain('takes no new one from outloop');
    expect(asked).toHaveLength(0);
  });

  it('serves from such a backend where the slot says that it is never replaced', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'user', refresh('the-first-refresh-token'));
    expect((await runAlias('crm.fixed.get', worldWith(readOnly(backend)))).code).toBe('OK');
    await put(backend, 'user', refresh('the-second-refresh-token'));
    more = { refresh_token: 'replaced-all-the-same' };
    expect(await runAlias('crm.fixed.get', worldWith(readOnly(backend)))).toMatchObject({ code: 'SECRET_UNUSABLE' });
  });

  it('survives a backend that fails at that moment: the next exchange stores it first', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'user', refresh('the-first-refresh-token'));
    let broken = true;
    const failing = altered(backend, {
      put: (ref, bytes, one) => (broken ? Promise.resolve({ kind: 'locked' }) : backend.put(ref, bytes, one)),
    });
    more = { refresh_token: 'the-second-refresh-token', expires_in: 10 };
    expect((await runAlias('crm.user.get', worldWith(failing))).code).toBe('OK');
    expect(await valueOf(backend, 'user')).toBe(refresh('the-first-refresh-token'));
    more = { refresh_token: 'the-third-refresh-token', expires_in: 10 };
    broken = false;
    expect((await runAlias('crm.user.get', worldWith(failing))).code).toBe('OK');
    expect(asked.map((form) => form.get('refresh_token'))).toEqual(['the-first-refresh-token', 'the-second-refresh-token']);
    expect(await valueOf(backend, 'user')).toBe(refresh('the-third-refresh-token'));
    expect(readdirSync(join(made.state, 'vault/acme')).filter((name) => name.endsWith('.successor'))).toEqual([]);
  });

  it('does not replace what an operator set in the meantime', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'user', refresh('the-first-refresh-token'));
    delayMs = 300;
    more = { refresh_token: 'from-the-old-family' };
    said = ['set-by-the-operator'];
    const running = hear('crm.user.get', worldWith(backend));
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await put(backend, 'user', refresh('set-by-the-operator'));
    const { record, stdout } = await running;
    expect(record.code).toBe('OK');
    expect(stdout).toBe('["[redacted:user]"]');
    expect(await valueOf(backend, 'user')).toBe(refresh('set-by-the-operator'));
    delayMs = 0;
    more = {};
    await runAlias('crm.user.get', worldWith(backend));
    expect(asked.at(-1)?.get('refresh_token')).toBe('set-by-the-operator');
  });

  const FIRST = 'the-first-refresh-token';
  const SECOND = 'the-second-refresh-token';
  const THIRD = 'the-third-refresh-token';
  const hidden = (count: number) => JSON.stringify(Array(count).fill('[redacted:user]'));

  it('comes out of the run that replaces it neither as it was nor as it is', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'user', refresh(FIRST));
    more = { refresh_token: SECOND };
    said = [FIRST, SECOND, 'access-token-1-0123456789'];
    const { record, stdout } = await hear('crm.user.get', worldWith(backend));
    expect(record).toMatchObject({ code: 'OK', redactions: 3 });
    expect(stdout).toBe(hidden(3));
  });

  it('comes out in no value of it where another run replaced it in the meantime', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'user', refresh(FIRST));
    const replaced = altered(backend, {
      get: async (ref, one) => {
        const found = await backend.get(ref, one);
        if (backend.calls === 1) await put(backend, 'user', refresh(SECOND));
        return found;
      },
    });
    more = { refresh_token: THIRD };
    said = [FIRST, SECOND, THIRD, 'access-token-1-0123456789'];
    const { record, stdout } = await hear('crm.user.get', worldWith(replaced));
    expect(record.code).toBe('OK');
    expect(asked[0]?.get('refresh_token')).toBe(SECOND);
    expect(stdout).toBe(hidden(4));
  });

  it('comes out in no value of it where one waited for the backend', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'user', refresh(FIRST));
    more = { refresh_token: SECOND, expires_in: 10 };
    await hear('crm.user.get', worldWith(altered(backend, { put: () => Promise.resolve({ kind: 'locked' }) })));
    more = { refresh_token: THIRD };
    said = [FIRST, SECOND, THIRD, 'access-token-2-0123456789'];
    const { record, stdout } = await hear('crm.user.get', worldWith(backend));
    expect(record.code).toBe('OK');
    expect(stdout).toBe(hidden(4));
  });

  it('leaves zeros where its values were', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'user', refresh(FIRST));
    const given: Uint8Array[] = [];
    const watched = altered(backend, {
      get: async (ref, one) => {
        const found = await backend.get(ref, one);
        if (found.kind === 'value') given.push(found.bytes);
        return found;
      },
      put: (ref, bytes, one) => {
        given.push(bytes);
        return backend.put(ref, bytes, one);
      },
    });
    more = { refresh_token: SECOND };
    expect((await runAlias('crm.user.get', worldWith(watched))).code).toBe('OK');
    expect(given).toHaveLength(4);
    expect(given.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
  });

  it('leaves zeros where the token was that came with one which could not be kept', async () => {
    const backend = new MemoryBackend();
    await put(backend, 'user', refresh(FIRST));
    more = { refresh_token: SECOND };
    const read = vi.spyOn(oauthRefreshToken.exchange!, 'read');
    try {
      expect(await runAlias('crm.fixed.get', worldWith(readOnly(backend)))).toMatchObject({ code: 'SECRET_UNUSABLE' });
      const given = read.mock.results.map(({ value }) => value as { readonly value: Uint8Array });
      expect(given).toHaveLength(1);
      for (const one of given) expect(one.value.every((byte) => byte === 0)).toBe(true);
    } finally {
      read.mockRestore();
    }
  });
});
