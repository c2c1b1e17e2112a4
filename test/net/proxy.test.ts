import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { collectBody } from '../../src/net/http-body.js';
import { sendRequest } from '../../src/execute/send-request.js';
import { parseProxy } from '../../src/net/proxy.js';
import { makeJob } from '../fixtures/http/make-job.js';
import { serveHttp, serveHttps, serveRaw } from '../fixtures/http/servers.js';
import { makeCaFile } from '../fixtures/http/ca-files.js';

const signal = new AbortController().signal;

describe('the proxy of the settings', () => {
  it.each([
    ['http://proxy.test:3128', { host: 'proxy.test', port: 3128 }],
    ['http://proxy.test', { host: 'proxy.test', port: 80 }],
    ['http://[::1]:8080/', { host: '::1', port: 8080 }],
    ['https://proxy.test:3128', null],
    ['http://user:word@proxy.test', null],
    ['http://proxy.test/path', null],
    ['http://proxy.test/?q', null],
    ['http://proxy.test/?', null],
    ['http://proxy.test/#', null],
    ['socks5://proxy.test', null],
    ['proxy.test:3128', null],
    ['', null],
  ])('%j is read as %j', (text, proxy) => {
    expect(parseProxy(text)).toEqual(proxy);
  });

  it('an https request goes through its tunnel by name, and the certificate is still the service’s', async () => {
    const service = await serveHttps('good', (_request, response) => response.end('hello'));
    const asked: string[] = [];
    const proxy = await serveRaw((socket, head) => {
      asked.push(head);
      const onward = connect(service.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
    });
    const job = (host: string) =>
      makeJob(`https://${host}:${String(service.port)}`, '/', {
        proxy: `http://127.0.0.1:${String(proxy.port)}`,
        service: { ca: makeCaFile('ca.pem') },
        lookup: () => Promise.reject(new Error('the proxy resolves')),
      });
    const answer = await sendRequest(job('service.test'), signal);
    if (isDenial(answer)) throw new Error(answer.code);
    expect(Buffer.from((await collectBody(answer.body)) as Uint8Array).toString()).toBe('hello');
    const authority = `service.test:${String(service.port)}`;
    expect(asked).toEqual([`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`]);
    expect(await sendRequest(job('other.test'), signal)).toMatchObject({ code: 'UPSTREAM_TLS_FAILED' });
  });

  it('a local service is reached without it', async () => {
    const proxy = await serveRaw((socket) => socket.destroy());
    const service = await serveHttp((_request, response) => response.end('near'));
    const answer = await sendRequest(
      makeJob(`http://localhost:${String(service.port)}`, '/', { proxy: `http://127.0.0.1:${String(proxy.port)}` }),
      signal,
    );
    if (isDenial(answer)) throw new Error(answer.code);
    answer.body.close();
    expect(proxy.connections()).toBe(0);
  });

  it('a private literal is refused before the proxy is asked', async () => {
    const proxy = await serveRaw((socket) => socket.destroy());
    const job = makeJob('https://10.1.2.3', '/', { proxy: `http://127.0.0.1:${String(proxy.port)}` });
    expect(await sendRequest(job, signal)).toMatchObject({ code: 'EGRESS_BLOCKED' });
    expect(proxy.connections()).toBe(0);
  });

  it.each([
    ['refuses', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'the proxy refused the tunnel with status 407'],
    ['is no proxy', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 'the proxy’s answer is not valid HTTP'],
    ['says more than its head', 'HTTP/1.1 200 OK\r\n\r\nsurplus', 'the proxy’s answer is not valid HTTP'],
    ['never ends its head', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(4_000)}`, 'the proxy’s answer is not valid HTTP'],
    ['hangs up', '', 'the proxy closed the connection'],
  ])('a proxy that %s is UPSTREAM_UNREACHABLE', async (_how, words, detail) => {
    const proxy = await serveRaw((socket) => socket.end(words));
    const job = makeJob('https://service.test', '/', { proxy: `http://127.0.0.1:${String(proxy.port)}` });
    expect(await sendRequest(job, signal)).toMatchObject({ code: 'UPSTREAM_UNREACHABLE', facts: { host: 'service.test', detail } });
  });

  it('a proxy that says nothing is ended by the connection’s limit', async () => {
    const proxy = await serveRaw(() => undefined);
    const job = makeJob('https://service.test', '/', {
      proxy: `http://127.0.0.1:${String(proxy.port)}`,
      limits: { timeoutMs: 5_000, maxBytes: 10, connectMs: 100 },
    });
    expect(await sendRequest(job, signal)).toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      facts: { detail: 'no connection within 100 ms' },
    });
  });

  it('its name is asked of the resolver that the request was given', async () => {
    const proxy = await serveRaw((socket) => socket.destroy());
    const asked: string[] = [];
    const job = makeJob('https://service.test', '/', {
      proxy: `http://proxy.test:${String(proxy.port)}`,
      lookup: (name) => {
        asked.push(name);
        return Promise.resolve(['127.0.0.1']);
      },
    });
    expect(await sendRequest(job, signal)).toMatchObject({ facts: { detail: 'the proxy closed the connection' } });
    expect(asked).toEqual(['proxy.test']);
  });

  it('a resolver that says nothing of it is ended by the connection’s limit', async () => {
    const job = makeJob('https://service.test', '/', {
      proxy: 'http://proxy.test:1',
      limits: { timeoutMs: 60_000, maxBytes: 10, connectMs: 100 },
      lookup: () => new Promise(() => undefined),
    });
    expect(await sendRequest(job, signal)).toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      facts: { detail: 'no connection within 100 ms' },
    });
  });

  it('a resolver that does not know it makes the service UPSTREAM_UNREACHABLE', async () => {
    const job = makeJob('https://service.test', '/', { proxy: 'http://proxy.test:1', lookup: () => Promise.resolve([]) });
    expect(await sendRequest(job, signal)).toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      facts: { host: 'service.test', detail: 'the proxy’s name could not be resolved' },
    });
  });

  it('a setting that cannot be read sends nothing', async () => {
    expect(await sendRequest(makeJob('https://service.test', '/', { proxy: 'socks5://x' }), signal)).toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
    });
  });
});
