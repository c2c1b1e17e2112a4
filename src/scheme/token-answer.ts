import { deny, type Denial } from '../denial/denial.js';
import { isTable, parseJson } from '../model/json-table.js';
import type { Secret } from '../model/secret.js';
import type { ExchangeAnswer } from './exchange.js';
import { MIN_PART_CHARACTERS } from './json-secret.js';

/** RFC 6749 §5.2: the error codes of a token endpoint, which are safe to name. */
const ERRORS = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target', // RFC 8707 §2
]);
/** A token goes into a header, which services cut at some thousands of bytes. */
const TOKEN = /^[\x21-\x7e]{8,8000}$/;
/** Longer than any access token lives; what is later is a mistake. */
const MAX_LIFE_S = 366 * 86_400;

/** What a token endpoint gave (RFC 6749 §5.1). */
export type OauthAnswer = { readonly token: string; readonly expiresInS: number | null; readonly refreshToken: string | null };

/** Reads a token endpoint's answer: its token, or why there is none. */
export function readOauthAnswer(answer: ExchangeAnswer, secret: Secret): OauthAnswer | Denial {
  if (answer.status !== 200) return refuseAnswer(answer, secret, readError(answer.body));
  const table = readTable(answer.body);
  const token = table?.['access_token'];
  if (table === null || typeof token !== 'string' || !TOKEN.test(token)) return unreadable(answer);
  const type = table['token_type'];
  // RFC 6749 §7.1: a client must not use a token whose type it does not understand.
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    return deny('SECRET_UNUSABLE', { credential: secret.name, detail: `the tokens of ${answer.host} are no bearer tokens` });
  }
  const refresh = table['refresh_token'];
  if (refresh !== undefined && refresh !== null && !isRefreshToken(refresh)) return unreadable(answer);
  return { token, expiresInS: readLife(table['expires_in']), refreshToken: typeof refresh === 'string' ? refresh : null };
}

/** An answer that is no token, by its status: the credential was refused, or the endpoint is not well. `code` is one of a known set, or null. */
export function refuseAnswer(answer: ExchangeAnswer, secret: Secret, code: string | null): Denial {
  const { host, status, retryAfterMs } = answer;
  const named = code === null ? `${host} answered ${status}` : `${host} answered ${status} ${code}`;
  const passing = status >= 500 || status === 429 || status === 408;
  if (passing) return deny('BACKEND_UNAVAILABLE', { backend: host, detail: `it answered ${status}` }, retryAfterMs ?? 5000);
  return deny('SECRET_UNUSABLE', { credential: secret.name, detail: `it was not exchanged for a token: ${named}` });
}

/** An answer that says that all is well and holds no token. */
export function unreadable({ host }: ExchangeAnswer): Denial {
  return deny('BACKEND_UNAVAILABLE', { backend: host, detail: 'its answer is not a token' }, 5000);
}

/** The JSON object in an answer's body; null when there is none. */
export function readTable(body: Uint8Array): Readonly<Record<string, unknown>> | null {
  const value = parseJson(Buffer.from(body).toString('utf8'));
  return isTable(value) ? value : null;
}

/** Whether a text may be sent as a bearer token, and is long enough to be hidden in output. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value);
}

function isRefreshToken(value: unknown): boolean {
  return typeof value === 'string' && value.length >= MIN_PART_CHARACTERS && /^[\x20-\x7e]{1,32768}$/.test(value);
}

function readError(body: Uint8Array): string | null {
  const error = readTable(body)?.['error'];
  return typeof error === 'string' && ERRORS.has(error) ? error : null;
}

/** Seconds; null when the endpoint does not say, or says nothing that can be. Some send the number as text. */
function readLife(value: unknown): number | null {
  const seconds = typeof value === 'string' && /^[0-9]{1,9}$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && seconds >= 0 && seconds <= MAX_LIFE_S ? seconds : null;
}
