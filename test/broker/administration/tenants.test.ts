import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { startSession } from '../../../src/broker/administration/sessions.js';
import { addTenant, listTenants, setTenantStatus } from '../../../src/broker/administration/tenants.js';
import type { TenantName } from '../../../src/model/ids.js';
import { put } from '../../state/temporary-state.js';
import { makeWorld, readLog, type MadeWorld } from '../make-world.js';
import { OPERATOR, taken, whyRefused } from './operators.js';

const ACME = 'acme' as TenantName;
let made: MadeWorld;
beforeEach(() => {
  made = makeWorld();
});

test('a new tenant is active and permits nothing', async () => {
  expect(taken(await addTenant(made.world, OPERATOR, ACME))).toMatchObject({
    tenant: 'acme',
    status: 'active',
    grants: [],
    credentials: {},
  });
  expect(whyRefused(await addTenant(made.world, OPERATOR, ACME))).toBe('tenant acme is there already → outloop tenant show acme');
});

test('a tenant is revoked and restored, and its file keeps all else', async () => {
  await addTenant(made.world, OPERATOR, ACME);
  const path = join(made.state.paths.tenants, 'acme.yaml');
  const before = readFileSync(path, 'utf8');
  expect(taken(await setTenantStatus(made.world, OPERATOR, ACME, 'revoked')).status).toBe('revoked');
  expect(taken(await setTenantStatus(made.world, OPERATOR, ACME, 'active')).status).toBe('active');
  expect(readFileSync(path, 'utf8')).toBe(before);
  expect(readLog(made.state).map(({ action }) => action)).toEqual(['tenant add', 'tenant revoke', 'tenant restore']);
});

test('no session begins for a revoked tenant', async () => {
  await addTenant(made.world, OPERATOR, ACME);
  await setTenantStatus(made.world, OPERATOR, ACME, 'revoked');
  const wish = { tenant: ACME, project: null, ttlMs: 1000, command: ['sh'] };
  expect(whyRefused(await startSession(made.world, OPERATOR, wish))).toBe('TENANT_REVOKED');
});

test('a tenant that is not there, or whose file is broken, is not changed', async () => {
  expect(whyRefused(await setTenantStatus(made.world, OPERATOR, ACME, 'revoked'))).toBe('TENANT_UNKNOWN');
  const path = join(made.state.paths.tenants, 'acme.yaml');
  put(path, 'version: 1\ntenant: acme\nstatus: active\nmore: 1\n');
  expect(whyRefused(await setTenantStatus(made.world, OPERATOR, ACME, 'revoked'))).toBe('tenants/acme.yaml would not be valid');
  expect(readFileSync(path, 'utf8')).toContain('status: active');
});

test('the list shows broken files with what is wrong', async () => {
  await addTenant(made.world, OPERATOR, ACME);
  put(join(made.state.paths.tenants, 'broken.yaml'), 'version: 2\n');
  const lines = taken(await listTenants(made.world));
  expect(lines.map(({ kind, file }) => [kind, file])).toEqual([
    ['tenant', 'tenants/acme.yaml'],
    ['invalid', 'tenants/broken.yaml'],
  ]);
  rmSync(made.state.paths.identity);
  expect(whyRefused(await listTenants(made.world))).toBe('CONFIG_UNAVAILABLE');
});
