import type { LinkId, ProjectName, TenantName } from './ids.js';

/** Where a CI's own store gives the key of a vault that `ci init` made; a name may go on from it: OUTLOOP_VAULT_KEY_ACME. */
export const VAULT_KEY_VARIABLE = 'OUTLOOP_VAULT_KEY';

/** A CI that `ci init` knows. `generic`: any other that checks a git repository out. */
export type CiProvider = 'github' | 'gitlab' | 'generic';
export const CI_PROVIDERS: readonly CiProvider[] = ['github', 'gitlab', 'generic'];

/** A folder of a checkout, bound to a tenant and project. `path` is within the repository, `''` its top; `sha256` (hex) is of the link file's bytes. */
export type CiLink = {
  readonly id: LinkId;
  readonly tenant: TenantName;
  readonly project: ProjectName;
  readonly path: string;
  readonly sha256: string;
};

/**
 * `ci.json`: which repository's jobs a CI's state is for, and its folders, each path once. `repository` is as `readRepository` spells it; `home` is the
 * state's own place within the repository.
 */
export type CiLinks = {
  readonly provider: CiProvider;
  readonly repository: string;
  readonly home: string;
  readonly links: readonly CiLink[];
};
