import type { IncomingMessage } from 'node:http';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import { checkRoute, openConnection, type CheckedRoute, type Route } from '../net/connect.js';
import { readDestination } from '../net/destination.js';
import { openBody } from '../net/http-body.js';
import { describeBreak, dropResponse, exchange, type Message } from '../net/http-exchange.js';
import { parseProxy } from '../net/proxy.js';
import { lookUpAddresses } from '../net/resolve.js';
import { openTimeLimit, type TimeLimit } from '../net/time-limit.js';
import { buildHeaders, presentQuery } from './http-headers.js';
import type { HttpAnswer, HttpJob } from './http-job.js';
import { readRedirect } from './http-redirect.js';

/** A service that takes longer than this to accept a connection is not there. */
const CONNECT_MS = 10_000;
/** Long enough for a model's slow answer; the alias's own limit is usually shorter. */
const FIRST_BYTE_MS = 120_000;

/**
 * Sends the request and gives the answer, its body unread; a Denial when there is none, with the fact `httpStatus` where a status had come. The name is resolved once, every connection goes to a
 * checked address of the service's own origin, and each serves one exchange. Ends within the limits of `job.limits` or soon after
 * `signal` aborts, and leaves nothing open but the answer's body, which the caller closes. Never throws.
 */
export async function sendRequest(job: HttpJob, signal: AbortSignal): Promise<HttpAnswer | Denial> {
  const destination = readDestination(job.request.url);
  const base = readDestination(job.service.base ?? '');
  if (destination === null || base === null || base.origin !== destination.origin) {
    return deny('EGRESS_BLOCKED', { host: destination?.host ?? job.service.service });
  }
  const proxy = job.proxy === null ? null : parseProxy(job.proxy);
  if (job.proxy !== null && proxy === null) {
    return deny('UPSTREAM_UNREACHABLE', { host: destination.host, detail: 'the proxy of the settings cannot be read' });
  }
  const trust = { ca: job.service.ca, uid: job.uid, known: job.roots };
  const route: Route = { destination, networks: job.service.networks, trust, proxy, lookup: job.lookup ?? lookUpAddresses };
  const limit = openTimeLimit({ host: destination.host, timeoutMs: job.limits.timeoutMs, cancel: signal });
  const answer = await performRequest(job, route, limit);
  if (isDenial(answer)) limit.close();
  return answer;
}

async function performRequest(job: HttpJob, route: Route, limit: TimeLimit): Promise<HttpAnswer | Denial> {
  let url = new URL(job.request.url);
  // Asked before the resolver is: what cannot be sent contacts nobody.
  const host = route.destination.host;
  const first = buildMessage(job, { host, url, followed: 0 });
  if (isDenial(first)) return first;
  const checked = await withinPhase(limit, connectPhase(job, host), () => checkRoute(route, limit));
  if (isDenial(checked)) return checked;
  const signed = job.presented.some(({ signsUrl }) => signsUrl === true);
  for (let followed = 0; ; followed++) {
    const response = await ask(job, { url, followed }, { route: checked, limit });
    if (isDenial(response)) return response;
    const status = response.statusCode ?? 0;
    // RFC 9110 §15: below 100 there are none, and interim answers are no answer.
    if (status < 200) {
      dropResponse(response);
      return describeBreak(host, 'HPE_INVALID_STATUS');
    }
    const headers = pairHeaders(response.rawHeaders);
    const locations = headers.filter(([name]) => name === 'location').map(([, value]) => value);
    const next = readRedirect({ method: job.request.method, url, status, locations, followed, signed });
    if (next === null) return await readAnswer(job, response, { host, status, headers, limit });
    dropResponse(response);
    if (isDenial(next)) return afterStatus(next, status);
    url = next;
  }
}

async function ask(
  job: HttpJob,
  { url, followed }: { url: URL; followed: number },
  { route, limit }: { route: CheckedRoute; limit: TimeLimit },
): Promise<IncomingMessage | Denial> {
  const host = route.destination.host;
  const message = buildMessage(job, { host, url, followed });
  if (isDenial(message)) return message;
  const socket = await withinPhase(limit, connectPhase(job, host), () => openConnection(route, limit));
  if (isDenial(socket)) return socket;
  const firstByteMs = job.limits.firstByteMs ?? FIRST_BYTE_MS;
  const late = { limitMs: firstByteMs, denial: deny('RUN_TIMEOUT', { limitMs: firstByteMs }) };
  return withinPhase(limit, late, () => exchange(socket, message, limit));
}

function buildMessage(job: HttpJob, hop: { host: string; url: URL; followed: number }): Message | Denial {
  const { request, presented, userAgent, onSent } = job;
  const url = presentQuery(hop.url, presented, hop.followed > 0);
  if (isDenial(url)) return url;
  const headers = buildHeaders({ url, request, presented, userAgent });
  return isDenial(headers) ? headers : { host: hop.host, method: request.method, url, headers, body: request.body, onSent };
}

async function readAnswer(
  job: HttpJob,
  response: IncomingMessage,
  { host, limit, ...head }: Pick<HttpAnswer, 'status' | 'headers'> & { host: string; limit: TimeLimit },
): Promise<HttpAnswer | Denial> {
  const body = await openBody(response, { method: job.request.method, host, maxBytes: job.limits.maxBytes, limit });
  if (!isDenial(body)) return { kind: 'answer', ...head, body };
  dropResponse(response);
  return afterStatus(body, head.status);
}

/** What was answered stands in the fact `httpStatus` of a denial that came of it. */
function afterStatus(denial: Denial, httpStatus: number): Denial {
  return { ...denial, facts: { ...denial.facts, httpStatus } };
}

function connectPhase(job: HttpJob, host: string): { limitMs: number; denial: Denial } {
  const limitMs = job.limits.connectMs ?? CONNECT_MS;
  return { limitMs, denial: deny('UPSTREAM_UNREACHABLE', { host, detail: `no connection within ${String(limitMs)} ms` }) };
}

async function withinPhase<T>(limit: TimeLimit, phase: { limitMs: number; denial: Denial }, work: () => Promise<T>): Promise<T> {
  const end = limit.startPhase(phase.limitMs, phase.denial);
  try {
    return await work();
  } finally {
    end();
  }
}

function pairHeaders(raw: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) pairs.push([raw[index]?.toLowerCase() ?? '', raw[index + 1] ?? '']);
  return pairs;
}
