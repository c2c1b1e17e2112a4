import type { Denial } from '../denial/denial.js';
import { deny } from '../denial/denial.js';
import { parseName } from '../model/ids.js';
import type { TenantName } from '../model/ids.js';
import type { RunRequest } from '../model/run.js';
import type { Tenant } from '../model/tenant.js';

/**
 * Holds what the caller asserts (`--tenant`, OUTLOOP_TENANT, a qualified alias) against the link's tenant: null when all of
 * it is that tenant, or nothing is asserted; else TENANT_MISMATCH. An assertion never chooses a tenant. A text that is not
 * spelt as a tenant's name, an empty one too, is a mismatch, and is not repeated. `from`: where it stands.
 */
export function checkAssertions(linked: TenantName, asserted: RunRequest['assertedTenants']): Denial | null {
  const other = asserted.find(({ tenant }) => tenant !== linked);
  if (other === undefined) return null;
  const by = other.from === 'OUTLOOP_TENANT' ? other.from : 'the request';
  const named = parseName<TenantName>(other.tenant) ?? 'something that is not a tenant’s name';
  return deny('TENANT_MISMATCH', { tenant: linked, by, asserted: named });
}

/** Null for an active tenant; any other is TENANT_REVOKED. */
export function checkActive({ tenant, status }: Tenant): Denial | null {
  return status === 'active' ? null : deny('TENANT_REVOKED', { tenant });
}
