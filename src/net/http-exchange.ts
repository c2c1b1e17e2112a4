import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { deny, type Denial } from '../denial/denial.js';
import { findCode } from '../model/error-code.js';
import type { TimeLimit } from './time-limit.js';
import { describeTlsFailure } from './trust.js';

/** One message to send over a connection. `headers` are flat pairs, whole and checked; `host` is for a denial's facts. */
export type Message = {
  readonly host: string;
  readonly method: string;
  readonly url: URL;
  readonly headers: readonly string[];
  readonly body: Uint8Array | null;
  /** Calls when it has gone out. */
  readonly onSent?: (() => void) | undefined;
};

/** Node's own default, said aloud so that `--max-http-header-size` does not change it. */
const MAX_HEADER_BYTES = 16_384;

/**
 * Sends the message over the socket, which serves this exchange alone, and gives the head of the answer, its body still on the wire. The
 * socket is destroyed when it fails. Node's error texts may quote header values and never leave.
 */
export async function exchange(socket: Socket, message: Message, limit: TimeLimit): Promise<IncomingMessage | Denial> {
  const { request } = await import('node:http');
  return new Promise((resolve) => {
    let code = '';
    let answer: IncomingMessage | null = null;
    const fail = (): void => {
      socket.destroy();
      resolve(limit.ended() ?? describeBreak(message.host, code));
    };
    try {
      // With createConnection and no agent the socket is used once, and no pool, proxy variable or keep-alive comes in.
      const sent = request({
        createConnection: () => socket,
        method: message.method,
        path: message.url.pathname + message.url.search,
        headers: [...message.headers],
        setHost: false,
        insecureHTTPParser: false,
        maxHeaderSize: MAX_HEADER_BYTES,
      });
      // Node stops at 2000 of them, and would overlook a redirect or a coding behind; their bytes are limited above.
      sent.maxHeadersCount = 0;
      // The parser's error on a body reaches the request alone; what comes behind a whole one is nobody's.
      sent.on('error', (error) => {
        code = findCode(error) ?? '';
        if (answer?.complete === false) answer.destroy(error);
      });
      sent.once('close', fail);
      if (message.onSent !== undefined) sent.once('finish', message.onSent);
      sent.once('upgrade', (_response, upgraded) => {
        upgraded.destroy();
      });
      sent.once('response', (response) => {
        sent.off('close', fail);
        response.on('error', () => undefined);
        answer = response;
        resolve(response);
      });
      sent.end(message.body ?? undefined);
    } catch {
      fail();
    }
  });
}

/** Gives up an answer with its connection; an answer that is complete would leave the socket to the service's mercy. */
export function dropResponse(response: IncomingMessage): void {
  response.destroy();
  response.socket.destroy();
}

/** What a connection that failed under a request is called, from the error's code alone. */
export function describeBreak(host: string, code: string): Denial {
  const tls = describeTlsFailure(code);
  if (tls !== null) return deny('UPSTREAM_TLS_FAILED', { host, detail: tls });
  if (code === 'HPE_HEADER_OVERFLOW')
    return deny('UPSTREAM_UNREACHABLE', { host, detail: 'the header section of its answer is too large' });
  if (code.startsWith('HPE_')) return deny('UPSTREAM_UNREACHABLE', { host, detail: 'its answer is not valid HTTP' });
  return deny('UPSTREAM_UNREACHABLE', { host, detail: 'the connection was broken off' });
}
