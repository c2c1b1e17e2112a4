import { execFileSync } from 'node:child_process';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { readdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { APP_KEY } from '../vectors/scheme-exchanged.js';
import type { Step } from '../helpers/operate.js';
import { makeHome, type MadeHome } from './made-home.js';

const CLIENT_SECRET = 'client-secret-0123456789';

/** What the token server does next, and what was asked of it. */
let answer: { status: number; body: Record<string, unknown>; headers: Record<string, string> };
let asked: { url: string; body: string; headers: IncomingMessage['headers'] }[] = [];
let apiCalls = 0;
let apiStatus = 200;
/** The refresh tokens that were given out: the last one is good, an older one ends the family (as servers do that detect a reuse). */
let family: string[] = [];
let reused = false;

let made: MadeHome;
const servers: Server[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const goodAnswer = (expires: number | null = 3600) => ({
  status: 200,
  headers: {},
  body: { token_type: 'Bearer', ...(expires === null ? {} : { expires_in: expires }) },
});

beforeAll(async () => {
  made = await makeHome();
  const tokens = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push({ url: request.url ?? '', body, headers: request.headers });
      const form = new URLSearchParams(body);
      let reply: Record<string, unknown> = { access_token: `access-token-${asked.length}-0123456789`, ...answer.body };
      if (form.get('grant_type') === 'refresh_token' && answer.status === 200) {
        if (form.get('refresh_token') !== family.at(-1)) {
          reused = true;
          response.statusCode = 400;
          response.end('{"error":"invalid_grant"}');
          return;
        }
        family.push(`refresh-token-${family.length}-0123456789`);
        reply = { ...reply, refresh_token: family.at(-1) };
      }
      response.writeHead(answer.status, answer.headers);
      response.end(JSON.stringify(reply));
    });
  });
  const api = createServer((request, response) => {
    apiCalls++;
    response.statusCode = request.url === '/moved' ? 302 : apiStatus;
    if (request.url === '/moved') response.setHeader('location', '/aws');
    response.setHeader('content-type', 'application/json');
    const last = request.url === '/user' ? family.slice(-2) : undefined;
    response.end(JSON.stringify({ sent: request.headers.authorization ?? null, leak: CLIENT_SECRET, last }));
  });
  const tokenPort = await listen(tokens);
  const apiPort = await listen(api);
  const tool = join(made.home, 'tool');
  writeFileSync(tool, '#!/bin/sh\nprintf %s "$TOKEN" | cut -c1-12\nprintf %s "$TOKEN"\n', { mode: 0o755 });
  writeFileSync(
    join(made.home, 'crm.yaml'),
    `version: 1
service: crm
title: CRM
base: http://127.0.0.1:${apiPort}
slots:
  app: { scheme: oauth-client-credentials, tokenUrl: 'http://127.0.0.1:${tokenPort}/token', scope: read, hosts: [127.0.0.1] }
  user: { scheme: oauth-refresh-token, tokenUrl: 'http://127.0.0.1:${tokenPort}/token', hosts: [127.0.0.1] }
  hub: { scheme: github-app, api: 'http://127.0.0.1:${tokenPort}', hosts: [127.0.0.1] }
  aws: { scheme: aws-sigv4, service: execute-api, region: eu-central-1, hosts: [127.0.0.1] }
  gone: { scheme: oauth-client-credentials, tokenUrl: 'http://127.0.0.1:1/token', hosts: [127.0.0.1] }
aliases:
  crm.app.get: { title: As the app, effect: read, slots: [app], http: { method: GET, path: /app }, response: { select: '@' } }
  crm.user.get: { title: As the user, effect: read, slots: [user], http: { method: GET, path: /user }, response: { select: '@' } }
  crm.hub.get: { title: As an installation, effect: read, slots: [hub], http: { method: GET, path: /hub }, response: { select: '@' } }
  crm.aws.get: { title: Signed, effect: read, slots: [aws], http: { method: GET, path: /aws, query: { b: '2', a: '1' } }, response: { select: '@' } }
  crm.aws.moved: { title: Signed and moved, effect: read, slots: [aws], http: { method: GET, path: /moved } }
  crm.gone.get: { title: Nobody there, effect: read, slots: [gone], http: { method: GET, path: /gone }, response: { select: '@' } }
  crm.tool.use: { title: A tool, effect: read, command: { argv: [${tool}], credentials: { TOKEN: app }, delivery: env, cwd: private } }
`,
  );
  const values = {
    app: `my-client:${CLIENT_SECRET}`,
    user: '{"refresh_token":"none-yet","client_id":"my-client","client_secret":"client-secret-of-user"}',
    hub: JSON.stringify({ app_id: '7', installation_id: '4711', private_key: APP_KEY.privateKey }),
    aws: 'AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  };
  const bound = bind('app=app', 'user=user', 'hub=hub', 'aws=aws', 'gone=app');
  await made.setUpAll([
    [['service', 'add', './crm.yaml', '--yes']],
    [['service', 'vet', 'crm', '--yes']],
    ...Object.entries(values).map(([name, input]): Step => [['secret', 'set', `acme/${name}`, '--yes'], { input }]),
    [['grant', 'add', 'acme', '--permit', 'crm.*', ...bound, '--yes']],
  ]);
});

afterAll(() => {
  for (const server of servers) server.close();
  made?.remove();
});

beforeEach(() => {
  answer = goodAnswer();
  asked = [];
  apiCalls = 0;
  apiStatus = 200;
  reused = false;
});

const bind = (...pairs: string[]) => pairs.flatMap((pair) => ['--bind', pair]);
const countBy = (words: readonly string[]) =>
  Object.fromEntries([...new Set(words)].map((word) => [word, words.filter((one) => one === word).length]));
const setSecret = (name: string, value: string) => made.setUp(['secret', 'set', `acme/${name}`, '--yes'], { input: value });
/** Another value of the credential, so that no kept token serves. */
const setClient = (n: string) => setSecret('app', `my-client:client-secret-${n}`);

describe('a credential that is exchanged for a token', () => {
  test('twenty processes at once ask for one token', async () => {
    const runs = await Promise.all(Array.from({ length: 20 }, () => made.run('crm.app.get')));
    expect(countBy(runs.map(({ code, reason }) => (code === 'OK' ? 'OK' : `${String(code)}: ${String(reason)}`)))).toEqual({ OK: 20 });
    expect(asked).toHaveLength(1);
    expect(apiCalls).toBe(20);
    expect(asked[0]!.body).toBe('grant_type=client_credentials&scope=read');
    expect(asked[0]!.headers.authorization).toBe(`Basic ${Buffer.from(`my-client:${CLIENT_SECRET}`).toString('base64')}`);
  }, 120_000);

  test('neither the token nor a part of the credential comes out, or rests in clear', async () => {
    const { code, result } = await made.run('crm.app.get');
    expect(code).toBe('OK');
    expect(result).toEqual({ sent: 'Bearer [redacted:app]', leak: '[redacted:app]' });
    expect(readdirSync(join(made.state, 'vault/acme')).filter((name) => name.endsWith('.token'))).toHaveLength(1);
    for (const text of ['access-token-1-0123456789', CLIENT_SECRET]) {
      expect(() => execFileSync('grep', ['-rqF', text, made.state])).toThrow();
      expect(() => execFileSync('grep', ['-rqF', Buffer.from(text).toString('base64').slice(0, 16), made.state])).toThrow();
    }
  });

  test('a value that changes in the backend is used at the next run, whatever was kept', async () => {
    await setClient('second');
    expect((await made.run('crm.app.get')).code).toBe('OK');
    expect(asked).toHaveLength(1);
    await made.run('crm.app.get');
    expect(asked).toHaveLength(1);
    await setClient('third-one');
    expect((await made.run('crm.app.get')).code).toBe('OK');
    expect(asked).toHaveLength(2);
  });

  test('a token within a minute of its end, or without one, serves one run', async () => {
    await setClient('short-lived');
    answer = goodAnswer(60);
    await made.run('crm.app.get');
    await made.run('crm.app.get');
    expect(asked).toHaveLength(2);
    answer = goodAnswer(null);
    await made.run('crm.app.get');
    await made.run('crm.app.get');
    expect(asked).toHaveLength(4);
  });

  test('a token that its service refuses is asked for anew by the next run', async () => {
    await setClient('refused-later');
    apiStatus = 401;
    expect(await made.run('crm.app.get')).toMatchObject({ code: 'HTTP_ERROR', http_status: 401 });
    expect(apiCalls).toBe(1);
    apiStatus = 200;
    expect((await made.run('crm.app.get')).code).toBe('OK');
    expect(asked).toHaveLength(2);
  });

  test('a command gets the token, and never what it was exchanged for', async () => {
    await setClient('for-the-tool');
    const { code, stdout } = await made.run('crm.tool.use');
    expect(code).toBe('OK');
    expect(stdout).toBe('access-token\n[redacted:app]');
  });

  test.each([
    ['refused', 400, { error: 'invalid_client' }, 115, 'SECRET_UNUSABLE', 'answered 400 invalid_client'],
    ['overloaded', 503, {}, 114, 'BACKEND_UNAVAILABLE', 'it answered 503'],
    ['sent elsewhere', 302, {}, 114, 'BACKEND_UNAVAILABLE', 'it redirects'],
    ['answered with nonsense', 200, { access_token: 7 }, 114, 'BACKEND_UNAVAILABLE', 'its answer is not a token'],
  ])('an exchange that is %s ends before the service is touched', async (name, status, body, exit, code, reason) => {
    await setClient(`for-${name.replaceAll(' ', '-')}`);
    answer = { status, body, headers: { 'Retry-After': '7', ...(status === 302 ? { Location: 'http://127.0.0.1:1/' } : {}) } };
    const ended = await made.run('crm.app.get');
    expect(ended).toMatchObject({ exit, code, backend_called: true });
    expect(ended['reason']).toContain(reason);
    if (status === 503) expect(ended['retry_after_ms']).toBe(7000);
    expect(apiCalls).toBe(0);
  });

  test('an endpoint that nobody answers at is BACKEND_UNAVAILABLE', async () => {
    expect(await made.run('crm.gone.get')).toMatchObject({ exit: 114, code: 'BACKEND_UNAVAILABLE' });
  });

  test('a denied request asks for no token', async () => {
    await setClient('never-asked');
    await made.setUp(['grant', 'add', 'acme', '--forbid', 'crm.app.get', '--id', 'no-app', '--yes']);
    expect(await made.run('crm.app.get')).toMatchObject({ exit: 105, backend_called: false });
    await made.setUp(['grant', 'remove', 'acme', 'no-app', '--yes']);
    expect(await made.run('crm.app.get', '--dry-run')).toMatchObject({ exit: 0, backend_called: false });
    expect(asked).toHaveLength(0);
  });
});

describe('a refresh token that is replaced at every use', () => {
  test('is replaced in its backend, and never used twice, by twelve runs at once', async () => {
    family = ['the-first-refresh-token'];
    await setSecret('user', '{"refresh_token":"the-first-refresh-token","client_id":"my-client","client_secret":"client-secret-of-user"}');
    answer = goodAnswer(30);
    const runs = await Promise.all(Array.from({ length: 12 }, () => made.run('crm.user.get')));
    expect(runs.map(({ code }) => code)).toEqual(Array(12).fill('OK'));
    expect(asked).toHaveLength(12);
    expect(reused).toBe(false);
    const { result } = await made.run('crm.user.get');
    expect(result).toEqual({ sent: 'Bearer [redacted:user]', leak: CLIENT_SECRET, last: ['[redacted:user]', '[redacted:user]'] });
    expect(readdirSync(join(made.state, 'vault/acme')).filter((name) => name.endsWith('.successor'))).toEqual([]);
  });

  test('a kept access token serves after the refresh token was replaced', async () => {
    answer = goodAnswer(3600);
    const runs = await Promise.all(Array.from({ length: 12 }, () => made.run('crm.user.get')));
    expect(runs.map(({ code }) => code)).toEqual(Array(12).fill('OK'));
    expect((await made.run('crm.user.get')).code).toBe('OK');
    expect(asked).toHaveLength(1);
    expect(reused).toBe(false);
  });

  test('secret remove takes the kept tokens with it', async () => {
    await made.setUp(['secret', 'set', 'acme/spare', '--yes'], { input: 'my-client:client-secret-spare' });
    writeFileSync(join(made.state, 'vault/acme/spare.0123456789abcdef.token'), 'x', { mode: 0o600 });
    await made.setUp(['secret', 'remove', 'acme/spare', '--yes']);
    expect(readdirSync(join(made.state, 'vault/acme')).filter((name) => name.startsWith('spare.'))).toEqual([]);
  });
});

describe('other schemes, through the real binary', () => {
  test('an app’s installation token is asked for with its own signature', async () => {
    answer = {
      status: 201,
      headers: {},
      body: { token: 'ghs_installation0123456789', expires_at: new Date(Date.now() + 3_600_000).toISOString() },
    };
    expect((await made.run('crm.hub.get')).result).toMatchObject({ sent: 'Bearer [redacted:hub]' });
    await made.run('crm.hub.get');
    expect(asked.map(({ url }) => url)).toEqual(['/app/installations/4711/access_tokens']);
    expect(asked[0]!.headers.authorization).toMatch(/^Bearer eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/);
  });

  test('a signed request goes out with its signature, which is hidden like the key', async () => {
    const { code, result } = await made.run('crm.aws.get');
    expect(code).toBe('OK');
    expect((result as { sent: string }).sent).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/execute-api\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=\[redacted:aws\]$/,
    );
  });

  test('a signed request is not sent on to another address, where its signature would not hold', async () => {
    const before = apiCalls;
    const { code, reason } = await made.run('crm.aws.moved');
    expect({ code, calls: apiCalls - before }).toEqual({ code: 'REDIRECT_BLOCKED', calls: 1 });
    expect(reason).toContain('a request that is signed for its own address is not sent elsewhere');
  });
});
