import type { Socket } from 'node:net';
import { deny, type Denial } from '../denial/denial.js';
import { withoutBrackets } from '../model/without-brackets.js';
import type { Destination } from './destination.js';
import type { TimeLimit } from './time-limit.js';

/** An HTTP proxy that opens tunnels. The operator chose it, so its own address is not checked. */
export type Proxy = { readonly host: string; readonly port: number };

/** A CONNECT answer is a status line and a few headers. */
const MAX_ANSWER_BYTES = 16_384;

/** Reads `http://host:port` of the settings; `null` for anything else: a path, https, or a password, which would rest in the clear. */
export function parseProxy(text: string): Proxy | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'http:' || url.href !== `${url.origin}/`) return null;
  return { host: withoutBrackets(url.hostname), port: url.port === '' ? 80 : Number(url.port) };
}

/**
 * Asks the proxy behind `socket` for a tunnel to the destination (RFC 9110 §9.3.6); null when it stands. The proxy resolves the name, so of the
 * address check only a literal host remains. Anything but a 2xx head with nothing behind it is refused.
 */
export function openTunnel(socket: Socket, destination: Destination, limit: TimeLimit): Promise<Denial | null> {
  const host = destination.host;
  const authority = `${host.includes(':') ? `[${host}]` : host}:${String(destination.port)}`;
  const refuse = (detail: string): Denial => limit.ended() ?? deny('UPSTREAM_UNREACHABLE', { host, detail });
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const finish = (denial: Denial | null): void => {
      socket.pause();
      socket.off('data', onData).off('close', onClose);
      resolve(denial);
    };
    const onClose = (): void => {
      finish(refuse('the proxy closed the connection'));
    };
    const onData = (chunk: Buffer): void => {
      answer = Buffer.concat([answer, chunk]);
      const end = answer.indexOf('\r\n\r\n');
      if (end < 0 && answer.length <= MAX_ANSWER_BYTES) return;
      const status = /^HTTP\/1\.[01] ([1-9][0-9]{2})(?: |\r\n)/.exec(answer.toString('latin1', 0, 32))?.[1];
      if (end < 0 || status === undefined) finish(refuse('the proxy’s answer is not valid HTTP'));
      else if (!status.startsWith('2')) finish(refuse(`the proxy refused the tunnel with status ${status}`));
      else finish(answer.length === end + 4 ? null : refuse('the proxy’s answer is not valid HTTP'));
    };
    socket.on('data', onData).on('close', onClose);
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  });
}
