import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { FileValue, PreparedHttp } from '../model/action.js';
import type { Alias, HttpAction, HttpBody, Json, Template } from '../model/service.js';
import { withoutBrackets } from '../model/without-brackets.js';
import { percentEncode } from './encode-text.js';
import { fillJson } from './fill-json.js';
import { fillText, nameParams, valueOf, type Filling } from './fill-template.js';
import { findUnsafe } from './place-safety.js';

/**
 * Builds the request of an HTTP alias. `values` holds every parameter's value (given, pinned, default) and `files` the
 * content of `file` parameters; both were checked, and what matters for safety is checked here again. PARAM_UNSAFE: the
 * built URL does not read back as it was built. DESTINATION_NOT_ALLOWED: a slot may not be sent to this host.
 * Throws TypeError for an alias that is no HTTP alias.
 */
export function fillHttp(
  alias: Alias,
  values: Readonly<Record<string, Json>>,
  files: Readonly<Record<string, FileValue>>,
): PreparedHttp | Denial {
  const { action } = alias;
  if (action.kind !== 'http') throw new TypeError('fillHttp takes an HTTP alias');
  const filling: Filling = { alias, values };

  const url = buildUrl(filling, action);
  if (typeof url !== 'string') return url;
  const stranger = findStrangeHost(alias, action, url);
  if (stranger !== null) return deny('DESTINATION_NOT_ALLOWED', { alias: alias.alias, host: stranger });

  const headers = fillPairs(filling, action.headers, 'header');
  if (isDenial(headers)) return headers;
  const body = fillBody(filling, action.body, files);
  if (isDenial(body)) return body;
  const named = new Set(headers.map(([name]) => name.toLowerCase()));
  const typed = body.contentType === null || named.has('content-type') ? [] : [['Content-Type', body.contentType] as const];
  return { kind: 'http', method: action.method, url, headers: [...headers, ...typed], body: body.bytes };
}

/** A Denial, or the URL's text once it reads back exactly as it was built. */
function buildUrl(filling: Filling, action: HttpAction): string | Denial {
  const { base } = filling.alias.service;
  if (base === null) return deny('CONFIG_INVALID', { detail: `the service of ${filling.alias.alias} has no base` });
  let path = '';
  for (const segment of action.segments) {
    const filled = fillSegment(filling, segment);
    if (typeof filled !== 'string') return filled;
    path += `/${filled}`;
  }
  const query = fillPairs(filling, action.query, 'query');
  if (isDenial(query)) return query;
  const search = query.length === 0 ? '' : `?${query.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&')}`;

  const root = new URL(base);
  const prefix = root.pathname === '/' ? '' : root.pathname.replace(/\/$/, '');
  const built = `${root.origin}${prefix}${path}${search}`;
  const read = URL.canParse(built) ? new URL(built) : null;
  const kept =
    read !== null &&
    read.href === built &&
    read.protocol === root.protocol &&
    read.host === root.host &&
    read.username === '' &&
    read.password === '' &&
    read.pathname === prefix + path &&
    read.search === search &&
    read.hash === '';
  const names = [...action.segments, ...action.query.map(([, template]) => template)].map(nameParams).filter((name) => name !== '');
  return kept ? built : deny('PARAM_UNSAFE', { param: names.join(', '), detail: 'the address would not read back as it was built' });
}

/** The segment as a whole is checked too: text and a value may make together what neither is alone. */
function fillSegment(filling: Filling, segment: Template): string | Denial {
  const filled = fillText(filling, segment, 'path', percentEncode);
  if (filled === null) return deny('PARAM_INVALID', { param: nameParams(segment), detail: 'it is required' });
  if (isDenial(filled) || nameParams(segment) === '') return filled;
  return /^(?:\.|%2e){0,2}$/i.test(filled)
    ? deny('PARAM_UNSAFE', { param: nameParams(segment), detail: 'a path segment may not be empty, a dot or two' })
    : filled;
}

/** Fills named templates; a pair whose parameter has no value is left out. */
function fillPairs(
  filling: Filling,
  pairs: readonly (readonly [string, Template])[],
  place: 'query' | 'header' | 'form',
): readonly (readonly [string, string])[] | Denial {
  const filled: (readonly [string, string])[] = [];
  for (const [name, template] of pairs) {
    const value = fillText(filling, template, place);
    if (isDenial(value)) return value;
    if (value === null) continue;
    const detail = findUnsafe({ place, text: value, allowLeading: true });
    if (detail !== null) return deny('PARAM_UNSAFE', { param: nameParams(template), detail });
    filled.push([name, value]);
  }
  return filled;
}

type FilledBody = { readonly bytes: Uint8Array | null; readonly contentType: string | null };
const NO_BODY: FilledBody = { bytes: null, contentType: null };

function fillBody(filling: Filling, body: HttpBody, files: Readonly<Record<string, FileValue>>): FilledBody | Denial {
  switch (body.kind) {
    case 'none':
      return NO_BODY;
    case 'json': {
      const text = fillJson(filling, body.value);
      if (isDenial(text)) return text;
      return text === null ? NO_BODY : { bytes: Buffer.from(text), contentType: 'application/json' };
    }
    case 'form': {
      const pairs = fillPairs(filling, body.fields, 'form');
      if (isDenial(pairs)) return pairs;
      const text = pairs.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&');
      return { bytes: Buffer.from(text), contentType: 'application/x-www-form-urlencoded' };
    }
    case 'raw': {
      if (Object.hasOwn(files, body.param)) return { bytes: files[body.param]?.bytes ?? null, contentType: body.contentType };
      const value = valueOf(filling, body.param);
      if (value === undefined) return NO_BODY;
      // A file's path is not its content: a file that nobody opened must not go out as its name.
      if (typeof value !== 'string' || filling.alias.params[body.param]?.type === 'file') {
        return deny('PARAM_INVALID', { param: body.param, detail: 'it has no content' });
      }
      return { bytes: Buffer.from(value), contentType: body.contentType };
    }
  }
}

/** The host, when a slot of the request may not be sent there; null when every slot may. A slot that is not there may go nowhere. */
function findStrangeHost(alias: Alias, action: HttpAction, url: string): string | null {
  const host = new URL(url).hostname;
  const bare = withoutBrackets(host);
  const slots = new Map(Object.entries(alias.service.slots));
  return action.slots.every((slot) => slots.get(slot)?.hosts.includes(bare) ?? false) ? null : bare;
}
