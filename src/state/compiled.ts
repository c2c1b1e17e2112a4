import type { Alias, Service } from '../model/service.js';
import type { ConfigProblem } from '../model/problem.js';
import type { Tenant } from '../model/tenant.js';

/** A service file, compiled. `defines`: names of the aliases that an invalid file would define, as far as it can be read. */
export type CompiledFile =
  | {
      readonly kind: 'ok';
      readonly service: Service;
      readonly aliases: readonly Alias[];
      readonly warnings?: readonly string[];
    }
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[]; readonly defines: readonly string[] };

/** A tenant file, compiled. `defines`: the tenant that an invalid file names, or null when it cannot be told. */
export type CompiledTenantFile =
  | { readonly kind: 'ok'; readonly tenant: Tenant; readonly warnings?: readonly string[] }
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[]; readonly defines: string | null };

/**
 * What the compiled form stands on. `file` is the source's path within the configuration (`services/github.yaml`) and
 * `bytes` are the whole of it; the answer depends on these two alone, and is plain JSON.
 */
export type CompileDeps = {
  /** outloop's version: another one compiles everything again. */
  readonly build: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

export type ServiceDeps = CompileDeps & { readonly compileService: (file: string, bytes: Uint8Array) => Promise<CompiledFile> };

export type TenantDeps = CompileDeps & { readonly compileTenant: (file: string, bytes: Uint8Array) => Promise<CompiledTenantFile> };

/** What is known of an alias. `file` is `services/x.yaml`; `detail` is a clause for CONFIG_INVALID. */
export type AliasAnswer =
  | { readonly kind: 'found'; readonly alias: Alias; readonly file: string }
  | { readonly kind: 'unknown'; readonly suggestion: string | null }
  | { readonly kind: 'invalid'; readonly detail: string };

/** What is known of a tenant. `file` is `tenants/x.yaml`; `detail` is a clause for CONFIG_INVALID. */
export type TenantAnswer =
  | { readonly kind: 'found'; readonly tenant: Tenant; readonly file: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'invalid'; readonly detail: string };
