import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Secret } from '../model/secret.js';
import type { SchemeUse } from '../model/service.js';
import { checkEndpoint } from './check-endpoint.js';
import { MIN_PART_CHARACTERS, readJsonSecret, readMember, readText } from './json-secret.js';

/** A client of an authorization server (RFC 6749 §2). `secret` null: a public client. */
export type OauthClient = { readonly id: string; readonly secret: string | null };

type Options = SchemeUse['options'];

/** RFC 6749 §3.3: scope tokens with single spaces between. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;
/** RFC 6749 Appendix A.1 and A.2. */
const VSCHAR = /^[\x20-\x7e]{1,2048}$/;

/** Options that both grants take: where a token is asked for and which, and how the client says who it is. */
export const CLIENT_OPTIONS = ['tokenUrl', 'clientId', 'clientAuth', 'scope', 'audience', 'resource'] as const;

/** What is wrong with CLIENT_OPTIONS of an OAuth scheme, in a clause; null when they can be used. */
export function checkOauthOptions(options: Options): string | null {
  const { tokenUrl = '', clientId = 'x', clientAuth = 'basic', scope = 'x', audience = 'x', resource = 'x' } = options;
  const fault = checkEndpoint('tokenUrl', tokenUrl);
  if (fault !== null) return fault;
  if (!VSCHAR.test(clientId)) return 'clientId must be printable ASCII';
  if (clientAuth !== 'basic' && clientAuth !== 'post') return 'clientAuth must be basic or post';
  if (!SCOPE.test(scope)) return 'scope must be words with single spaces between';
  return VSCHAR.test(audience) && VSCHAR.test(resource) ? null : 'audience and resource must be printable ASCII';
}

/**
 * The client in a secret: JSON with `client_id` and `client_secret` (others stay unread), else `id:secret`; where the option `clientId` stands,
 * the secret alone. SECRET_UNUSABLE for anything else.
 */
export function readOauthClient(secret: Secret, options: Options): OauthClient | Denial {
  const table = readJsonSecret(secret);
  if (table !== null) {
    const id = options['clientId'] ?? readMember(table, 'client_id');
    const value = readMember(table, 'client_secret');
    if (id === null) return refuse(secret, 'its JSON has no client_id');
    if (value === null && Object.hasOwn(table, 'client_secret')) return refuse(secret, 'its client_secret is not printable ASCII');
    return checkClient(secret, { id, secret: value });
  }
  const text = readText(secret);
  if (text === null || !VSCHAR.test(text)) return refuse(secret, 'it is neither JSON nor printable ASCII');
  if (options['clientId'] !== undefined) return checkClient(secret, { id: options['clientId'], secret: text });
  const colon = text.indexOf(':');
  if (colon < 1) return refuse(secret, 'it is neither JSON nor of the form id:secret');
  return checkClient(secret, { id: text.slice(0, colon), secret: text.slice(colon + 1) });
}

/**
 * How the client authenticates (RFC 6749 §2.3.1): fields of the form, and headers. A public client only names itself.
 */
function authenticate(
  { id, secret }: OauthClient,
  options: Options,
): { readonly fields: readonly (readonly [string, string])[]; readonly headers: readonly (readonly [string, string])[] } {
  if (secret === null) return { fields: [['client_id', id]], headers: [] };
  if (options['clientAuth'] === 'post') {
    return {
      fields: [
        ['client_id', id],
        ['client_secret', secret],
      ],
      headers: [],
    };
  }
  const pair = `${encodeForm(id)}:${encodeForm(secret)}`;
  return { fields: [], headers: [['Authorization', `Basic ${Buffer.from(pair).toString('base64')}`]] };
}

/** The form that asks for a token, with the fields that both grants have. */
export function makeTokenRequest(
  grant: readonly (readonly [string, string])[],
  client: OauthClient,
  options: Options,
): { readonly url: string; readonly headers: readonly (readonly [string, string])[]; readonly body: Uint8Array } {
  const { fields, headers } = authenticate(client, options);
  const wished = (['scope', 'audience', 'resource'] as const).flatMap((name): [string, string][] => {
    const value = options[name];
    return value === undefined ? [] : [[name, value]];
  });
  const form = new URLSearchParams([...grant, ...wished, ...fields].map(([name, value]): [string, string] => [name, value]));
  return {
    url: options['tokenUrl'] ?? '',
    headers: [['Content-Type', 'application/x-www-form-urlencoded'], ['Accept', 'application/json'], ...headers],
    body: Buffer.from(form.toString()),
  };
}

/** The client's secret as bytes, where a secret has one. */
export function clientParts(secret: Secret, options: Options): readonly Uint8Array[] {
  const client = readOauthClient(secret, options);
  return isDenial(client) || client.secret === null ? [] : [Buffer.from(client.secret)];
}

function checkClient(secret: Secret, client: OauthClient): OauthClient | Denial {
  const short = client.secret !== null && client.secret.length < MIN_PART_CHARACTERS;
  return short ? refuse(secret, `its client secret is shorter than ${MIN_PART_CHARACTERS} characters`) : client;
}

/** application/x-www-form-urlencoded, as §2.3.1 has it. */
function encodeForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function refuse(secret: Secret, detail: string): Denial {
  return deny('SECRET_UNUSABLE', { credential: secret.name, detail });
}
