import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { addGrant } from '../../../src/broker/administration/grants.js';
import { removeSecret } from '../../../src/broker/administration/remove-secret.js';
import { checkSecret, findPlace, listSecrets, setSecret, type SecretWish } from '../../../src/broker/administration/secrets.js';
import { addTenant } from '../../../src/broker/administration/tenants.js';
import { isDenial } from '../../../src/denial/denial.js';
import type { CredentialName, TenantName } from '../../../src/model/ids.js';
import { isRefusal } from '../../../src/model/refusal.js';
import { makeWorld, readLog, type MadeWorld } from '../make-world.js';
import { put } from '../../state/temporary-state.js';
import { AGENT, OPERATOR, taken, whyRefused } from './operators.js';

const VALUE = 'a-s3cret-value';
const NAME = { tenant: 'acme' as TenantName, name: 'bot' as CredentialName };

let made: MadeWorld;
beforeEach(async () => {
  made = makeWorld();
  taken(await addTenant(made.world, OPERATOR, NAME.tenant));
});

const set = (value: string, more: Partial<SecretWish> = {}, caller = OPERATOR) =>
  setSecret(made.world, caller, { ...NAME, backend: null, ref: null, allowShort: false, ...more }, Buffer.from(value));
async function stored(ref = 'acme/bot'): Promise<string | null> {
  const answer = await made.backend.get(ref, { tenant: 'acme', credential: 'bot', signal: new AbortController().signal });
  return answer.kind === 'value' ? Buffer.from(answer.bytes).toString() : null;
}

describe('a value', () => {
  test('is put into the backend, and the tenant’s file gets its reference, not the value', async () => {
    expect(taken(await set(VALUE))).toMatchObject({ credential: { backend: 'embedded', ref: 'acme/bot', allowShort: false } });
    expect(await stored()).toBe(VALUE);
    expect(taken(await listSecrets(made.world, NAME.tenant))).toMatchObject([
      { ...NAME, credential: { backend: 'embedded', ref: 'acme/bot' } },
    ]);
    expect(JSON.stringify([readLog(made.state), taken(await listSecrets(made.world, NAME.tenant))])).not.toContain(VALUE);
  });

  test('that is set again goes where the credential points', async () => {
    await set(VALUE, { ref: 'acme/other' });
    await set(`${VALUE}-2`);
    expect(await stored('acme/other')).toBe(`${VALUE}-2`);
    expect(await stored()).toBeNull();
  });

  test.each<[string, string, Partial<SecretWish>, string]>([
    ['is too short to hide', 'short', {}, 'it is shorter than 8 bytes'],
    ['is empty', '', { allowShort: true }, 'it is empty'],
    ['is for another tenant’s place', VALUE, { ref: 'globex/bot' }, 'credential acme/bot: its ref belongs to another tenant'],
    [
      'is for a backend that is not one',
      VALUE,
      { backend: 'nope' },
      'credential acme/bot: there is no backend nope; there are embedded, keychain',
    ],
    ['is for a tenant that is not there', VALUE, { tenant: 'globex' as TenantName }, 'TENANT_UNKNOWN'],
  ])('that %s is refused, in words that do not hold it', async (_, value, more, why) => {
    const answer = await set(value, more);
    expect(isRefusal(answer) || isDenial(answer)).toBe(true);
    expect(JSON.stringify(answer)).toContain(why);
    expect(await stored()).toBeNull();
  });

  test('that two credentials share is set by the name of either, and no third one is aimed at it', async () => {
    const twin = { backend: 'embedded', ref: 'acme/shared' };
    made.tenant('acme', { version: 1, tenant: 'acme', status: 'active', credentials: { bot: twin, twin } });
    await set(VALUE);
    expect(await stored('acme/shared')).toBe(VALUE);
    const third = { name: 'third' as CredentialName, ref: 'acme/shared' };
    expect(whyRefused(await set(`${VALUE}-2`, third))).toContain('its value would replace that of acme/bot');
    expect(await stored('acme/shared')).toBe(VALUE);
  });

  test('that is short is taken where the operator says so, and stays so', async () => {
    expect(taken(await set('1234', { allowShort: true })).credential.allowShort).toBe(true);
    expect(taken(await set('5678')).credential.allowShort).toBe(true);
  });

  test('is neither put, looked for, checked nor removed by a backend whose code cannot be loaded', async () => {
    taken(await set(VALUE));
    const world = { ...made.world, openBackend: () => Promise.reject(new Error(VALUE)) };
    const wish = { ...NAME, backend: null, ref: null, allowShort: false };
    const answers = [
      await setSecret(world, OPERATOR, wish, Buffer.from(VALUE)),
      await findPlace(world, wish),
      await checkSecret(world, OPERATOR, NAME),
      await removeSecret(world, OPERATOR, NAME),
    ];
    expect(answers.map(whyRefused)).toEqual(Array(4).fill('BACKEND_UNAVAILABLE'));
    expect(JSON.stringify(answers)).not.toContain(VALUE);
  });

  test('is refused while the backend is locked, and the file stays as it was', async () => {
    made.backend.mood = 'locked';
    expect(whyRefused(await set(VALUE))).toBe('BACKEND_LOCKED');
    expect(taken(await listSecrets(made.world, NAME.tenant))).toEqual([]);
  });

  test('that was put is taken back, or named where it cannot be, when the tenant’s file cannot be written', async () => {
    const { tenants } = made.state.paths;
    // The names that its temporary file could have are taken.
    for (let attempt = 0; attempt <= 100; attempt++) put(join(tenants, `.acme.yaml.${process.pid}-${attempt}.tmp`), '');
    expect(whyRefused(await set(VALUE))).toBe('tenants/acme.yaml cannot be written (EEXIST); what had been put was taken back');
    expect(await stored()).toBeNull();
    made.backend.remove = () => Promise.resolve({ kind: 'locked' });
    expect(whyRefused(await set(VALUE))).toBe('tenants/acme.yaml cannot be written (EEXIST); left in the memory backend: acme/bot');
    made.tenant('acme', { version: 1, tenant: 'acme', status: 'active', credentials: { bot: { backend: 'embedded', ref: 'acme/bot' } } });
    taken(await set(`${VALUE}-2`));
    expect(whyRefused(await set(`${VALUE}-3`, { allowShort: true }))).toContain('the memory backend has the new value');
  });

  test('is nothing that an agent may set or remove', async () => {
    expect(whyRefused(await set(VALUE, {}, AGENT))).toMatch(/is an agent/);
    expect(whyRefused(await removeSecret(made.world, AGENT, NAME))).toMatch(/is an agent/);
    expect(made.backend.calls).toBe(0);
  });
});

describe('a credential', () => {
  test('is checked without its value coming out', async () => {
    await set(VALUE);
    expect(await checkSecret(made.world, OPERATOR, NAME)).toEqual({ setMs: null });
    made.backend.mood = 'unavailable';
    expect(await checkSecret(made.world, OPERATOR, NAME)).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(whyRefused(await checkSecret(made.world, OPERATOR, { ...NAME, name: 'lost' as CredentialName }))).toBe(
      'tenant acme has no credential lost → outloop secret list acme',
    );
  });

  test('is removed with its value, once no grant binds it', async () => {
    await set(VALUE);
    const draft = { id: null, permit: ['demo.*'], bind: { token: 'bot' }, pin: {} };
    taken(await addGrant(made.world, OPERATOR, NAME.tenant, draft));
    expect(whyRefused(await removeSecret(made.world, OPERATOR, NAME))).toBe(
      'grant demo binds credential bot of tenant acme → outloop grant remove acme demo',
    );
    expect(await stored()).toBe(VALUE);
    made.tenant('acme', { version: 1, tenant: 'acme', status: 'active', credentials: { bot: { backend: 'embedded', ref: 'acme/bot' } } });
    expect(taken(await removeSecret(made.world, OPERATOR, NAME))).toEqual({ ...NAME, keptFor: null, isOrphan: false });
    expect(await stored()).toBeNull();
    expect(isDenial(await listSecrets(made.world, 'globex' as TenantName))).toBe(true);
  });
});
