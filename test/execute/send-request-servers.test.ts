import type { Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { isDenial, type Denial } from '../../src/denial/denial.js';
import { collectBody } from '../../src/net/http-body.js';
import { sendRequest } from '../../src/execute/send-request.js';
import type { HttpMethod } from '../../src/model/service.js';
import { makeJob } from '../fixtures/http/make-job.js';
import { serveRaw } from '../fixtures/http/servers.js';

const SECRET = 's3cret-value-0123456789';

const write = (socket: Socket, head: string, body: Uint8Array | string = ''): void => {
  socket.write(head.replaceAll('\n', '\r\n') + '\r\n\r\n');
  socket.write(body);
};
const drip = (socket: Socket, text: string): void => {
  let index = 0;
  const clock = setInterval(() => socket.write(text[index++ % text.length] ?? ' '), 10);
  socket.on('close', () => {
    clearInterval(clock);
  });
};
const flood = (socket: Socket, head: string, piece: string): void => {
  socket.write(head);
  const push = (): void => {
    while (!socket.destroyed && socket.write(piece));
    socket.once('drain', push);
  };
  push();
};

type Row = {
  readonly server: string;
  readonly behave: (socket: Socket, head: string) => void;
  readonly code: string;
  readonly detail?: string;
  readonly method?: HttpMethod;
};

/** For servers that hold us up, and for all others, which must not seem to where the machine is busy. */
const SHORT = { timeoutMs: 600, maxBytes: 100_000, firstByteMs: 300 };
const WIDE = { timeoutMs: 20_000, maxBytes: 100_000, firstByteMs: 20_000 };
const BROKEN = 'the connection was broken off';
const INVALID = 'its answer is not valid HTTP';

const ROWS: readonly Row[] = [
  { server: 'says nothing', behave: () => undefined, code: 'RUN_TIMEOUT' },
  { server: 'drips its headers', behave: (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX: '), code: 'RUN_TIMEOUT' },
  {
    server: 'sends interim answers for ever',
    behave: (socket) => drip(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'),
    code: 'RUN_TIMEOUT',
  },
  {
    server: 'drips its body',
    behave: (socket) => {
      write(socket, 'HTTP/1.1 200 OK');
      drip(socket, 'x');
    },
    code: 'RUN_TIMEOUT',
  },
  {
    server: 'never ends its body',
    behave: (socket) => flood(socket, 'HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(10_000)),
    code: 'OUTPUT_LIMIT',
  },
  {
    server: 'never ends its chunks',
    behave: (socket) => flood(socket, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', `3e8\r\n${'x'.repeat(1_000)}\r\n`),
    code: 'OUTPUT_LIMIT',
  },
  {
    server: 'never ends its trailers',
    behave: (socket) => flood(socket, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n', 'X: y\r\n'.repeat(500)),
    code: 'UPSTREAM_UNREACHABLE',
  },
  {
    server: 'never ends a header',
    behave: (socket) => flood(socket, 'HTTP/1.1 200 OK\r\nX: ', 'x'.repeat(1_000)),
    code: 'UPSTREAM_UNREACHABLE',
    detail: 'the header section of its answer is too large',
  },
  {
    server: 'never ends its header section',
    behave: (socket) => flood(socket, 'HTTP/1.1 200 OK\r\n', 'X: y\r\n'.repeat(500)),
    code: 'UPSTREAM_UNREACHABLE',
    detail: 'the header section of its answer is too large',
  },
  {
    server: 'announces more than the limit',
    behave: (socket) => write(socket, 'HTTP/1.1 200 OK\nContent-Length: 100001', 'x'),
    code: 'OUTPUT_LIMIT',
  },
  {
    server: 'sends a gzip bomb',
    behave: (socket) => write(socket, 'HTTP/1.1 200 OK\nContent-Encoding: gzip', gzipSync(Buffer.alloc(50_000_000))),
    code: 'OUTPUT_LIMIT',
  },
  {
    server: 'sends a brotli bomb',
    behave: (socket) => write(socket, 'HTTP/1.1 200 OK\nContent-Encoding: br', brotliCompressSync(Buffer.alloc(5_000_000))),
    code: 'OUTPUT_LIMIT',
  },
  {
    server: 'breaks off its gzip',
    behave: (socket) => {
      write(socket, 'HTTP/1.1 200 OK\nContent-Encoding: gzip', gzipSync('text '.repeat(500)).subarray(0, 30));
      socket.end();
    },
    code: 'UPSTREAM_UNREACHABLE',
    detail: BROKEN,
  },
  {
    server: 'damages its gzip',
    behave: (socket) => {
      const bytes = gzipSync('text '.repeat(500));
      bytes[20] = (bytes[20] ?? 0) ^ 0xff;
      write(socket, 'HTTP/1.1 200 OK\nContent-Encoding: gzip', bytes);
      socket.end();
    },
    code: 'OUTPUT_WITHHELD',
  },
  {
    server: 'calls plain text gzip',
    behave: (socket) => {
      write(socket, 'HTTP/1.1 200 OK\nContent-Encoding: gzip', SECRET);
      socket.end();
    },
    code: 'OUTPUT_WITHHELD',
  },
  {
    server: 'calls plain text br',
    behave: (socket) => {
      write(socket, 'HTTP/1.1 200 OK\nContent-Encoding: br', SECRET);
      socket.end();
    },
    code: 'OUTPUT_WITHHELD',
  },
  {
    server: 'calls plain text deflate',
    behave: (socket) => {
      write(socket, 'HTTP/1.1 200 OK\nContent-Encoding: deflate', `for ${SECRET}`);
      socket.end();
    },
    code: 'OUTPUT_WITHHELD',
  },
  {
    server: 'uses a coding of its own',
    behave: (socket) => write(socket, 'HTTP/1.1 200 OK\nContent-Encoding: zstd'),
    code: 'OUTPUT_WITHHELD',
  },
  { server: 'stacks codings', behave: (socket) => write(socket, 'HTTP/1.1 200 OK\nContent-Encoding: gzip, gzip'), code: 'OUTPUT_WITHHELD' },
  {
    server: 'stacks codings over two lines',
    behave: (socket) => write(socket, 'HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Encoding: br'),
    code: 'OUTPUT_WITHHELD',
  },
  {
    server: 'hides a coding in the transfer',
    behave: (socket) => write(socket, 'HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked', '0\r\n\r\n'),
    code: 'OUTPUT_WITHHELD',
  },
  {
    server: 'breaks off its body',
    behave: (socket) => {
      write(socket, 'HTTP/1.1 200 OK\nContent-Length: 100', 'short');
      socket.end();
    },
    code: 'UPSTREAM_UNREACHABLE',
    detail: BROKEN,
  },
  {
    server: 'breaks off its chunks',
    behave: (socket) => {
      write(socket, 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked', '5\r\nshort\r\n');
      socket.end();
    },
    code: 'UPSTREAM_UNREACHABLE',
    detail: BROKEN,
  },
  {
    server: 'resets within its body',
    behave: (socket) => {
      write(socket, 'HTTP/1.1 200 OK\nContent-Length: 100', 'short');
      setTimeout(() => socket.resetAndDestroy(), 20);
    },
    code: 'UPSTREAM_UNREACHABLE',
    detail: BROKEN,
  },
  {
    server: 'gives two lengths',
    behave: (socket) => write(socket, 'HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6', 'short!'),
    code: 'UPSTREAM_UNREACHABLE',
    detail: INVALID,
  },
  {
    server: 'gives a length and chunks',
    behave: (socket) => write(socket, 'HTTP/1.1 200 OK\nContent-Length: 5\nTransfer-Encoding: chunked', '0\r\n\r\n'),
    code: 'UPSTREAM_UNREACHABLE',
    detail: INVALID,
  },
  {
    server: 'gives a length below zero',
    behave: (socket) => write(socket, 'HTTP/1.1 200 OK\nContent-Length: -5', 'short'),
    code: 'UPSTREAM_UNREACHABLE',
    detail: INVALID,
  },
  { server: 'has no status line', behave: (socket) => socket.end(`${SECRET}\r\n\r\n`), code: 'UPSTREAM_UNREACHABLE', detail: INVALID },
  {
    server: 'has a status of letters',
    behave: (socket) => write(socket, 'HTTP/1.1 abc OK'),
    code: 'UPSTREAM_UNREACHABLE',
    detail: INVALID,
  },
  {
    server: 'has a status that is none',
    behave: (socket) => write(socket, 'HTTP/1.1 000 What'),
    code: 'UPSTREAM_UNREACHABLE',
    detail: INVALID,
  },
  ...['zz\r\nshort\r\n', '5\r\nshort!\r\n'].map((chunks) => ({
    server: `breaks the rules of chunks with ${JSON.stringify(chunks)}`,
    behave: (socket: Socket) => write(socket, 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked', chunks),
    code: 'UPSTREAM_UNREACHABLE',
    detail: INVALID,
  })),
  {
    server: 'breaks the rules of chunks within its gzip',
    behave: (socket) => write(socket, 'HTTP/1.1 200 OK\nContent-Encoding: gzip\nTransfer-Encoding: chunked', 'zz\r\n'),
    code: 'UPSTREAM_UNREACHABLE',
    detail: INVALID,
  },
  {
    server: 'hides a redirect behind two thousand headers',
    behave: (socket) => write(socket, `HTTP/1.1 302 Found\n${'a: \n'.repeat(2100)}Location: http://evil.example/`),
    code: 'REDIRECT_BLOCKED',
    detail: 'it leads to another origin',
  },
  {
    server: 'hides its coding behind two thousand headers',
    behave: (socket) => write(socket, `HTTP/1.1 200 OK\n${'a: \n'.repeat(2100)}Content-Encoding: zstd`),
    code: 'OUTPUT_WITHHELD',
  },
  {
    server: 'puts the credential into a broken header',
    behave: (socket, head) => write(socket, `HTTP/1.1 200 OK\nX-\u0001: ${/Bearer (\S+)/.exec(head)?.[1] ?? ''}`),
    code: 'UPSTREAM_UNREACHABLE',
    detail: INVALID,
  },
  {
    server: 'switches protocols unasked',
    behave: (socket) => write(socket, 'HTTP/1.1 101 Switching Protocols\nUpgrade: x\nConnection: Upgrade', 'x'),
    code: 'UPSTREAM_UNREACHABLE',
  },
  { server: 'closes at once', behave: (socket) => socket.end(), code: 'UPSTREAM_UNREACHABLE', detail: BROKEN },
  { server: 'resets at once', behave: (socket) => socket.resetAndDestroy(), code: 'UPSTREAM_UNREACHABLE', detail: BROKEN },
  {
    server: 'redirects in a circle',
    behave: (socket) => {
      write(socket, 'HTTP/1.1 302 Found\nLocation: /\nContent-Length: 0');
    },
    code: 'REDIRECT_BLOCKED',
    detail: 'there were more than 5',
  },
  ...[
    'https://127.0.0.1/',
    'http://evil.example/',
    '//evil.example/',
    'http://127.0.0.1:1/',
    'http:\\\\evil.example',
    'file:///etc/passwd',
    'javascript:1',
  ].map((place) => ({
    server: `redirects to ${place}`,
    behave: (socket: Socket) => write(socket, `HTTP/1.1 302 Found\nLocation: ${place}`),
    code: 'REDIRECT_BLOCKED',
    detail: 'it leads to another origin',
  })),
  {
    server: 'redirects with a user name',
    behave: (socket, head) => write(socket, `HTTP/1.1 302 Found\nLocation: http://user@${/Host: (\S+)/.exec(head)?.[1] ?? ''}/`),
    code: 'REDIRECT_BLOCKED',
    detail: 'its place holds a user name or password',
  },
  {
    server: 'redirects to two places',
    behave: (socket) => write(socket, 'HTTP/1.1 302 Found\nLocation: /a\nLocation: http://evil.example/'),
    code: 'REDIRECT_BLOCKED',
    detail: 'its place cannot be read',
  },
  {
    server: 'redirects to what is no place',
    behave: (socket) => write(socket, 'HTTP/1.1 302 Found\nLocation: http://['),
    code: 'REDIRECT_BLOCKED',
    detail: 'its place cannot be read',
  },
  ...([301, 302, 303, 307, 308] as const).flatMap((status) =>
    (['POST', 'DELETE'] as const).map((method) => ({
      server: `redirects a ${method} with ${String(status)}`,
      behave: (socket: Socket) => write(socket, `HTTP/1.1 ${String(status)} X\nLocation: /b`),
      method,
      code: 'REDIRECT_BLOCKED',
      detail: `a ${method} request is not sent elsewhere`,
    })),
  ),
];

describe('a server that', () => {
  it.each(ROWS)('$server ends in $code', async ({ behave, code, detail, method }) => {
    const server = await serveRaw(behave);
    const ended = await ask(server.port, method ?? 'GET', code === 'RUN_TIMEOUT' ? SHORT : WIDE);
    expect(ended).toMatchObject({ kind: 'denial', code, ...(detail === undefined ? {} : { facts: { detail } }) });
    expect(JSON.stringify(ended)).not.toContain(SECRET);
    await vi.waitFor(() => expect(server.open()).toBe(0), { interval: 5 });
  });

  it('sends more than its length is cut at its length', async () => {
    const server = await serveRaw((socket) => {
      write(socket, 'HTTP/1.1 200 OK\nContent-Length: 5', 'short and more');
    });
    expect(Buffer.from((await ask(server.port, 'GET')) as Uint8Array).toString()).toBe('short');
  });

  it.each(['gzip', 'deflate', 'br'])('sends nothing and calls it %s has sent nothing', async (coding) => {
    for (const [head, body] of [
      ['Content-Length: 0', ''],
      ['Transfer-Encoding: chunked', '0\r\n\r\n'],
    ] as const) {
      const server = await serveRaw((socket) => {
        write(socket, `HTTP/1.1 200 OK\nContent-Encoding: ${coding}\n${head}`, body);
      });
      expect(await ask(server.port, 'POST')).toEqual(Buffer.alloc(0));
    }
  });

  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\nContent-Encoding: aws-chunked'],
    ['GET', 'HTTP/1.1 204 No Content\nContent-Encoding: zstd'],
    ['GET', 'HTTP/1.1 304 Not Modified\nContent-Encoding: zstd'],
  ] as const)('has no body has no coding to undo: %s, %j', async (method, head) => {
    const server = await serveRaw((socket) => {
      write(socket, head);
    });
    expect(await ask(server.port, method)).toEqual(Buffer.alloc(0));
  });

  it('redirects to bytes beyond ASCII is asked for these', async () => {
    const heads: string[] = [];
    const server = await serveRaw((socket, head) => {
      heads.push(head.split(' ')[1] ?? '');
      if (heads.length > 1) write(socket, 'HTTP/1.1 200 OK\nContent-Length: 2', 'ok');
      else socket.write(Buffer.from('HTTP/1.1 302 Found\r\nLocation: /v/\u00c3\u00a9\u00ff\r\nContent-Length: 0\r\n\r\n', 'latin1'));
    });
    expect(Buffer.from((await ask(server.port, 'GET')) as Uint8Array).toString()).toBe('ok');
    expect(heads).toEqual(['/', '/v/%C3%A9%FF']);
  });

  it('sends interim answers first is waited for', async () => {
    const server = await serveRaw((socket) => {
      write(socket, 'HTTP/1.1 103 Early Hints\nLink: x\n\nHTTP/1.1 200 OK\nContent-Length: 2', 'ok');
    });
    expect(Buffer.from((await ask(server.port, 'GET')) as Uint8Array).toString()).toBe('ok');
  });

  it('does not listen is UPSTREAM_UNREACHABLE', async () => {
    const server = await serveRaw(() => undefined);
    await server.close();
    expect(await ask(server.port, 'GET')).toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      facts: { detail: 'it did not accept a connection' },
    });
  });
});

async function ask(port: number, method: HttpMethod, limits = WIDE): Promise<Uint8Array | Denial> {
  const presented = [{ credential: 'bot', headers: [['Authorization', `Bearer ${SECRET}`]] as [string, string][], query: [], derived: [] }];
  const job = makeJob(`http://127.0.0.1:${String(port)}`, '/', { request: { method }, presented, limits });
  const answer = await sendRequest(job, new AbortController().signal);
  return isDenial(answer) ? answer : collectBody(answer.body);
}
