import { afterEach, beforeEach, expect, it } from 'vitest';
import { onePassword } from '../../../src/credential/1password/1password-backend.js';
import type { Backend } from '../../../src/credential/backend.js';
import { idOf, serveConnect } from '../../fixtures/backends/connect.js';
import type { Api } from '../../fixtures/backends/serve-api.js';
import { askOf, makeSetting, openingOf } from '../make-setting.js';
import type { MadeSetting } from '../make-setting.js';

const TOKEN = 'eyJ-connect-token';
let made: MadeSetting;
let api: Api;
let backend: Backend;
const fields = new Map<string, string>();

beforeEach(async () => {
  made = makeSetting();
  fields.clear();
  api = await serveConnect(TOKEN, fields);
  const options = { op: '/none', account: null, connect: api.url, token: { env: 'CONNECT_TOKEN' }, networks: [], ca: null };
  backend = onePassword.open(openingOf(made.setting, { name: '1password', takeVariable: () => TOKEN }), options);
});
afterEach(async () => {
  await api.close();
  made.remove();
});

const get = async (ref: string) => {
  const answer = await backend.get(ref, askOf());
  return answer.kind === 'value' ? Buffer.from(answer.bytes).toString() : answer;
};

it('a vault and an item are looked up by name, and one request reads values', async () => {
  fields.set('Acme/Stripe/key', 'sk_live_1');
  expect(await get('op://Acme/Stripe/key')).toBe('sk_live_1');
  const vault = idOf('vault', 'Acme');
  expect(api.requests).toEqual([
    'GET /v1/vaults?filter=name%20eq%20%22Acme%22',
    `GET /v1/vaults/${vault}/items?filter=title%20eq%20%22Stripe%22`,
    `GET /v1/vaults/${vault}/items/${idOf('item', 'Stripe')}`,
  ]);
  expect(api.reads).toBe(1);
});

it('ids need no look-up', async () => {
  fields.set('Acme/Stripe/key', 'sk_live_1');
  expect(await get(`op://${idOf('vault', 'Acme')}/${idOf('item', 'Stripe')}/key`)).toBe('sk_live_1');
  expect(api.requests).toHaveLength(1);
});

it('names are not case-sensitive; a field outside every section comes before one inside', async () => {
  fields.set('Acme/Stripe/Live/key', 'of the section');
  expect(await get('op://acme/STRIPE/Key')).toBe('of the section');
  fields.set('Acme/Stripe/key', 'outside');
  expect(await get('op://acme/STRIPE/Key')).toBe('outside');
  expect(await get('op://acme/stripe/live/key')).toBe('of the section');
  expect(await get('op://acme/stripe/other/key')).toEqual({ kind: 'absent' });
});

it('two fields, items or vaults of one name are refused', async () => {
  fields.set('Acme/Stripe/A/key', '1');
  fields.set('Acme/Stripe/B/key', '2');
  expect(await get('op://Acme/Stripe/key')).toMatchObject({ kind: 'damaged', detail: expect.stringContaining('several fields') });
  fields.set('Acme/stripe/key', '3');
  expect(await get('op://Acme/Stripe/key')).toMatchObject({ kind: 'damaged', detail: expect.stringContaining('several items') });
});

it('an unknown vault, item or field is absent, and a vault out of the token’s reach is locked', async () => {
  fields.set('Acme/Stripe/key', 'x');
  for (const ref of ['op://Globex/Stripe/key', 'op://Acme/Stripes/key', 'op://Acme/Stripe/keys'])
    expect(await get(ref)).toEqual({ kind: 'absent' });
  expect(await get(`op://${idOf('vault', 'Globex')}/Stripe/key`)).toMatchObject({ kind: 'locked' });
});
