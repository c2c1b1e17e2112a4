import { deny, type Denial } from '../denial/denial.js';
import type { PreparedHttp } from '../model/action.js';
import type { Presented } from '../model/presented.js';

type Field = readonly [string, string];

/** What frames the message or belongs to the connection (RFC 9110 §7.6.1): outloop's alone. */
const OURS = new Set([
  'host',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** RFC 9110 §5.6.2 and §5.5; bytes over 0x7F pass as Latin-1. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What the request's header section is made of. */
export type HeaderSources = {
  readonly url: URL;
  readonly request: PreparedHttp;
  readonly presented: readonly Presented[];
  readonly userAgent: string;
};

/**
 * The header section of a request, flat as Node takes it: name, value, name, value. A field that the alias and a credential, or two
 * credentials, both fill is SECRET_UNUSABLE: which of them the service would take is anybody's guess.
 */
export function buildHeaders({ url, request, presented, userAgent }: HeaderSources): readonly string[] | Denial {
  const fields: Field[] = request.headers.filter(([name]) => !OURS.has(name.toLowerCase()));
  const taken = new Set(fields.map(([name]) => name.toLowerCase()));
  for (const { credential, headers } of presented) {
    for (const [name, value] of headers) {
      if (taken.has(name.toLowerCase()) || OURS.has(name.toLowerCase())) {
        return deny('SECRET_UNUSABLE', { credential, detail: 'the request already has a header of the name its scheme uses' });
      }
      taken.add(name.toLowerCase());
      fields.push([name, value]);
    }
  }
  const defaults: Field[] = [
    ['User-Agent', userAgent],
    ['Accept', '*/*'],
    // A compressed answer would cost the load of a decoder for nothing on most answers.
    ['Accept-Encoding', 'identity'],
  ];
  const all: Field[] = [['Host', url.host], ...fields, ...defaults.filter(([name]) => !taken.has(name.toLowerCase())), ...frame(request)];
  if (!all.every(([name, value]) => NAME.test(name) && VALUE.test(value))) {
    return deny('UPSTREAM_UNREACHABLE', { host: url.hostname, detail: 'the request has a header that cannot be sent' });
  }
  return all.flat();
}

/**
 * The URL with the credentials' fields after its own query. A field that is there already is SECRET_UNUSABLE; in a redirect's URL, which may
 * repeat what was sent, it is replaced.
 */
export function presentQuery(url: URL, presented: readonly Presented[], redirected: boolean): URL | Denial {
  const result = new URL(url);
  result.hash = '';
  for (const { credential, query } of presented) {
    for (const [name, encoded] of query) {
      if (result.searchParams.has(name) && !redirected) {
        return deny('SECRET_UNUSABLE', { credential, detail: 'the request already has a query field of the name its scheme uses' });
      }
      if (result.searchParams.has(name)) result.searchParams.delete(name);
      result.search += `${result.search === '' ? '?' : '&'}${encodeURIComponent(name)}=${encoded}`;
    }
  }
  return result;
}

function frame({ method, body }: PreparedHttp): Field[] {
  const close: Field = ['Connection', 'close'];
  const expected = method === 'POST' || method === 'PUT' || method === 'PATCH';
  return body === null && !expected ? [close] : [close, ['Content-Length', String(body?.length ?? 0)]];
}
