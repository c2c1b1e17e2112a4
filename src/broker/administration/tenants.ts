import { isDenial, type Denial } from '../../denial/denial.js';
import type { TenantName } from '../../model/ids.js';
import type { ConfigProblem } from '../../model/problem.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import type { Tenant } from '../../model/tenant.js';
import { summarizeProblems } from '../../state/compile-source.js';
import type { State } from '../../state/open-state.js';
import { listTenants as listCompiled } from '../../state/tenants.js';
import { newTenantFile, setStatus } from '../../tenant/edit-tenant.js';
import { tenantDeps } from '../configuration.js';
import { openOwnState } from '../open-own-state.js';
import type { World } from '../world.js';
import { administer } from './administer.js';
import { editTenant, lookForTenantText, missTenantIn, writeTenantText } from './edit-file.js';

/** A tenant as `tenant list` shows it; a broken file has its problems instead. */
export type TenantLine =
  | { readonly kind: 'tenant'; readonly file: string; readonly tenant: Tenant }
  | { readonly kind: 'invalid'; readonly file: string; readonly problems: readonly ConfigProblem[] };

/** Makes a tenant that permits nothing yet. */
export function addTenant(world: World, caller: Caller, tenant: TenantName): Promise<Tenant | Refusal | Denial> {
  return administer(world, caller, { action: 'tenant add', tenant, detail: { tenant } }, (state) => {
    const taken = refuseTaken(state, tenant);
    if (taken !== null) return taken;
    return writeTenantText(state, { file: `tenants/${tenant}.yaml`, text: newTenantFile(tenant) });
  });
}

/** Why no tenant of this name can be made; null: the name is free. */
export function refuseTenant(world: World, tenant: TenantName): Refusal | Denial | null {
  const state = openOwnState(world);
  return isDenial(state) ? state : refuseTaken(state, tenant);
}

function refuseTaken(state: State, tenant: TenantName): Refusal | null {
  const there = lookForTenantText(state, tenant);
  if (there === null || isRefusal(there)) return there;
  return refusal(`tenant ${tenant} is there already`, `outloop tenant show ${tenant}`);
}

/** Null where there is such a tenant, whatever its file says: for what asks about it, or shows what there is of it. */
export function missTenant(world: World, tenant: TenantName): Refusal | Denial | null {
  const state = openOwnState(world);
  return isDenial(state) ? state : missTenantIn(state, tenant);
}

/** Denies a tenant everything, or takes that back; its file keeps all else. */
export function setTenantStatus(
  world: World,
  caller: Caller,
  tenant: TenantName,
  status: Tenant['status'],
): Promise<Tenant | Refusal | Denial> {
  const action = status === 'revoked' ? 'tenant revoke' : 'tenant restore';
  return administer(world, caller, { action, tenant, detail: { tenant } }, (state) =>
    editTenant(state, tenant, (text) => setStatus(text, status)),
  );
}

/** What is wrong with the files that are broken, each in a clause that names it. */
export function faultsOf(lines: readonly TenantLine[]): readonly string[] {
  return lines.flatMap((line) => (line.kind === 'tenant' ? [] : [summarizeProblems(line.file, line.problems)]));
}

/** Every tenant file, by file name. */
export async function listTenants(world: World): Promise<readonly TenantLine[] | Denial> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const { tenants } = await listCompiled(state, tenantDeps(world));
  return tenants.map(({ file, compiled }) =>
    compiled.kind === 'ok' ? { kind: 'tenant', file, tenant: compiled.tenant } : { kind: 'invalid', file, problems: compiled.problems },
  );
}
