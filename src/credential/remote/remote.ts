import { isDenial } from '../../denial/denial.js';
import type { Denial } from '../../denial/denial.js';
import { checkRoute, openConnection } from '../../net/connect.js';
import { readDestination } from '../../net/destination.js';
import type { Destination } from '../../net/destination.js';
import { collectBody, openBody } from '../../net/http-body.js';
import { exchange } from '../../net/http-exchange.js';
import { parseProxy } from '../../net/proxy.js';
import { lookUpAddresses } from '../../net/resolve.js';
import { openTimeLimit } from '../../net/time-limit.js';
import { readRetryAfter } from '../../net/retry-after.js';
import { openKnownRoots } from '../../state/known-roots.js';
import type { OpenSetting } from '../backend.js';
import { describeFailure } from './describe-failure.js';
import type { Failure } from './describe-failure.js';

/** Where a backend's HTTP API is: an origin with a path prefix, and as `networks` and `ca` of a service. */
export type RemotePlace = { readonly base: string; readonly networks: readonly string[]; readonly ca: string | null };

/** One call. `path` begins with a slash and is encoded; it is put after the base's own. `json` null: a GET, else a POST of it. */
export type Call = {
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly json: unknown;
};

/** The API's answer. `body`: what its JSON says; null where it is none. */
export type Reply = { readonly kind: 'reply'; readonly status: number; readonly retryAfterMs: number | null; readonly body: unknown };

/** A value of 64 KiB takes 384 KiB where JSON escapes every character of it; an item has other fields too. */
const MAX_REPLY_BYTES = 1_048_576;

/**
 * Makes one call over a connection of its own, checked as `http` delivery's: the address, the certificate, no proxy of the environment. Never
 * follows a redirect. Ends within `timeoutMs` or soon after `signal` aborts. Texts of Node and of the API stay here.
 */
export async function callRemote(
  setting: OpenSetting,
  place: RemotePlace,
  call: Call,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Reply | Failure> {
  const destination = readDestination(place.base);
  if (destination === null)
    return { kind: 'failure', final: true, answer: { kind: 'unavailable', detail: 'its address cannot be read', retryAfterMs: null } };
  const limit = openTimeLimit({ host: destination.host, timeoutMs, cancel: signal });
  try {
    const route = {
      destination,
      networks: place.networks,
      trust: { ca: place.ca, uid: setting.state.uid, known: openKnownRoots(setting.state) },
      proxy: setting.proxy === null ? null : parseProxy(setting.proxy),
      lookup: lookUpAddresses,
    };
    const checked = await checkRoute(route, limit);
    if (isDenial(checked)) return describeFailure(checked);
    const socket = await openConnection(checked, limit);
    if (isDenial(socket)) return describeFailure(socket);
    const message = buildMessage(setting, place, call, destination);
    const response = await exchange(socket, message, limit);
    if (isDenial(response)) return describeFailure(response);
    const bytes = await readBody(response, message.method, destination, limit);
    if (isDenial(bytes)) return describeFailure(bytes);
    const body = parseBody(bytes);
    bytes.fill(0);
    return {
      kind: 'reply',
      status: response.statusCode ?? 0,
      retryAfterMs: readRetryAfter(response.headers['retry-after'], setting.now()),
      body,
    };
  } finally {
    limit.close();
  }
}

function buildMessage(setting: OpenSetting, place: RemotePlace, call: Call, { host }: Destination) {
  const url = new URL(place.base + call.path);
  const body = call.json === null ? null : Buffer.from(JSON.stringify(call.json));
  const headers = [
    ['Host', url.host],
    ['User-Agent', setting.userAgent],
    ['Accept', 'application/json'],
    ['Accept-Encoding', 'identity'],
    ['Connection', 'close'],
    ...(body === null ? [] : [['Content-Type', 'application/json'] as const, ['Content-Length', String(body.length)] as const]),
    ...call.headers,
  ];
  return { host, method: body === null ? 'GET' : 'POST', url, headers: headers.flat(), body };
}

async function readBody(
  response: Parameters<typeof openBody>[0],
  method: string,
  { host }: Destination,
  limit: Parameters<typeof openBody>[1]['limit'],
): Promise<Uint8Array | Denial> {
  const body = await openBody(response, { method, host, maxBytes: MAX_REPLY_BYTES, limit });
  return isDenial(body) ? body : collectBody(body);
}

/** The parser's error would quote the answer, so it goes no further. */
function parseBody(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
