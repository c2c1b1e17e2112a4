import { isDenial, type Denial } from '../../denial/denial.js';
import type { CredentialName, ProjectName, TenantName } from '../../model/ids.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Credential, Grant, Tenant } from '../../model/tenant.js';
import { OWN_KINDS } from '../../credential/registry.js';
import type { Settings } from '../../state/settings.js';
import type { State } from '../../state/open-state.js';
import { compileTenant } from '../../tenant/compile-tenant.js';
import { narrowTenant } from '../../tenant/narrow-tenant.js';
import { findTenant } from '../configuration.js';
import type { Needed } from '../plan.js';
import { findNeeded } from '../prepare-action.js';
import type { World } from '../world.js';
import { readTenantText } from './edit-file.js';

/** What a CI's state holds of a tenant. `sealed`: credentials whose values go into its vault. `backends`: of the settings, that the others need. */
export type PlannedTenant = {
  readonly tenant: TenantName;
  readonly text: string;
  readonly permits: readonly Grant[];
  readonly sealed: readonly Needed[];
  readonly backends: readonly string[];
};

type Wanted = {
  readonly state: State;
  readonly settings: Settings;
  readonly tenant: TenantName;
  readonly projects: ReadonlySet<ProjectName>;
};

/** Keeps the grants that are for a CI in these projects, for a CI alone, with the credentials that they bind, and every forbid. */
export async function planTenant(world: World, wanted: Wanted): Promise<PlannedTenant | Refusal | Denial> {
  const { state, tenant: name, projects } = wanted;
  const found = await findTenant(state, name, world);
  if (isDenial(found)) return found;
  const { tenant } = found;
  if (tenant.status === 'revoked') return refusal(`tenant ${name} is revoked`, `outloop tenant restore ${name}`);
  const kept = tenant.grants.filter((grant) => principalsOf(grant).length > 0 && isFor(grant, projects));
  const permits = kept.filter(({ effect }) => effect === 'permit');
  if (permits.length === 0) {
    return refusal(
      `tenant ${name} has no grant for a CI here`,
      `outloop grant add ${name} --permit PATTERN --principal ci --bind SLOT=CREDENTIAL`,
    );
  }
  const credentials = await planCredentials(tenant, permits, wanted);
  if (isDenial(credentials) || isRefusal(credentials)) return credentials;
  const { rows, sealed, backends } = credentials;
  const before = readTenantText(state, name);
  if (isDenial(before) || isRefusal(before)) return before;
  const text = narrowTenant(before.text, { grants: new Map(kept.map((grant) => [grant.id, principalsOf(grant)])), credentials: rows });
  const compiled = await compileTenant(`tenants/${name}.yaml`, Buffer.from(text));
  if (compiled.kind === 'invalid') return refusal(`tenants/${name}.yaml would not be valid`, null, compiled.problems);
  return { tenant: name, text, permits, sealed, backends };
}

/** A grant for everybody is for a CI as well, and then for nobody else. */
function principalsOf({ principals }: Grant): readonly string[] {
  return principals === null ? ['ci'] : principals.filter((principal) => /^ci(?::|$)/.test(principal));
}

function isFor(grant: Grant, projects: ReadonlySet<ProjectName>): boolean {
  return grant.projects === null || grant.projects.some((project) => projects.has(project));
}

type Row = { readonly backend: string; readonly ref: string; readonly allowShort?: boolean };
type Credentials = {
  readonly rows: Readonly<Record<string, Row>>;
  readonly sealed: readonly Needed[];
  readonly backends: readonly string[];
};

/** What rests with outloop goes into the CI's vault; what a backend keeps stays there, if a job can reach it with what a CI has. */
async function planCredentials(
  tenant: Tenant,
  permits: readonly Grant[],
  { state, settings }: Wanted,
): Promise<Credentials | Refusal | Denial> {
  const rows: Record<string, Row> = {};
  const sealed: Needed[] = [];
  const backends = new Set<string>();
  for (const name of new Set(permits.flatMap(({ bind }) => Object.values(bind)))) {
    const credential = tenant.credentials[name];
    if (credential === undefined) continue;
    const needed = await findNeeded(name, credential, { tenant: tenant.tenant, settings, state });
    if (isDenial(needed)) return needed;
    if (OWN_KINDS.some((own) => own === credential.backend)) {
      rows[name] = rowOf(credential, { backend: 'embedded', ref: `${tenant.tenant}/${name}` });
      sealed.push(needed);
      continue;
    }
    const fault = whyUnreachable(needed);
    if (fault !== null) return refuseCredential(tenant.tenant, name, fault);
    rows[name] = rowOf(credential, { backend: credential.backend, ref: credential.ref });
    if (Object.hasOwn(settings.backends, credential.backend)) backends.add(credential.backend);
  }
  return { rows, sealed, backends: [...backends].sort() };
}

function rowOf({ allowShort }: Credential, row: Row): Row {
  return allowShort ? { ...row, allowShort } : row;
}

/** Null: a job can reach it, with a token from the CI's own store or with none. */
function whyUnreachable({ credential, use }: Needed): string | null {
  if (use.kind.program(use.options) !== null) return `the ${credential.backend} backend runs a program of this machine`;
  const token = use.kind.token(use.options);
  return token === 'embedded' || token === 'keychain' ? `the token of the ${credential.backend} backend rests in this state` : null;
}

function refuseCredential(tenant: TenantName, name: CredentialName, fault: string): Refusal {
  return refusal(
    `a CI cannot use credential ${tenant}/${name}: ${fault}`,
    'give the backend a token from a variable (token: { env: NAME }), or bind the grant for ci to a credential in the embedded store',
  );
}
