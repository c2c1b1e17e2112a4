import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveHttp, type TestServer } from '../fixtures/http/servers.js';
import { makeHome, type Home } from '../helpers/outloop.js';

/** A password that `[redacted:…]` spells. */
const SHORT = 'longusername9Xq:cted';
const SOUND = 'longusername9Xq:Kx7mQ2zP';

let home: Home;
let server: TestServer;
let calls = 0;

beforeAll(async () => {
  home = makeHome();
  server = await serveHttp((request, response) => {
    calls++;
    const sent = request.headers.authorization ?? '';
    const pair = Buffer.from(sent.replace('Basic ', ''), 'base64').toString();
    const password = pair.replace(/^.*:/, '');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ sent, pair, password, word: `a${password}` }));
  });
  const tool = home.put('tool', '#!/bin/sh\nprintf %s "${PAIR#*:}"\n', 0o755);
  home.put(
    'demo.yaml',
    `version: 1
service: demo
title: Demo
base: http://127.0.0.1:${server.port}
slots: { login: { scheme: basic, hosts: [127.0.0.1] } }
aliases:
  demo.it.get: { title: Get, effect: read, http: { method: GET, path: / } }
  demo.it.select: { title: Select, effect: read, http: { method: GET, path: / }, response: { select: '@' } }
  demo.it.use: { title: Use, effect: read, command: { argv: [${tool}], credentials: { PAIR: login } } }
`,
  );
  mkdirSync(home.path('acme'), { mode: 0o700 });
  await home.setUpAll([
    [['init', '--vault-key', 'file']],
    [['tenant', 'add', 'acme', '--yes']],
    [['service', 'add', './demo.yaml', '--yes']],
    [['service', 'vet', 'demo', '--yes']],
    // No grant says yet what the value is for.
    [['secret', 'set', 'acme/sbp', '--yes'], { input: SHORT }],
    [['grant', 'add', 'acme', '--permit', 'demo.*', '--bind', 'login=sbp', '--yes']],
    [['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd: home.path('acme') }],
  ]);
});
afterAll(async () => {
  await server.close();
  home.remove();
});

describe('a user:password whose password is too short to hide', () => {
  test.each(['demo.it.get', 'demo.it.use'])('is not used: %s', async (alias) => {
    const { exit, stdout, stderr } = await home.run(alias);
    expect({ exit, stdout, calls }).toEqual({ exit: 115, stdout: '', calls: 0 });
    expect(stderr).toContain('credential sbp has a value that cannot be used: its password is shorter than 8 bytes');
  });

  test('is not taken, and does not pass a check, where a grant tells what it is for', async () => {
    const set = await home.outloop(['secret', 'set', 'acme/sbp', '--yes'], { input: SHORT });
    expect([set.exit, set.stderr]).toEqual([
      1,
      expect.stringContaining(
        'SECRET_UNUSABLE (115): credential sbp has a value that cannot be used: its password is shorter than 8 bytes',
      ),
    ]);
    const checked = await home.outloop(['secret', 'check', 'acme/sbp']);
    expect([checked.exit, checked.stderr]).toEqual([1, expect.stringContaining('its password is shorter than 8 bytes')]);
  });

  test('is hidden with its password where the operator allows it, and what stands for it stays as it is', async () => {
    const allowed = home.copy();
    await allowed.setUp(['secret', 'set', 'acme/sbp', '--allow-short', '--yes'], { input: SHORT });
    const shown = { sent: 'Basic [redacted:sbp]', pair: '[redacted:sbp]', password: '[redacted:sbp]', word: 'a[redacted:sbp]' };
    expect((await allowed.run('demo.it.get')).stdout).toBe(JSON.stringify(shown));
    expect(await allowed.record('demo.it.get')).toMatchObject({ code: 'OK', redactions: 4 });
    expect(await allowed.record('demo.it.select')).toMatchObject({ code: 'OK', redactions: 4, result: shown });
    expect((await allowed.run('demo.it.use')).stdout).toBe('[redacted:sbp]');
  });
});

test('the password of a user:password is hidden alone, in a command’s output too', async () => {
  const sound = home.copy();
  await sound.setUp(['secret', 'set', 'acme/sbp', '--yes'], { input: SOUND });
  expect((await sound.run('demo.it.use')).stdout).toBe('[redacted:sbp]');
  expect((await sound.run('demo.it.get')).stdout).not.toContain('Kx7mQ2zP');
});
