import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { vault } from '../../../src/credential/vault/vault-backend.js';
import { serveVault } from '../../fixtures/backends/vault.js';
import type { VaultApi } from '../../fixtures/backends/vault.js';
import { askOf, makeSetting, openingOf } from '../make-setting.js';
import type { MadeSetting } from '../make-setting.js';

let made: MadeSetting;
let api: VaultApi;
const secrets = new Map<string, unknown>();
beforeEach(async () => {
  made = makeSetting();
  secrets.clear();
  api = await serveVault({ token: 'hvs.root-token', roleId: 'role-1', secretId: 'secret-1-secret' }, secrets);
});
afterEach(async () => {
  await api.close();
  made.remove();
});

function open(more: object, token = 'hvs.root-token') {
  const options = {
    address: api.url,
    namespace: null,
    mount: null,
    roleId: null,
    appRolePath: 'approle',
    token: { env: 'T' },
    networks: [],
    ca: null,
    ...more,
  };
  return vault.open(openingOf(made.setting, { name: 'vault', takeVariable: () => token }), options);
}

const text = (answer: Awaited<ReturnType<ReturnType<typeof open>['get']>>) =>
  answer.kind === 'value' ? Buffer.from(answer.bytes).toString() : answer;

describe('a Vault', () => {
  it('is read at mount/data/path, below a mount of several names too', async () => {
    secrets.set('team/kv/acme/stripe#key', 'sk_live_1');
    expect(text(await open({ mount: 'team/kv' }).get('acme/stripe#key', askOf()))).toBe('sk_live_1');
    expect(api.requests).toEqual(['GET /v1/team/kv/data/acme/stripe']);
  });

  it('with AppRole logs in for each read, and keeps no token', async () => {
    secrets.set('secret/acme#key', 'sk_live_1');
    const backend = open({ roleId: 'role-1' }, 'secret-1-secret');
    for (let i = 0; i < 2; i++) expect(text(await backend.get('secret/acme#key', askOf()))).toBe('sk_live_1');
    expect(api.requests).toEqual(Array(2).fill(['POST /v1/auth/approle/login', 'GET /v1/secret/data/acme']).flat());
    expect(new Set(api.tokens).size).toBe(2);
  });

  it('that takes no role and secret id is locked, and the secret is not asked for', async () => {
    expect(await open({ roleId: 'role-1' }, 'another').get('secret/acme#key', askOf())).toEqual({
      kind: 'locked',
      detail: 'it does not take its role id and secret id',
    });
    expect(api.requests).toEqual(['POST /v1/auth/approle/login']);
  });

  it('a deleted version, another field, and a field that is no text', async () => {
    secrets.set('secret/gone#key', null);
    secrets.set('secret/acme#key', 'x');
    secrets.set('secret/acme#number', 42);
    const backend = open({});
    expect(await backend.get('secret/gone#key', askOf())).toEqual({ kind: 'absent' });
    expect(await backend.get('secret/acme#keys', askOf())).toEqual({ kind: 'absent' });
    expect(await backend.get('secret/acme#toString', askOf())).toEqual({ kind: 'absent' });
    expect(await backend.get('secret/acme#number', askOf())).toEqual({ kind: 'damaged', detail: 'its value is not text' });
  });

  it('that is sealed is locked at once', async () => {
    api.mood = 'locked';
    expect(await open({}).get('secret/acme#key', askOf())).toEqual({ kind: 'locked', detail: 'it is sealed' });
    expect(await open({}).probe(askOf().signal)).toEqual({ kind: 'locked', detail: 'it is sealed' });
    expect(api.requests).toHaveLength(2);
  });

  it('with a namespace is asked in it', async () => {
    await api.close();
    api = await serveVault({ token: 'hvs.root-token', roleId: '', secretId: '', namespace: 'team-a' }, secrets);
    secrets.set('secret/acme#key', 'x');
    expect(await open({}).get('secret/acme#key', askOf())).toEqual({ kind: 'absent' });
    expect(text(await open({ namespace: 'team-a' }).get('secret/acme#key', askOf()))).toBe('x');
  });
});
