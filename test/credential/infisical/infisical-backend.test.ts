import { expect, it } from 'vitest';
import { infisical } from '../../../src/credential/infisical/infisical-backend.js';
import { HIDDEN, serveInfisical } from '../../fixtures/backends/infisical.js';
import { askOf, makeSetting, openingOf } from '../make-setting.js';

it.each(['v3', 'v4'])('the API %s is logged in to for each read; a value that the identity may not see is locked', async (api) => {
  const made = makeSetting();
  const secrets = new Map([
    ['p-1/prod/KEY', 'a value at the root'],
    ['p-1/prod/a/b/KEY', 'a value in folders'],
    ['p-1/prod/HIDDEN', HIDDEN],
  ]);
  const server = await serveInfisical({ clientId: 'id', clientSecret: 'client-secret' }, secrets);
  const options = {
    base: server.url,
    clientId: 'id',
    project: 'p-1',
    environment: 'prod',
    api,
    token: { env: 'T' },
    networks: [],
    ca: null,
  };
  const backend = infisical.open(openingOf(made.setting, { name: 'infisical', takeVariable: () => 'client-secret' }), options);
  const values = [];
  for (const ref of ['KEY', 'a/b/KEY', 'NONE', 'HIDDEN']) values.push(await backend.get(ref, askOf()));
  expect(values.map((one) => (one.kind === 'value' ? Buffer.from(one.bytes).toString() : one))).toEqual([
    'a value at the root',
    'a value in folders',
    { kind: 'absent' },
    { kind: 'locked', detail: 'outloop’s identity may not see this value' },
  ]);
  expect(new Set(server.tokens).size).toBe(4);
  expect(server.requests.slice(0, 2)).toEqual([
    'POST /api/v1/auth/universal-auth/login',
    api === 'v4'
      ? 'GET /api/v4/secrets/KEY?projectId=p-1&environment=prod&secretPath=%2F&expandSecretReferences=true'
      : 'GET /api/v3/secrets/raw/KEY?workspaceId=p-1&environment=prod&secretPath=%2F&expandSecretReferences=true',
  ]);
  await server.close();
  made.remove();
});
