import { beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../src/broker/run.js';
import { serveHttp, type TestServer } from '../fixtures/http/servers.js';
import { callerIn, captureStreams, makeWorld, requestOf, type MadeWorld } from './make-world.js';

const CYRILLIC = 'пароль-секрет-Очень-щцё';
const WESTERN = 'Grüße-für-das-große-Geheimnis-éàü';

/** Header values as bytes, one list for each field of the name; what is shown, and how much of it was replaced. */
type Row = { readonly title: string; readonly sent: readonly Uint8Array[]; readonly shown: string; readonly redactions: number };

const utf8 = (text: string) => Buffer.from(text);
const latin1 = (text: string) => Buffer.from(text, 'latin1');

const ROWS: readonly Row[] = [
  { title: 'a secret in UTF-8', sent: [utf8(`ключ ${CYRILLIC}!`)], shown: 'ключ [redacted:bot]!', redactions: 1 },
  { title: 'a secret in UTF-8 that Latin-1 has too', sent: [utf8(`é ${WESTERN}`)], shown: 'é [redacted:west]', redactions: 1 },
  { title: 'a secret in Latin-1', sent: [latin1(`é ${WESTERN}`)], shown: 'é [redacted:west]', redactions: 1 },
  {
    title: 'a secret in UTF-8 beside bytes that are not',
    sent: [Buffer.concat([latin1('é '), utf8(CYRILLIC)])],
    shown: 'é [redacted:bot]',
    redactions: 1,
  },
  {
    title: 'a secret in UTF-8 that Latin-1 has too, beside bytes that are not',
    sent: [Buffer.concat([latin1('é '), utf8(WESTERN)])],
    shown: 'é [redacted:west]',
    redactions: 1,
  },
  {
    title: 'a secret over two fields',
    sent: [utf8(CYRILLIC.slice(0, 14)), utf8(CYRILLIC.slice(14))],
    shown: '[redacted:bot], [redacted:bot]',
    redactions: 2,
  },
  {
    title: 'a secret in each of two fields',
    sent: [utf8(CYRILLIC), latin1(WESTERN)],
    shown: '[redacted:bot], [redacted:west]',
    redactions: 2,
  },
  { title: 'ordinary UTF-8', sent: [utf8('naïve – 日本語 \u{1f511}')], shown: 'naïve – 日本語 \u{1f511}', redactions: 0 },
  { title: 'ordinary Latin-1', sent: [latin1('naïve café')], shown: 'naïve café', redactions: 0 },
  { title: 'ASCII in two fields', sent: [latin1('a'), latin1('b')], shown: 'a, b', redactions: 0 },
];

/** Answers that are not passed on: where, their status and header, and what it is called. */
const REFUSED: readonly (readonly [path: string, status: number, headers: Record<string, string>, code: string])[] = [
  ['/moved', 302, { Location: 'https://elsewhere.test/' }, 'REDIRECT_BLOCKED'],
  ['/long', 201, { 'Content-Length': '2000' }, 'OUTPUT_LIMIT'],
  ['/coded', 203, { 'Content-Encoding': 'zstd' }, 'OUTPUT_WITHHELD'],
];

let made: MadeWorld;
let server: TestServer;
let sent: readonly Uint8Array[];

beforeEach(async () => {
  server = await serveHttp((request, response) => {
    const [, status, headers] = REFUSED.find(([path]) => request.url?.startsWith(path)) ?? [];
    if (status !== undefined) return void response.writeHead(status, headers).end('x'.repeat(2000));
    if (request.url?.startsWith('/cut') === true) {
      response.write(`said: ${CYRILLIC.slice(0, 3)}`);
      return void setTimeout(() => response.end(`${CYRILLIC.slice(3)}${'x'.repeat(2000)}`), 100);
    }
    response.setHeader(
      'X-A',
      sent.map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    // Node would write the header section in UTF-8 together with a text.
    response.end(Buffer.from('{}'));
  });
  made = makeWorld({ values: { 'acme/bot': CYRILLIC, 'acme/west': WESTERN } });
  made.service('demo', {
    version: 1,
    service: 'demo',
    title: 'Demo',
    base: server.base,
    slots: {
      token: { scheme: 'query', name: 'key', hosts: ['127.0.0.1'] },
      west: { scheme: 'query', name: 'west', hosts: ['127.0.0.1'] },
    },
    aliases: {
      'demo.head.get': { title: 'Get', effect: 'read', http: { method: 'GET', path: '/' }, response: { headers: ['x-a', 'x-none'] } },
      ...Object.fromEntries(
        ['/cut', ...REFUSED.map(([path]) => path)].map((path) => [
          `demo.${path.slice(1)}.get`,
          { title: 'Get', effect: 'read', http: { method: 'GET', path }, limits: { maxBytes: 1024 } },
        ]),
      ),
    },
  });
  made.tenant('acme', {
    version: 1,
    tenant: 'acme',
    status: 'active',
    credentials: { bot: { backend: 'embedded', ref: 'acme/bot' }, west: { backend: 'embedded', ref: 'acme/west' } },
    grants: [{ id: 'all', permit: 'demo.*', bind: { token: 'bot', west: 'west' } }],
  });
});

describe('a header that an alias names is redacted as its bytes and shown as text', () => {
  test.each(ROWS)('$title', async ({ sent: bytes, shown, redactions }) => {
    sent = bytes;
    const caller = callerIn(made.link('acme', 'website'));
    const { record, result } = await run(
      requestOf('demo.head.get'),
      caller,
      captureStreams().streams,
      made.world,
      new AbortController().signal,
    );
    expect(record).toMatchObject({ code: 'OK', redactions });
    expect(result).toEqual({ status: 200, headers: { 'x-a': shown, 'x-none': null }, body: {} });
  });
});

test.each(REFUSED)('an answer that is not passed on keeps its status in the record: %s, %i', async (path, status, _, code) => {
  const caller = callerIn(made.link('acme', 'website'));
  const request = requestOf(`demo.${path.slice(1)}.get`);
  const { record } = await run(request, caller, captureStreams().streams, made.world, new AbortController().signal);
  expect(record).toMatchObject({ code, http_status: status });
});

test('of an answer that passes its limit within a credential nothing of that comes out', async () => {
  const { streams, stdout } = captureStreams();
  const caller = callerIn(made.link('acme', 'website'));
  const { record } = await run(requestOf('demo.cut.get'), caller, streams, made.world, new AbortController().signal);
  expect(record).toMatchObject({ code: 'OUTPUT_LIMIT' });
  expect('said: '.startsWith(stdout())).toBe(true);
});
