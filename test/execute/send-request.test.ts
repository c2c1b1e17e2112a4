import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { isDenial, type Denial } from '../../src/denial/denial.js';
import { collectBody } from '../../src/net/http-body.js';
import type { HttpAnswer, HttpJob } from '../../src/execute/http-job.js';
import { sendRequest } from '../../src/execute/send-request.js';
import type { Presented } from '../../src/model/presented.js';
import { makeCaFile } from '../fixtures/http/ca-files.js';
import { makeJob } from '../fixtures/http/make-job.js';
import { serveHttp, serveHttps, serveRaw, type TestServer } from '../fixtures/http/servers.js';

const keep = async (server: Promise<TestServer>): Promise<string> => (await server).base;
const signal = new AbortController().signal;
const send = async (job: HttpJob): Promise<{ answer: HttpAnswer; body: string }> => {
  const answer = await sendRequest(job, signal);
  if (isDenial(answer)) throw new Error(JSON.stringify(answer));
  const body = await collectBody(answer.body);
  if (isDenial(body)) throw new Error(JSON.stringify(body));
  return { answer, body: Buffer.from(body).toString() };
};
const bearer: Presented = { credential: 'bot', headers: [['Authorization', 'Bearer s3cret-value']], query: [], derived: [] };
const apiKey: Presented = { credential: 'bot', headers: [], query: [['api_key', 's3cret%2Bvalue']], derived: [] };

describe('a request on the wire', () => {
  it('holds what the alias and the credential give, and what frames it, and nothing else', async () => {
    let head = '';
    const base = await keep(
      serveRaw((socket, text) => {
        head = text;
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      }),
    );
    const request = { method: 'POST', headers: [['Content-Type', 'application/json']], body: Buffer.from('{"a":1}') } as const;
    const { body } = await send(makeJob(base, '/v1/x%2Fy?q=a%20b#part', { request, presented: [bearer] }));
    expect(body).toBe('ok');
    expect(head.split('\r\n')).toEqual([
      'POST /v1/x%2Fy?q=a%20b HTTP/1.1',
      `Host: ${base.slice(7)}`,
      'Content-Type: application/json',
      'Authorization: Bearer s3cret-value',
      'User-Agent: outloop/0.0.0',
      'Accept: */*',
      'Accept-Encoding: identity',
      'Connection: close',
      'Content-Length: 7',
      '',
      '{"a":1}',
    ]);
  });

  it.each(['GET', 'HEAD', 'DELETE', 'POST', 'PUT', 'PATCH'] as const)('%s without a body says so as its method does', async (method) => {
    let seen: unknown;
    const base = await keep(
      serveHttp((request, response) => {
        seen = [request.method, request.headers['content-length'], request.headers['transfer-encoding']];
        response.end();
      }),
    );
    await send(makeJob(base, '/', { request: { method } }));
    expect(seen).toEqual([method, method.startsWith('P') ? '0' : undefined, undefined]);
  });

  it('says that it has gone out, before it is answered', async () => {
    const seen: string[] = [];
    let answer = () => undefined as void;
    const base = await keep(serveHttp((_, response) => void (answer = () => response.end())));
    const onSent = () => {
      seen.push('sent');
      // Not before the service has it.
      const timer = setInterval(() => {
        answer();
      }, 20);
      setTimeout(() => clearInterval(timer), 2000);
    };
    await send({ ...makeJob(base, '/'), onSent });
    seen.push('answered');
    expect(seen).toEqual(['sent', 'answered']);
  });

  it('an alias cannot set what frames the message', async () => {
    let headers: unknown;
    const base = await keep(
      serveHttp((request, response) => {
        headers = request.headers;
        response.end();
      }),
    );
    const own: [string, string][] = ['Host', 'Transfer-Encoding', 'Content-Length', 'Connection', 'Upgrade', 'Expect'].map((name) => [
      name,
      'evil',
    ]);
    await send(makeJob(base, '/', { request: { headers: [...own, ['user-agent', 'mine']] } }));
    expect(headers).toEqual({
      host: base.slice(7),
      'user-agent': 'mine',
      accept: '*/*',
      'accept-encoding': 'identity',
      connection: 'close',
    });
  });

  it('a query credential stands after the alias’s own query', async () => {
    const base = await keep(serveHttp((request, response) => response.end(request.url)));
    expect((await send(makeJob(base, '/p?q=1', { presented: [apiKey] }))).body).toBe('/p?q=1&api_key=s3cret%2Bvalue');
    expect((await send(makeJob(base, '/p', { presented: [apiKey] }))).body).toBe('/p?api_key=s3cret%2Bvalue');
  });

  it.each([
    ['a header that the alias fills too', makeParts({ headers: [['AUTHORIZATION', 'x']] }, [bearer])],
    ['a query field that the alias fills too', makeParts({}, [apiKey], '?api%5Fkey=mine')],
    ['a header of another credential', makeParts({}, [bearer, { ...bearer, credential: 'bot' }])],
  ])('a credential that would fill %s is SECRET_UNUSABLE, and nobody is contacted', async (_what, { parts, query }) => {
    const server = await serveHttp((_request, response) => response.end());
    const base = await keep(Promise.resolve(server));
    expect(await sendRequest(makeJob(base, `/${query}`, parts), signal)).toMatchObject({
      code: 'SECRET_UNUSABLE',
      facts: { credential: 'bot' },
    });
    expect(server.connections()).toBe(0);
  });

  it('no header text of any kind adds a line to the request', async () => {
    const heads: string[] = [];
    const base = await keep(
      serveRaw((socket, text) => {
        heads.push(text);
        socket.end('HTTP/1.1 204 No Content\r\n\r\n');
      }),
    );
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('a\r\nX: y', 'a\nX', 'a\rX', '\0', 'ł', 'é'));
    await fc.assert(
      fc.asyncProperty(text, text, async (name, value) => {
        heads.length = 0;
        const answer = await sendRequest(makeJob(base, '/', { request: { headers: [[name, value]] } }), signal);
        if (isDenial(answer)) expect(heads).toEqual([]);
        else answer.body.close();
        for (const head of heads) expect(head.split(/\r\n|\r|\n/).length).toBeLessThanOrEqual(9);
      }),
      { numRuns: 150 },
    );
  });

  it('another origin than the service’s own is EGRESS_BLOCKED', async () => {
    const base = await keep(serveHttp((_request, response) => response.end()));
    const job = makeJob(base, '/', { service: { base: 'http://127.0.0.1:1' } });
    expect(await sendRequest(job, signal)).toMatchObject({ code: 'EGRESS_BLOCKED' });
  });

  it('an address that moves between two look-ups is asked for once, and the connection goes where the check went', async () => {
    const server = await serveHttp((_request, response) => response.end('inside'));
    const base = await keep(Promise.resolve(server));
    let asked = 0;
    const lookup = (): Promise<string[]> => Promise.resolve([asked++ === 0 ? '192.0.2.1' : '127.0.0.1']);
    const job = makeJob(`https://rebind.test:${base.split(':')[2] ?? ''}`, '/', { lookup, service: { networks: ['192.0.2.0/24'] } });
    expect(await sendRequest({ ...job, limits: { timeoutMs: 200, maxBytes: 10 } }, signal)).toMatchObject({ kind: 'denial' });
    expect(asked).toBe(1);
    expect(server.connections()).toBe(0);
  });

  it('the next address is tried when the first does not accept', async () => {
    const server = await serveHttps('good', (_request, response) => response.end('here'));
    const port = (await keep(Promise.resolve(server))).split(':')[2] ?? '';
    const lookup = (): Promise<string[]> => Promise.resolve(['127.0.0.2', '127.0.0.1']);
    const service = { networks: ['127.0.0.0/8'], ca: makeCaFile('ca.pem') };
    expect((await send(makeJob(`https://service.test:${port}`, '/', { lookup, service }))).body).toBe('here');
  });
});

describe('an answer', () => {
  it('gives its status and every header field, in order and in lower case', async () => {
    const base = await keep(
      serveRaw((socket) => {
        socket.end('HTTP/1.1 418 Teapot\r\nX-B: 1\r\nSet-Cookie: a\r\nset-cookie: b\r\nContent-Length: 0\r\n\r\n');
      }),
    );
    const { answer } = await send(makeJob(base));
    expect(answer.status).toBe(418);
    expect(answer.headers).toEqual([
      ['x-b', '1'],
      ['set-cookie', 'a'],
      ['set-cookie', 'b'],
      ['content-length', '0'],
    ]);
  });

  it.each([
    ['gzip', gzipSync('plain text')],
    ['x-gzip', gzipSync('plain text')],
    ['GZip', gzipSync('plain text')],
    ['deflate', deflateSync('plain text')],
    ['deflate', deflateRawSync('plain text')],
    ['br', brotliCompressSync('plain text')],
    ['identity', Buffer.from('plain text')],
    ['', Buffer.from('plain text')],
  ])('the coding %j is undone', async (coding, bytes) => {
    const base = await keep(serveHttp((_request, response) => response.writeHead(200, { 'Content-Encoding': coding }).end(bytes)));
    expect((await send(makeJob(base))).body).toBe('plain text');
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ] as const)('%s with %i has no body, whatever its header says', async (method, status) => {
    const base = await keep(
      serveRaw((socket) => socket.end(`HTTP/1.1 ${String(status)} X\r\nContent-Encoding: gzip\r\nContent-Length: 999999999\r\n\r\n`)),
    );
    expect((await send(makeJob(base, '/', { request: { method } }))).body).toBe('');
  });

  it('is read piece by piece, and a slow reader slows the service', async () => {
    let written = 0;
    const piece = Buffer.alloc(65_536, 97);
    const base = await keep(
      serveHttp((_request, response) => {
        const push = (): void => {
          while (written < 200 * piece.length) {
            written += piece.length;
            if (!response.write(piece)) {
              response.once('drain', push);
              return;
            }
          }
          response.end();
        };
        push();
      }),
    );
    const answer = await sendRequest(makeJob(base, '/', { limits: { timeoutMs: 10_000, maxBytes: 200 * piece.length } }), signal);
    if (isDenial(answer)) throw new Error(answer.code);
    await answer.body.read();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(written).toBeLessThan(180 * piece.length);
    const rest = await collectBody(answer.body);
    expect(isDenial(rest)).toBe(false);
    expect(written).toBe(200 * piece.length);
  });

  it('after its end gives null again, and closing it twice is harmless', async () => {
    const base = await keep(serveHttp((_request, response) => response.end('x')));
    const answer = await sendRequest(makeJob(base), signal);
    if (isDenial(answer)) throw new Error(answer.code);
    expect(Buffer.from((await answer.body.read()) as Uint8Array).toString()).toBe('x');
    expect(await answer.body.read()).toBeNull();
    expect(await answer.body.read()).toBeNull();
    answer.body.close();
    answer.body.close();
  });
});

describe('a redirect', () => {
  it('of a GET on the same origin is followed, and the credential goes with it', async () => {
    const seen: (string | undefined)[][] = [];
    const base = await keep(
      serveHttp((request, response) => {
        seen.push([request.url, request.headers.authorization]);
        if (request.url?.startsWith('/a') === true) response.writeHead(302, { Location: `/b?next=1&api_key=old#frag` }).end('moved');
        else response.end('there');
      }),
    );
    const { body } = await send(makeJob(base, '/a', { presented: [bearer, apiKey] }));
    expect(body).toBe('there');
    expect(seen).toEqual([
      ['/a?api_key=s3cret%2Bvalue', 'Bearer s3cret-value'],
      ['/b?next=1&api_key=s3cret%2Bvalue', 'Bearer s3cret-value'],
    ]);
  });

  it('five are followed, the sixth is REDIRECT_BLOCKED', async () => {
    const base = await keep(
      serveHttp((request, response) => {
        const step = Number(request.url?.slice(1));
        if (step === 5) response.end('end');
        else response.writeHead(307, { Location: `/${String(step + 1)}` }).end();
      }),
    );
    expect((await send(makeJob(base, '/0'))).body).toBe('end');
    expect(await sendRequest(makeJob(base, '/6'), signal)).toMatchObject({ code: 'REDIRECT_BLOCKED' });
  });

  it('without a place, and 300 and 304, are answers', async () => {
    const base = await keep(serveHttp((request, response) => response.writeHead(Number(request.url?.slice(1))).end()));
    for (const status of [300, 302, 304]) expect((await send(makeJob(base, `/${String(status)}`))).answer.status).toBe(status);
  });
});

describe('a request that is cancelled', () => {
  it.each(['before it is sent', 'before the answer', 'within the body'])('%s ends within 100 ms and leaves no connection', async (when) => {
    const server = await serveHttp((_request, response) => {
      if (when === 'within the body') response.writeHead(200).write('first');
    });
    const base = await keep(Promise.resolve(server));
    const controller = new AbortController();
    if (when === 'before it is sent') controller.abort();
    let cancelled = performance.now();
    const timer = setTimeout(() => {
      cancelled = performance.now();
      controller.abort();
    }, 80);
    const answer = await sendRequest(makeJob(base), controller.signal);
    const read = async (): Promise<Uint8Array | null | Denial> => {
      if (isDenial(answer)) return answer;
      await answer.body.read();
      return answer.body.read();
    };
    expect(await read()).toMatchObject({ code: 'UPSTREAM_UNREACHABLE', facts: { detail: 'the request was cancelled' } });
    expect(performance.now() - cancelled).toBeLessThan(100);
    clearTimeout(timer);
    await vi.waitFor(() => expect(server.open()).toBe(0), { interval: 5 });
    if (when === 'before it is sent') expect(server.connections()).toBe(0);
  });

  it('at any moment it ends with an answer or a denial, and nothing is thrown', async () => {
    const base = await keep(serveHttp((_request, response) => response.end(Buffer.alloc(100_000))));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12 }), async (delay) => {
        const controller = new AbortController();
        const timer = setTimeout(() => {
          controller.abort();
        }, delay);
        const answer = await sendRequest(makeJob(base), controller.signal);
        if (!isDenial(answer)) await collectBody(answer.body);
        clearTimeout(timer);
      }),
      { numRuns: 60 },
    );
  });
});

function makeParts(request: Partial<HttpJob['request']>, presented: Presented[], query = '') {
  return { parts: { request, presented }, query };
}
