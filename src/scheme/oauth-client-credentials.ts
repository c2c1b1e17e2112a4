import { isDenial } from '../denial/denial.js';
import { bearer } from './bearer.js';
import { checkOauthOptions, CLIENT_OPTIONS, clientParts, makeTokenRequest, readOauthClient } from './oauth-client.js';
import type { Scheme } from './scheme.js';
import { readOauthAnswer } from './token-answer.js';

/**
 * The client credentials grant (RFC 6749 §4.4): the secret is a client of `tokenUrl`, `id:secret` or JSON, and what is presented is the
 * access token, as a bearer. Options: `tokenUrl`, `clientId`, `clientAuth` (basic or post), `scope`, `audience`, `resource` (RFC 8707).
 */
export const oauthClientCredentials: Scheme = {
  options: CLIENT_OPTIONS,
  checkOptions: checkOauthOptions,

  exchange: {
    endpoint: (options) => options['tokenUrl'] ?? '',
    replaces: () => false,
    parts: clientParts,
    ask: (secret, options) => {
      const client = readOauthClient(secret, options);
      return isDenial(client) ? client : makeTokenRequest([['grant_type', 'client_credentials']], client, options);
    },
    read: (answer, { secret, nowMs }) => {
      const read = readOauthAnswer(answer, secret);
      if (isDenial(read)) return read;
      // RFC 6749 §4.4.3: a refresh token should not be given here, and is of no use.
      const expiresMs = read.expiresInS === null ? null : nowMs + read.expiresInS * 1000;
      return { value: Buffer.from(read.token), expiresMs, successor: null };
    },
  },

  present: (secret, _options, request) => bearer.present(secret, {}, request),
};
