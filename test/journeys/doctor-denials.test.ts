import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeHome, type MadeHome } from './made-home.js';
import { examineHome, typeFix } from './type-fix.js';

const CA = join(import.meta.dirname, '../fixtures/tls/ca.pem');
const DRY = ['shop.orders.list', '--dry-run'] as const;
let made: MadeHome;
let file: string;
let ca: string;
beforeEach(async () => {
  made = await makeHome();
  file = join(made.home, 'shop.yaml');
  ca = join(made.home, 'ca.pem');
  writeService('https://shop.invalid');
  await made.setUpAll([
    [['service', 'add', file, '--yes']],
    ...['shop', 'bad'].map((name) => [['secret', 'set', `acme/${name}`, '--yes'], { input: `sk_test_${name}_0123456789` }] as const),
    [['grant', 'add', 'acme', '--id', 'all', '--permit', 'shop.*', '--bind', 'key=shop', '--yes']],
  ]);
});
afterEach(() => made.remove());

const writeService = (base: string, more = '') =>
  writeFileSync(
    file,
    `version: 1
service: shop
title: Shop
base: ${base}
${more}slots: { key: { scheme: bearer, hosts: [${new URL(base).hostname}] } }
aliases:
  shop.orders.list: { title: List, effect: read, http: { method: GET, path: /orders } }
  shop.orders.find: { title: Find, effect: read, http: { method: GET, path: /find } }
`,
  );
const faultsOf = async (what: string) => (await examineHome(made)).faults.filter(({ about }) => about === what);
const replace = () => made.outloop(['service', 'add', file, '--replace', '--yes']);

describe('what every run of a service is denied for is told by service add and doctor:', () => {
  test.each<[string, () => void, string, () => string]>([
    ['not there', () => undefined, 'cannot be read', () => `put a PEM file of its roots at ${ca}`],
    ['that others can write', () => (copyFileSync(CA, ca), chmodSync(ca, 0o666)), 'can be changed by others', () => `chmod go-w ${ca}`],
  ])('a ca file %s', async (_, spoil, why, fix) => {
    spoil();
    writeService('https://shop.invalid', `ca: ${ca}\n`);
    const text = `its ca file ${ca} ${why}, so every request is denied`;
    expect(await replace()).toMatchObject({ exit: 0, stderr: expect.stringContaining(`warning: ${text}\n`) });
    expect(await made.run(...DRY)).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(await faultsOf('service')).toEqual([{ level: 'bad', about: 'service', text: `services/shop.yaml: ${text}`, fix: fix() }]);
    if (fix().startsWith('put')) copyFileSync(CA, ca);
    else typeFix(made, fix());
    expect(await faultsOf('service')).toEqual([]);
    expect(await made.run(...DRY)).toMatchObject({ code: 'OK' });
  });

  test('an address that its networks do not list', async () => {
    writeService('https://localhost:8943');
    const why = 'the service’s networks list neither 127.0.0.1 nor ::1';
    const text = `localhost is not allowed, so every request there is denied: ${why}`;
    expect(await replace()).toMatchObject({ exit: 0, stderr: expect.stringContaining(`warning: ${text}\n`) });
    expect(await made.run(...DRY)).toMatchObject({
      code: 'DESTINATION_NOT_ALLOWED',
      reason: `shop.orders.list would reach localhost, which is not allowed: ${why}`,
    });
    expect(await faultsOf('service')).toEqual([{ level: 'bad', about: 'service', text: `services/shop.yaml: ${text}`, fix: null }]);
    writeService('https://localhost:8943', 'networks: [127.0.0.0/8]\n');
    expect((await replace()).stderr).not.toContain('warning');
    expect(await faultsOf('service')).toEqual([]);
    expect(await made.run(...DRY)).toMatchObject({ code: 'OK' });
  });
});

describe('grants that deny what they permit', () => {
  const tenant = () => join(made.state, 'tenants', 'acme.yaml');
  const writeGrants = (...grants: readonly string[]) => {
    const credentials = ['shop', 'bad'].map((name) => `  ${name}: { backend: embedded, ref: acme/${name} }\n`).join('');
    const lines = grants.map((grant) => `  - ${grant}\n`).join('');
    writeFileSync(tenant(), `version: 1\ntenant: acme\nstatus: active\ncredentials:\n${credentials}grants:\n${lines}`, { mode: 0o600 });
  };

  test('since two bind a slot to different credentials: grant add warns of the second, and doctor says which to take away', async () => {
    const words = ['--permit', 'shop.orders.list', '--bind', 'key=bad', '--id', 'bad', '--yes'];
    const added = await made.outloop(['grant', 'add', 'acme', ...words]);
    expect(added).toMatchObject({ exit: 0 });
    expect(added.stderr).toContain('grant all binds slot key to credential shop, so a run of shop.orders.list that both permit is denied');
    writeGrants("{ id: all, permit: ['shop.*'], bind: { key: shop } }", "{ id: bad, permit: ['shop.*'], bind: { key: bad } }");
    expect(await made.run(...DRY)).toMatchObject({ code: 'CONFIG_INVALID' });
    const both = 'a run of shop.orders.list and another alias that both permit is denied';
    const text = `grant bad of tenant acme does not agree: grant all binds slot key to credential shop, so ${both}`;
    expect(await faultsOf('grant')).toEqual([{ level: 'bad', about: 'grant', text, fix: 'outloop grant remove acme bad' }]);
    typeFix(made, 'outloop grant remove acme bad');
    expect(await faultsOf('grant')).toEqual([]);
    expect(await made.run(...DRY)).toMatchObject({ code: 'OK' });
  });

  test('since a slot is bound by none', async () => {
    writeGrants("{ id: all, permit: ['shop.*'] }");
    expect(await made.run(...DRY)).toMatchObject({ code: 'CONFIG_INVALID' });
    const denied = 'a run of shop.orders.list and another alias that it permits is denied';
    const text = `grant all of tenant acme binds nothing to slot key, nor does another grant, so ${denied}; add it again with --bind key=CREDENTIAL`;
    const fix = 'outloop grant remove acme all';
    expect(await faultsOf('grant')).toEqual([{ level: 'bad', about: 'grant', text, fix }]);
    writeGrants("{ id: all, permit: ['shop.*'] }", "{ id: key, permit: ['*.list', '*.find'], bind: { key: shop } }");
    expect(await faultsOf('grant')).toEqual([]);
    expect(await made.run(...DRY)).toMatchObject({ code: 'OK' });
  });
});
