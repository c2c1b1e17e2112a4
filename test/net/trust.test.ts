import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { connect as tcpConnect } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { sendRequest } from '../../src/execute/send-request.js';
import { checkRoute, openConnection } from '../../src/net/connect.js';
import { readDestination } from '../../src/net/destination.js';
import { findRoot, type KnownRoots } from '../../src/net/known-roots.js';
import { lookUpAddresses } from '../../src/net/resolve.js';
import { openTimeLimit } from '../../src/net/time-limit.js';
import { describeTlsFailure } from '../../src/net/trust.js';
import { makeCaFile } from '../fixtures/http/ca-files.js';
import { makeJob } from '../fixtures/http/make-job.js';
import { readTlsFixture } from '../fixtures/tls-files.js';
import { serveHttps, serveRaw } from '../fixtures/http/servers.js';

const signal = new AbortController().signal;
const networks = ['127.0.0.0/8'];

describe('the certificate of a service', () => {
  it.each(['localhost', '127.0.0.1', 'service.test'])('a good one for %s is accepted with the service’s own root', async (host) => {
    let names: unknown[] = [];
    const server = await serveHttps('good', (request, response) => {
      names = [Reflect.get(request.socket, 'servername'), Reflect.get(request.socket, 'alpnProtocol')];
      response.end();
    });
    const job = makeJob(`https://${host}:${String(server.port)}`, '/', {
      service: { ca: makeCaFile('ca.pem'), networks },
      lookup: () => Promise.resolve(['127.0.0.1']),
    });
    const answer = await sendRequest(job, signal);
    if (isDenial(answer)) throw new Error(JSON.stringify(answer));
    answer.body.close();
    expect(names).toEqual([host === '127.0.0.1' ? false : host, 'http/1.1']);
  });

  it.each([
    ['expired', 'ca.pem', 'its certificate has expired'],
    ['wrong-name', 'ca.pem', 'its certificate is for another name'],
    ['unknown-authority', 'ca.pem', 'its certificate comes from an unknown authority'],
    ['self-signed', 'ca.pem', 'its certificate is self-signed'],
    ['client-only', 'ca.pem', 'its certificate is not meant for a server'],
    ['good', null, 'its certificate comes from an unknown authority'],
    ['good', 'other-ca.pem', 'its certificate comes from an unknown authority'],
    ['good', 'absent.pem', 'the service’s ca file cannot be read'],
  ])('%s with the root %s is UPSTREAM_TLS_FAILED, and no request is sent', async (certificate, root, detail) => {
    let requests = 0;
    const server = await serveHttps(certificate, () => requests++);
    const ca = root === null ? null : root === 'absent.pem' ? '/nonexistent/absent.pem' : makeCaFile(root);
    const job = makeJob(`https://localhost:${String(server.port)}`, '/', { service: { ca, networks } });
    expect(await sendRequest(job, signal)).toMatchObject({ code: 'UPSTREAM_TLS_FAILED', facts: { host: 'localhost', detail } });
    expect(requests).toBe(0);
  });

  it.each([
    ['good', 'ca.pem', 1, 'connected'],
    ['good', 'other-ca.pem', 2, 'connected'],
    ['wrong-name', 'ca.pem', 1, 'its certificate is for another name'],
    ['wrong-name', 'other-ca.pem', 2, 'its certificate is for another name'],
    ['unknown-authority', 'ca.pem', 2, 'its certificate comes from an unknown authority'],
    ['expired', 'other-ca.pem', 2, 'its certificate has expired'],
  ])(
    '%s, where %s comes first and all roots are read only when it does not do, takes %i connections',
    async (certificate, root, count, end) => {
      let requests = 0;
      const server = await serveHttps(certificate, () => requests++);
      const read = (name: string): SecureContext => createSecureContext({ ca: readTlsFixture(name) });
      let reads = 0;
      const rest = (): SecureContext => {
        reads++;
        return read('ca.pem');
      };
      const destination = readDestination(`https://localhost:${String(server.port)}`)!;
      const route = {
        destination,
        addresses: ['127.0.0.1'],
        port: server.port,
        tunnel: false,
        trust: { first: read(root), rest, learn: () => undefined },
      };
      const limit = openTimeLimit({ host: 'localhost', timeoutMs: 5_000, cancel: signal });
      const opened = await openConnection(route, limit);
      expect(isDenial(opened) ? opened.facts['detail'] : 'connected').toBe(end);
      if (!isDenial(opened)) opened.destroy();
      limit.close();
      expect([server.connections(), reads, requests]).toEqual([count, count - 1, 0]);
    },
  );

  it('a server that speaks no TLS is UPSTREAM_TLS_FAILED, one that hangs up UPSTREAM_UNREACHABLE', async () => {
    const plain = await serveRaw((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const silent = await serveRaw((socket) => socket.destroy());
    const ask = (port: number): unknown =>
      sendRequest(makeJob(`https://localhost:${String(port)}`, '/', { service: { networks } }), signal);
    expect(await ask(plain.port)).toMatchObject({ code: 'UPSTREAM_TLS_FAILED', facts: { detail: 'it does not speak TLS at this port' } });
    expect(await ask(silent.port)).toMatchObject({ code: 'UPSTREAM_UNREACHABLE' });
  });

  it('a handshake that never ends is ended by the connection’s limit', async () => {
    const server = await serveRaw(() => undefined);
    const job = makeJob(`https://localhost:${String(server.port)}`, '/', {
      service: { networks },
      limits: { timeoutMs: 5_000, maxBytes: 10, connectMs: 150 },
    });
    expect(await sendRequest(job, signal)).toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      facts: { detail: 'no connection within 150 ms' },
    });
  });

  it('roots and laxness that the environment adds are not believed', async () => {
    const server = await serveHttps('good', (_request, response) => response.end());
    const ca = makeCaFile('ca.pem');
    const script = join(ca, '..', 'ask.cjs');
    await build({
      stdin: {
        contents: `
          import { sendRequest } from './src/execute/send-request.ts';
          import { makeJob } from './test/fixtures/http/make-job.ts';
          const job = makeJob('https://localhost:${String(server.port)}', '/', { service: { networks: ['127.0.0.0/8'] } });
          sendRequest(job, new AbortController().signal).then((answer) => {
            console.log(answer.code ?? answer.kind);
            if (answer.body) answer.body.close();
          });`,
        resolveDir: join(import.meta.dirname, '../..'),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      outfile: script,
    });
    const run = async (flags: string[], env: Record<string, string>): Promise<string> =>
      (await promisify(execFile)(process.execPath, [...flags, script], { env })).stdout.trim();
    for (const flags of [[], ['--use-openssl-ca']]) {
      expect(await run(flags, { NODE_EXTRA_CA_CERTS: ca, SSL_CERT_FILE: ca, NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toBe(
        'UPSTREAM_TLS_FAILED',
      );
      expect(await run(flags, { NODE_TLS_REJECT_UNAUTHORIZED: '0', https_proxy: 'http://127.0.0.1:1' })).toBe('UPSTREAM_TLS_FAILED');
    }
    expect(readFileSync(script, 'utf8')).not.toContain('rejectUnauthorized: false');
    rmSync(script);
  });
});

describe('the root that vouched for a host', () => {
  const right = readTlsFixture('ca.pem').trim();
  const other = readTlsFixture('other-ca.pem').trim();
  const bundled = [other, right];

  /** One connection to a service with the certificate `good`, where `kept` was known of its host, with what is known of it then. */
  async function connect(kept: string | null, { ca = null, roots = bundled }: { ca?: string | null; roots?: readonly string[] } = {}) {
    const server = await serveHttps('good', () => undefined);
    const written: string[] = [];
    const known: KnownRoots = { recall: () => kept, remember: (host, root) => written.push(`${host} ${root}`) };
    const limit = openTimeLimit({ host: 'localhost', timeoutMs: 5_000, cancel: signal });
    const destination = readDestination(`https://localhost:${String(server.port)}`)!;
    const trust = { ca, uid: process.getuid?.() ?? null, known, bundled: roots };
    const route = await checkRoute({ destination, networks, trust, proxy: null, lookup: lookUpAddresses }, limit);
    const opened = isDenial(route) ? route : await openConnection(route, limit);
    if (!isDenial(opened)) opened.destroy();
    limit.close();
    return { end: isDenial(opened) ? opened.facts['detail'] : 'connected', connections: server.connections(), written };
  }

  it('is learnt from the first connection, and is enough for the next', async () => {
    expect(await connect(null)).toEqual({ end: 'connected', connections: 1, written: [`localhost ${right}`] });
    expect(await connect(right)).toEqual({ end: 'connected', connections: 1, written: [] });
  });

  it('is learnt anew where another one vouches now', async () => {
    expect(await connect(other)).toEqual({ end: 'connected', connections: 2, written: [`localhost ${right}`] });
  });

  it.each([
    ['what is no bundled root', 'nonsense'],
    ['a root that has been taken out of the bundle', readTlsFixture('self-signed.pem').trim()],
  ])('is asked for anew where %s is known', async (_, kept) => {
    expect(await connect(kept)).toEqual({ end: 'connected', connections: 1, written: [`localhost ${right}`] });
  });

  it('is believed only as long as it is a bundled root', async () => {
    const end = 'its certificate comes from an unknown authority';
    expect(await connect(right, { roots: [other] })).toEqual({ end, connections: 1, written: [] });
    expect(await connect(other, { roots: [other] })).toEqual({ end, connections: 2, written: [] });
  });

  it('stands beside the service’s own', async () => {
    const ca = makeCaFile('other-ca.pem');
    expect(await connect(null, { ca })).toEqual({ end: 'connected', connections: 2, written: [`localhost ${right}`] });
    expect(await connect(right, { ca })).toEqual({ end: 'connected', connections: 1, written: [] });
    expect(await connect(null, { ca: makeCaFile('ca.pem') })).toEqual({ end: 'connected', connections: 1, written: [] });
  });

  it('is not looked for again where one alone was not enough', async () => {
    // The service's own root vouches, which is none of the bundle.
    const ca = makeCaFile('ca.pem');
    expect(await connect('', { ca })).toEqual({ end: 'connected', connections: 1, written: [] });
    expect(await connect('')).toEqual({ end: 'connected', connections: 1, written: [] });
  });

  it('is none where a certificate leads past the bundle', () => {
    const peer = (top: string): Pick<TLSSocket, 'getPeerCertificate'> => {
      const raw = (pem: string) => new X509Certificate(pem).raw;
      const root: Record<string, unknown> = { raw: raw(top) };
      root['issuerCertificate'] = root;
      return { getPeerCertificate: () => ({ raw: raw(readTlsFixture('good.pem')), issuerCertificate: root }) as never };
    };
    expect(findRoot(peer(right), bundled)).toBe(right);
    expect(findRoot(peer(right), [other])).toBeNull();
    expect(findRoot({ getPeerCertificate: () => ({}) as never }, bundled)).toBeNull();
  });
});

describe('a TLS failure', () => {
  it('is told by its code in fixed words, and other codes are none', () => {
    expect(describeTlsFailure('CERT_REVOKED')).toBe('its certificate was revoked');
    expect(describeTlsFailure('ERR_SSL_SOMETHING_NEW')).toBe('the handshake failed');
    expect(describeTlsFailure('CERT_CHAIN_TOO_LONG')).toBe('its certificate is not valid');
    expect(describeTlsFailure('ECONNRESET')).toBeNull();
    expect(describeTlsFailure('')).toBeNull();
    expect(describeTlsFailure('constructor')).toBeNull();
  });

  it('at a port where nobody listens there is none', async () => {
    const server = await serveRaw((socket) => socket.destroy());
    await server.close();
    const free = await new Promise<boolean>((resolve) => {
      tcpConnect(server.port, '127.0.0.1')
        .on('connect', () => resolve(false))
        .on('error', () => resolve(true));
    });
    expect(free).toBe(true);
    expect(await sendRequest(makeJob(`https://localhost:${String(server.port)}`, '/', { service: { networks } }), signal)).toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      facts: { detail: 'it did not accept a connection' },
    });
  });
});
