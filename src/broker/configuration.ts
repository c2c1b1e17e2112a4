import { deny, type Denial } from '../denial/denial.js';
import type { AliasName, TenantName } from '../model/ids.js';
import type { Alias } from '../model/service.js';
import type { Tenant } from '../model/tenant.js';
import type { ServiceDeps, TenantDeps } from '../state/compiled.js';
import type { State } from '../state/open-state.js';
import type { SettingsDeps } from '../state/settings.js';
import { findAlias as findCompiledAlias } from '../state/services.js';
import { findTenant as findCompiledTenant } from '../state/tenants.js';
import type { World } from './world.js';

/** The alias of that name with the file that defines it (`services/x.yaml`); ALIAS_UNKNOWN, or CONFIG_INVALID where its file is broken. */
export async function findAlias(state: State, name: AliasName, world: World): Promise<{ alias: Alias; file: string } | Denial> {
  const answer = await findCompiledAlias(state, name, serviceDeps(world));
  switch (answer.kind) {
    case 'found':
      return answer;
    case 'unknown':
      return deny('ALIAS_UNKNOWN', { alias: name, ...(answer.suggestion === null ? {} : { suggestion: answer.suggestion }) });
    case 'invalid':
      return deny('CONFIG_INVALID', { detail: answer.detail });
  }
}

/** The tenant of that name with its file; TENANT_UNKNOWN, or CONFIG_INVALID where its file is broken or a second one names it. */
export async function findTenant(state: State, name: TenantName, world: World): Promise<{ tenant: Tenant; file: string } | Denial> {
  const answer = await findCompiledTenant(state, name, tenantDeps(world));
  switch (answer.kind) {
    case 'found':
      return answer;
    case 'unknown':
      return deny('TENANT_UNKNOWN', { tenant: name });
    case 'invalid':
      return deny('CONFIG_INVALID', { detail: answer.detail });
  }
}

/** How service files are compiled. The compiler is loaded when a file has changed, which a run seldom sees. */
export function serviceDeps(world: World): ServiceDeps {
  return {
    build: world.version,
    now: world.now,
    compileService: async (file, bytes) => (await import('./compile-file.js')).compileFile(file, bytes),
  };
}

/** How settings are compiled. */
export function settingsDeps(world: World): SettingsDeps {
  return { build: world.version, compileSettings: async (state) => (await import('./compile-settings.js')).compileSettings(state) };
}

/** How tenant files are compiled. */
export function tenantDeps(world: World): TenantDeps {
  return {
    build: world.version,
    now: world.now,
    compileTenant: async (file, bytes) => (await import('../tenant/compile-tenant.js')).compileTenant(file, bytes),
  };
}
