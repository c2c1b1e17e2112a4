import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Secret } from '../model/secret.js';
import type { SchemeUse } from '../model/service.js';
import { bearer } from './bearer.js';
import { MIN_PART_CHARACTERS, readJsonSecret, readMember, readText } from './json-secret.js';
import { checkOauthOptions, CLIENT_OPTIONS, makeTokenRequest, readOauthClient, type OauthClient } from './oauth-client.js';
import type { Scheme } from './scheme.js';
import { readOauthAnswer } from './token-answer.js';

/**
 * The refresh token grant (RFC 6749 §6): the secret is JSON with `refresh_token`, `client_id` and, for a confidential client, `client_secret`,
 * the form of Google's authorized_user files; or the refresh token alone, of the public client `clientId`. What is presented is the access token,
 * as a bearer. Options: those of oauth-client-credentials, and `rotation: none` for a server that never replaces a refresh token.
 */
export const oauthRefreshToken: Scheme = {
  options: [...CLIENT_OPTIONS, 'rotation'],
  checkOptions: (options) => {
    if (options['rotation'] !== undefined && options['rotation'] !== 'none') return 'rotation must be none';
    return checkOauthOptions(options);
  },

  exchange: {
    endpoint: (options) => options['tokenUrl'] ?? '',
    replaces: (options) => options['rotation'] !== 'none',
    parts: (secret, options) => {
      const read = readRefresh(secret, options);
      if (isDenial(read)) return [];
      return [read.refreshToken, read.client.secret].flatMap((part) => (part === null ? [] : [Buffer.from(part)]));
    },
    ask: (secret, options) => {
      const read = readRefresh(secret, options);
      if (isDenial(read)) return read;
      const grant = [
        ['grant_type', 'refresh_token'],
        ['refresh_token', read.refreshToken],
      ] as const;
      return makeTokenRequest(grant, read.client, options);
    },
    read: (answer, { secret, options, nowMs }) => {
      const read = readOauthAnswer(answer, secret);
      if (isDenial(read)) return read;
      const before = readRefresh(secret, options);
      if (isDenial(before)) return before;
      const replaced = read.refreshToken !== null && read.refreshToken !== before.refreshToken;
      return {
        value: Buffer.from(read.token),
        expiresMs: read.expiresInS === null ? null : nowMs + read.expiresInS * 1000,
        successor: replaced ? replaceToken(secret, read.refreshToken) : null,
      };
    },
  },

  present: (secret, _options, request) => bearer.present(secret, {}, request),
};

type Refresh = { readonly refreshToken: string; readonly client: OauthClient };

function readRefresh(secret: Secret, options: SchemeUse['options']): Refresh | Denial {
  const table = readJsonSecret(secret);
  if (table === null) {
    const text = readText(secret);
    const id = options['clientId'];
    if (id === undefined) return refuse(secret, 'it is not JSON, and its slot names no clientId');
    if (text === null || !/^[\x20-\x7e]+$/.test(text)) return refuse(secret, 'it is neither JSON nor printable ASCII');
    return { refreshToken: text, client: { id, secret: null } };
  }
  const refreshToken = readMember(table, 'refresh_token');
  if (refreshToken === null) return refuse(secret, 'its JSON has no refresh_token');
  if (refreshToken.length < MIN_PART_CHARACTERS)
    return refuse(secret, `its refresh_token is shorter than ${MIN_PART_CHARACTERS} characters`);
  const client = readOauthClient(secret, options);
  return isDenial(client) ? client : { refreshToken, client };
}

/** The credential with another refresh token; every other member stays. */
function replaceToken(secret: Secret, refreshToken: string): Uint8Array {
  const table = readJsonSecret(secret);
  return Buffer.from(table === null ? refreshToken : JSON.stringify({ ...table, refresh_token: refreshToken }));
}

function refuse(secret: Secret, detail: string): Denial {
  return deny('SECRET_UNUSABLE', { credential: secret.name, detail });
}
