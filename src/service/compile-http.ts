import type { SlotName } from '../model/ids.js';
import type { HttpAction, HttpBody, Service, Template } from '../model/service.js';
import { suggestName } from '../model/suggest.js';
import { withoutBrackets } from '../model/without-brackets.js';
import type { KeyPath } from '../state/key-path.js';
import { compileJson } from './compile-json.js';
import { isForbiddenHeader } from './forbidden-names.js';
import type { TemplateReader } from './placements.js';
import { findUnsafe } from './place-safety.js';
import type { Report } from './report.js';
import type { AliasShape, HttpShape } from './schema.js';

/** RFC 9110 section 5.6.2: a token. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
/** RFC 3986 section 3.3: pchar, with whole percent-encodings; what the URL parser would rewrite is left out. */
const SEGMENT_TEXT = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})*$/;

/** What an HTTP alias is compiled from. `path` leads to the alias. */
export type HttpSource = {
  readonly alias: AliasShape;
  readonly http: HttpShape;
  readonly service: Service;
  readonly path: KeyPath;
  readonly templates: TemplateReader;
  readonly report: Report;
};

/** Turns an HTTP alias's shape into its action, and reports what may not stand in a request. `select` is checked by the caller. */
export function compileHttp(source: HttpSource): HttpAction {
  const { alias, http, service, path, report } = source;
  // A base that cannot be used has its own problem.
  const unsaid = !report.problems.some(({ key }) => key === 'base');
  if (service.base === null && unsaid) report.problem([...path, 'http'], 'the service has no base to send requests to');
  return {
    kind: 'http',
    method: http.method,
    segments: compilePath(source),
    query: compileQuery(source),
    headers: compileHeaders(source),
    body: compileBody(source),
    slots: compileSlots(source),
    response: {
      select: alias.response?.select ?? null,
      status: alias.response?.status ?? false,
      headers: compileAnswerHeaders(source),
    },
  };
}

function compilePath({ http, path, templates, report }: HttpSource): readonly Template[] {
  const at = [...path, 'http', 'path'];
  if (!http.path.startsWith('/')) report.problem(at, 'must begin with a slash');
  if (/[?#]/.test(http.path)) report.problem(at, 'takes no ? or #; use query');
  const segments = http.path.slice(1).split('/');
  return segments.map((text, index) => {
    const template = templates.read(text, 'path', at);
    const last = index === segments.length - 1;
    if (text === '' && !last) report.problem(at, 'holds an empty segment');
    const literal = template.map((part) => ('text' in part ? part.text : '')).join('');
    if (!SEGMENT_TEXT.test(literal)) report.problem(at, 'holds a character that must be percent-encoded (in upper case)');
    if (/^(?:\.|%2e){1,2}$/i.test(literal) && template.length === 1) report.problem(at, 'holds a segment of dots');
    return template;
  });
}

function compileQuery({ http, path, templates, report }: HttpSource): HttpAction['query'] {
  return compileFields(http.query, 'query', [...path, 'http', 'query'], templates, report);
}

/** Names are literal: a brace in one is most likely a mistake. */
function compileFields(
  fields: Readonly<Record<string, string | number | boolean>>,
  place: 'query' | 'form',
  at: KeyPath,
  templates: TemplateReader,
  report: Report,
): readonly (readonly [string, Template])[] {
  return Object.entries(fields).map(([name, value]) => {
    if (/[{}]/.test(name)) report.problem([...at, name], 'a name is taken as it is and may not hold a brace');
    return [name, templates.read(String(value), place, [...at, name])];
  });
}

function compileHeaders({ http, service, path, templates, report }: HttpSource): HttpAction['headers'] {
  const seen = new Set<string>();
  const slotHeaders = Object.values(service.slots).flatMap((slot) =>
    slot.scheme === 'header' ? [slot.options['name']?.toLowerCase()] : [],
  );
  return Object.entries(http.headers).map(([name, value]) => {
    const at = [...path, 'http', 'headers', name];
    const lower = name.toLowerCase();
    if (!TOKEN.test(name)) report.problem(at, 'not the name of a header');
    else if (isForbiddenHeader(name)) report.problem(at, 'an alias may not set this header');
    else if (slotHeaders.includes(lower)) report.problem(at, 'a slot of the service presents its credential in this header');
    if (seen.has(lower)) report.problem(at, 'this header is here twice');
    seen.add(lower);

    const template = templates.read(String(value), 'header', at);
    const literal = template.map((part) => ('text' in part ? part.text : 'x')).join('');
    const unsafe = findUnsafe({ place: 'header', text: literal, allowLeading: true });
    if (unsafe !== null) report.problem(at, unsafe);
    if (lower === 'content-type' && (http.body === undefined || template.some((part) => 'param' in part))) {
      report.problem(at, 'stands only beside a JSON body, and without parameters; a raw body has its contentType');
    }
    return [name, template];
  });
}

function compileBody({ http, path, templates, report }: HttpSource): HttpBody {
  const at = [...path, 'http'];
  const given = (['body', 'form', 'raw'] as const).filter((key) => http[key] !== undefined);
  const second = given[1];
  if (second !== undefined) report.problem([...at, second], 'a request has one of body, form and raw');
  const [first] = given;
  if (first !== undefined && ['GET', 'HEAD'].includes(http.method)) report.problem([...at, first], `a ${http.method} request has no body`);

  if (http.raw !== undefined) {
    const { param, contentType } = http.raw;
    templates.note(param, 'body', [...at, 'raw', 'param']);
    if (!/^[\w.+-]+\/[\w.+-]+(?:; ?[\w.+-]+=[\w.+-]+)*$/.test(contentType))
      report.problem([...at, 'raw', 'contentType'], 'not a media type');
    return { kind: 'raw', param, contentType };
  }
  if (http.form !== undefined) {
    const fields = compileFields(http.form, 'form', [...at, 'form'], templates, report);
    return { kind: 'form', fields };
  }
  return http.body === undefined ? { kind: 'none' } : { kind: 'json', value: compileJson(http.body, [...at, 'body'], templates, report) };
}

/** By default every slot that carries a credential. */
function compileSlots({ alias, service, path, report }: HttpSource): readonly SlotName[] {
  const known = Object.keys(service.slots) as SlotName[];
  const { host } = new URL(service.base ?? 'none:');
  const chosen = alias.slots === undefined ? known : known.filter((slot) => alias.slots?.includes(slot));
  for (const [at, name] of (alias.slots ?? []).entries()) {
    const fits = known.some((slot) => slot === name);
    if (!fits) report.problem([...path, 'slots', at], 'the service has no such slot', suggestName(name, known));
    if (alias.slots?.indexOf(name) !== at) report.problem([...path, 'slots', at], 'this slot is here twice');
  }
  const carrying = chosen.filter((slot) => service.slots[slot]?.scheme !== 'none');
  const bare = host === '' ? null : withoutBrackets(new URL(service.base ?? 'none:').hostname);
  for (const slot of carrying) {
    if (bare !== null && service.slots[slot]?.hosts.includes(bare) === false) {
      report.warning([...path, 'http'], `slot ${slot} may not be sent to the service’s own host, so this alias is always denied`);
    }
  }
  return carrying;
}

function compileAnswerHeaders({ alias, path, report }: HttpSource): readonly string[] {
  const names = alias.response?.headers ?? [];
  for (const [at, name] of names.entries()) {
    if (!TOKEN.test(name)) report.problem([...path, 'response', 'headers', at], 'not the name of a header');
    // A cookie of the answer is a credential that no backend knows, so nothing would redact it.
    if (/^set-cookie2?$/i.test(name)) report.problem([...path, 'response', 'headers', at], 'cookies stay out of results');
  }
  return names.map((name) => name.toLowerCase());
}
