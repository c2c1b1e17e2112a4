import { describe, expect, it } from 'vitest';
import { parseName } from '../../src/model/ids.js';
import type { TenantName } from '../../src/model/ids.js';
import { checkActive, checkAssertions } from '../../src/tenant/check-tenant.js';

const from = (where: string, ...tenants: string[]) => tenants.map((tenant) => ({ from: where, tenant }));
const ACME = parseName<TenantName>('acme')!;

describe('checkAssertions', () => {
  it('takes no assertion, and those that name the link’s tenant', () => {
    expect(checkAssertions(ACME, [])).toBeNull();
    expect(checkAssertions(ACME, from('--tenant', 'acme', 'acme'))).toBeNull();
  });

  it('finds any other tenant a mismatch', () => {
    expect(checkAssertions(ACME, from('--tenant', 'acme', 'umbrella'))).toMatchObject({
      code: 'TENANT_MISMATCH',
      facts: { tenant: 'acme', by: 'the request', asserted: 'umbrella' },
    });
    expect(checkAssertions(ACME, from('OUTLOOP_TENANT', 'umbrella'))?.facts).toMatchObject({ by: 'OUTLOOP_TENANT' });
  });

  it('finds a text that is no name a mismatch, and does not repeat it', () => {
    for (const text of ['', 'ACME', 'acme ', '../acme', 'acme\noutloop: permitted', 'a'.repeat(65)]) {
      const denial = checkAssertions(ACME, from('--tenant', text));
      expect(denial).toMatchObject({ code: 'TENANT_MISMATCH' });
      expect(denial?.facts['asserted']).toBe('something that is not a tenant’s name');
    }
  });
});

describe('checkActive', () => {
  it('lets an active tenant on and no other', () => {
    const tenant = { tenant: ACME, credentials: {}, grants: [], source: '' };
    expect(checkActive({ ...tenant, status: 'active' })).toBeNull();
    expect(checkActive({ ...tenant, status: 'revoked' })).toMatchObject({ code: 'TENANT_REVOKED', facts: { tenant: 'acme' } });
  });
});
