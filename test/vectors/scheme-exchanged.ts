import { generateKeyPairSync } from 'node:crypto';
import type { SchemeUse } from '../../src/model/service.js';

/** A key of a GitHub App, made anew for each test run. */
export const APP_KEY = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

const oauth = (scheme: string, options: Record<string, string> = {}): SchemeUse => ({
  scheme,
  options: { tokenUrl: 'https://auth.test/token', ...options },
});
const bearer = { access_token: '2YotnFZFEjr1zCsicMWpAA', token_type: 'Bearer', expires_in: 3600 };
/** RFC 6749 §4.4.2 and §6: client s6BhdRkqt3 with its secret. */
const RFC_CLIENT = 's6BhdRkqt3:7Fjfp0ZBr1KtDRbnfVdmIw';
const RFC_BASIC = ['Authorization', 'Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3'] as const;
const refresh = (more: Record<string, string>) => JSON.stringify({ refresh_token: 'tGzv3JOkF0XG5Qx2TlKWIA', ...more });
const app = { app_id: 'Iv1.0123456789abcdef', installation_id: 4711, private_key: APP_KEY.privateKey };

/** What each exchanging scheme asks for a secret at its endpoint, and what it reads from an answer. */
export const EXCHANGED: readonly {
  readonly title: string;
  readonly use: SchemeUse;
  readonly secret: string;
  readonly parts: readonly string[];
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly answer: { readonly status: number; readonly body: string };
  readonly token: string;
  readonly expiresInMs: number | null;
  readonly successor: string | null;
}[] = [
  {
    title: 'RFC 6749 §4.4.2, the client in the Authorization header',
    use: oauth('oauth-client-credentials'),
    secret: RFC_CLIENT,
    parts: ['7Fjfp0ZBr1KtDRbnfVdmIw'],
    url: 'https://auth.test/token',
    headers: [['Content-Type', 'application/x-www-form-urlencoded'], ['Accept', 'application/json'], RFC_BASIC],
    body: 'grant_type=client_credentials',
    answer: { status: 200, body: JSON.stringify(bearer) },
    token: '2YotnFZFEjr1zCsicMWpAA',
    expiresInMs: 3_600_000,
    successor: null,
  },
  {
    title: '§2.3.1, the client in the form, with a scope and an audience',
    use: oauth('oauth-client-credentials', { clientAuth: 'post', scope: 'read:all write:all', audience: 'https://api.test/' }),
    secret: JSON.stringify({ client_id: 's6BhdRkqt3', client_secret: '7Fjfp0ZBr1KtDRbnfVdmIw' }),
    parts: ['7Fjfp0ZBr1KtDRbnfVdmIw'],
    url: 'https://auth.test/token',
    headers: [],
    body: 'grant_type=client_credentials&scope=read%3Aall+write%3Aall&audience=https%3A%2F%2Fapi.test%2F&client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw',
    answer: { status: 200, body: JSON.stringify({ ...bearer, expires_in: '120', refresh_token: 'of-no-use-here' }) },
    token: '2YotnFZFEjr1zCsicMWpAA',
    expiresInMs: 120_000,
    successor: null,
  },
  {
    title: '§2.3.1, an id and a secret that need encoding, and no time given',
    use: oauth('oauth-client-credentials', { clientId: 'a b:c' }),
    secret: 'p+ss w%rd&=',
    parts: ['p+ss w%rd&='],
    url: 'https://auth.test/token',
    headers: [['Authorization', `Basic ${Buffer.from('a+b%3Ac:p%2Bss+w%25rd%26%3D').toString('base64')}`]],
    body: 'grant_type=client_credentials',
    answer: { status: 200, body: JSON.stringify({ access_token: 'no-time-given', token_type: 'bearer' }) },
    token: 'no-time-given',
    expiresInMs: null,
    successor: null,
  },
  {
    title: 'RFC 6749 §6, and the refresh token stays',
    use: oauth('oauth-refresh-token'),
    secret: refresh({ client_id: 's6BhdRkqt3', client_secret: '7Fjfp0ZBr1KtDRbnfVdmIw' }),
    parts: ['tGzv3JOkF0XG5Qx2TlKWIA', '7Fjfp0ZBr1KtDRbnfVdmIw'],
    url: 'https://auth.test/token',
    headers: [RFC_BASIC],
    body: 'grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA',
    answer: { status: 200, body: JSON.stringify({ ...bearer, refresh_token: 'tGzv3JOkF0XG5Qx2TlKWIA' }) },
    token: '2YotnFZFEjr1zCsicMWpAA',
    expiresInMs: 3_600_000,
    successor: null,
  },
  {
    title: '§6, and the refresh token is replaced; what else the JSON holds stays',
    use: oauth('oauth-refresh-token', { clientAuth: 'post', rotation: 'none' }),
    secret: refresh({ type: 'authorized_user', client_id: 's6BhdRkqt3', client_secret: '7Fjfp0ZBr1KtDRbnfVdmIw' }),
    parts: ['tGzv3JOkF0XG5Qx2TlKWIA', '7Fjfp0ZBr1KtDRbnfVdmIw'],
    url: 'https://auth.test/token',
    headers: [],
    body: 'grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA&client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw',
    answer: { status: 200, body: JSON.stringify({ ...bearer, refresh_token: 'the-next-one' }) },
    token: '2YotnFZFEjr1zCsicMWpAA',
    expiresInMs: 3_600_000,
    successor:
      '{"refresh_token":"the-next-one","type":"authorized_user","client_id":"s6BhdRkqt3","client_secret":"7Fjfp0ZBr1KtDRbnfVdmIw"}',
  },
  {
    title: '§6, a public client whose secret is the refresh token alone',
    use: oauth('oauth-refresh-token', { clientId: 'native-app' }),
    secret: 'tGzv3JOkF0XG5Qx2TlKWIA',
    parts: ['tGzv3JOkF0XG5Qx2TlKWIA'],
    url: 'https://auth.test/token',
    headers: [],
    body: 'grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA&client_id=native-app',
    answer: { status: 200, body: JSON.stringify({ ...bearer, refresh_token: 'the-next-one' }) },
    token: '2YotnFZFEjr1zCsicMWpAA',
    expiresInMs: 3_600_000,
    successor: 'the-next-one',
  },
  {
    title: 'an installation of an app, both of the tenant',
    use: { scheme: 'github-app', options: {} },
    secret: JSON.stringify(app),
    parts: [APP_KEY.privateKey],
    url: 'https://api.github.com/app/installations/4711/access_tokens',
    headers: [['Accept', 'application/vnd.github+json']],
    body: '{}',
    answer: {
      status: 201,
      body: JSON.stringify({ token: 'ghs_16C7e42F292c6912E7710c838347Ae178B4a', expires_at: '2025-11-24T17:00:00Z' }),
    },
    token: 'ghs_16C7e42F292c6912E7710c838347Ae178B4a',
    expiresInMs: Date.UTC(2025, 10, 24, 17) - 1_764_000_000_000,
    successor: null,
  },
  {
    title: 'an app of the service on another host, narrowed',
    use: {
      scheme: 'github-app',
      options: {
        api: 'https://github.example.com/api/v3',
        app: '12345',
        installation: '42',
        repositories: 'site,shop',
        permissions: 'issues:read,contents:write',
      },
    },
    secret: APP_KEY.privateKey,
    parts: [],
    url: 'https://github.example.com/api/v3/app/installations/42/access_tokens',
    headers: [],
    body: '{"repositories":["site","shop"],"permissions":{"issues":"read","contents":"write"}}',
    answer: { status: 201, body: JSON.stringify({ token: 'ghs_narrowed0123456789', expires_at: '2025-11-24T17:00:00Z' }) },
    token: 'ghs_narrowed0123456789',
    expiresInMs: Date.UTC(2025, 10, 24, 17) - 1_764_000_000_000,
    successor: null,
  },
];

/** Credentials that cannot be exchanged, and why. */
export const NOT_EXCHANGED: readonly (readonly [use: SchemeUse, secret: string, detail: string])[] = [
  [oauth('oauth-client-credentials'), 'no-colon-in-here', 'it is neither JSON nor of the form id:secret'],
  [oauth('oauth-client-credentials'), ':only-a-secret', 'it is neither JSON nor of the form id:secret'],
  [oauth('oauth-client-credentials'), 'id:short', 'its client secret is shorter than 8 characters'],
  [oauth('oauth-client-credentials'), 'id:secret\nline-two', 'it is neither JSON nor printable ASCII'],
  [oauth('oauth-client-credentials'), '{"client_secret":"0123456789"}', 'its JSON has no client_id'],
  [oauth('oauth-client-credentials'), '{"client_id":"x","client_secret":7.5}', 'its client_secret is not printable ASCII'],
  [oauth('oauth-refresh-token'), 'a-bare-refresh-token', 'it is not JSON, and its slot names no clientId'],
  [oauth('oauth-refresh-token'), '{"client_id":"x"}', 'its JSON has no refresh_token'],
  [oauth('oauth-refresh-token'), '{"client_id":"x","refresh_token":"short"}', 'its refresh_token is shorter than 8 characters'],
  [oauth('oauth-refresh-token'), '{"refresh_token":"long-enough"}', 'its JSON has no client_id'],
  [{ scheme: 'github-app', options: {} }, APP_KEY.privateKey, 'neither it nor its slot names an app'],
  [{ scheme: 'github-app', options: { app: '1' } }, APP_KEY.privateKey, 'neither it nor its slot names an installation'],
  [{ scheme: 'github-app', options: { app: '1', installation: '2' } }, 'not a key at all', 'it holds no RSA private key in PEM'],
  [
    { scheme: 'github-app', options: { app: '1', installation: '2' } },
    generateKeyPairSync('ed25519', {
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }).privateKey,
    'it holds no RSA private key in PEM',
  ],
  [
    { scheme: 'github-app', options: {} },
    JSON.stringify({ ...app, installation_id: '../../user' }),
    'neither it nor its slot names an installation',
  ],
];
