// node:crypto computes and opens nothing: this file is pure all the same.
import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Secret } from '../model/secret.js';
import type { SchemeUse } from '../model/service.js';
import { bearer } from './bearer.js';
import { checkEndpoint } from './check-endpoint.js';
import { readJsonSecret, readMember, readText } from './json-secret.js';
import type { Scheme } from './scheme.js';
import { isToken, readTable, refuseAnswer, unreadable } from './token-answer.js';

const GITHUB = 'https://api.github.com';
/** An app's number, or its client id. */
const APP = /^[A-Za-z0-9._-]{1,64}$/;
const INSTALLATION = /^[1-9][0-9]{0,18}$/;
const REPOSITORIES = /^[A-Za-z0-9._-]{1,100}(?:,[A-Za-z0-9._-]{1,100}){0,499}$/;
const PERMISSIONS = /^[a-z_]{1,64}:(?:read|write|admin)(?:,[a-z_]{1,64}:(?:read|write|admin))*$/;
/** The clock of GitHub may be behind ours: its documents ask for 60 s in the past, and for at most 10 minutes from now. */
const ISSUED_BEFORE_S = 60;
const GOOD_FOR_S = 540;

/**
 * A GitHub App's installation token (docs.github.com, "Generating an installation access token for a GitHub App"): the secret is the app's
 * private key, which signs a JSON Web Token (RS256, RFC 7515) that is exchanged for the token, presented as a bearer. The secret is
 * PEM, with the options `app` and `installation`; or JSON with `private_key`, `app_id` and `installation_id`, so that each tenant has its own. Options
 * besides: `api`, another base than GitHub's own; `repositories`, `permissions` (`issues:read,contents:write`), which narrow the token.
 */
export const githubApp: Scheme = {
  options: ['api', 'app', 'installation', 'repositories', 'permissions'],
  checkOptions: ({ api = GITHUB, app = 'x', installation = '1', repositories = 'x', permissions = 'x:read' }) => {
    const fault = checkEndpoint('api', api);
    if (fault !== null) return fault;
    if (api.endsWith('/') || api.includes('?')) return 'api must not end in a slash, and has no query';
    if (!APP.test(app)) return 'app must be the app’s id or client id';
    if (!INSTALLATION.test(installation)) return 'installation must be the installation’s number';
    if (!REPOSITORIES.test(repositories)) return 'repositories must be names with commas between, without their owner';
    return PERMISSIONS.test(permissions) ? null : 'permissions must be spelt as issues:read,contents:write';
  },

  exchange: {
    endpoint: ({ api = GITHUB }) => api,
    replaces: () => false,
    parts: (secret) => {
      const table = readJsonSecret(secret);
      const key = table?.['private_key'];
      return typeof key === 'string' && key.length > 0 ? [Buffer.from(key)] : [];
    },
    ask: (secret, options, nowMs) => {
      const app = readApp(secret, options);
      if (isDenial(app)) return app;
      return {
        url: `${options['api'] ?? GITHUB}/app/installations/${app.installation}/access_tokens`,
        headers: [
          ['Authorization', `Bearer ${makeToken(app, Math.floor(nowMs / 1000))}`],
          ['Accept', 'application/vnd.github+json'],
          ['X-GitHub-Api-Version', '2022-11-28'],
          ['Content-Type', 'application/json'],
        ],
        body: Buffer.from(JSON.stringify(narrow(options))),
      };
    },
    read: (answer, { secret, nowMs }) => {
      if (answer.status !== 201) return refuseAnswer(answer, secret, null);
      const table = readTable(answer.body);
      const expiresMs = Date.parse(String(table?.['expires_at']));
      const token = table?.['token'];
      if (!isToken(token) || Number.isNaN(expiresMs) || expiresMs < nowMs) return unreadable(answer);
      return { value: Buffer.from(token), expiresMs, successor: null };
    },
  },

  present: (secret, _options, request) => bearer.present(secret, {}, request),
};

type App = { readonly id: string; readonly installation: string; readonly key: KeyObject };

function readApp(secret: Secret, options: SchemeUse['options']): App | Denial {
  const table = readJsonSecret(secret);
  const pem = table === null ? readText(secret) : table['private_key'];
  const id = options['app'] ?? (table === null ? null : readMember(table, 'app_id'));
  const installation = options['installation'] ?? (table === null ? null : readMember(table, 'installation_id'));
  if (id === null || !APP.test(id)) return refuse(secret, 'neither it nor its slot names an app');
  if (installation === null || !INSTALLATION.test(installation)) return refuse(secret, 'neither it nor its slot names an installation');
  const key = typeof pem === 'string' ? readKey(pem) : null;
  return key === null ? refuse(secret, 'it holds no RSA private key in PEM') : { id, installation, key };
}

function readKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey({ key: pem, format: 'pem' });
    return key.asymmetricKeyType === 'rsa' ? key : null;
  } catch {
    // OpenSSL's words may quote the key.
    return null;
  }
}

/** RFC 7519 §3.1, signed as RFC 7518 §3.3 has it. */
function makeToken({ id, key }: App, nowS: number): string {
  const parts = [
    { alg: 'RS256', typ: 'JWT' },
    { iat: nowS - ISSUED_BEFORE_S, exp: nowS + GOOD_FOR_S, iss: id },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const text = parts.join('.');
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

function narrow({ repositories, permissions }: SchemeUse['options']): Record<string, unknown> {
  const pairs = permissions?.split(',').map((pair) => pair.split(':'));
  return {
    ...(repositories === undefined ? {} : { repositories: repositories.split(',') }),
    ...(pairs === undefined ? {} : { permissions: Object.fromEntries(pairs) as Record<string, string> }),
  };
}

function refuse(secret: Secret, detail: string): Denial {
  return deny('SECRET_UNUSABLE', { credential: secret.name, detail });
}
