import type { CredentialName, GrantId, ProjectName, SlotName, TenantName } from './ids.js';
import type { Effect, Json } from './service.js';

/** A tenant's named reference into a backend; never a value. */
export type Credential = {
  readonly backend: string;
  readonly ref: string;
  /** Take a value shorter than 8 bytes all the same. */
  readonly allowShort: boolean;
};

/**
 * The tenant's other credential that has the same place in the same backend, so that both are one value; null where there is none. `name` need not be
 * there yet.
 */
export function findSharer(tenant: Tenant, name: CredentialName, place: Pick<Credential, 'backend' | 'ref'>): CredentialName | null {
  const found = Object.entries(tenant.credentials).find(
    ([other, { backend, ref }]) => other !== name && backend === place.backend && ref === place.ref,
  );
  return found === undefined ? null : (found[0] as CredentialName);
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** `from` and `to` in minutes after local midnight; `to` ≤ `from` ends on the next day. `timezone` is an IANA name. */
export type Window = {
  readonly days: readonly Weekday[];
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly timezone: string;
};

/** At most `count` runs in any `periodMs` that ends now. */
export type Rate = { readonly count: number; readonly periodMs: number };

/** The most runs at once that a grant's limit may name. */
export const MAX_CONCURRENCY = 1000;

/** When a person must approve: once for the same request, or before every run. */
export type ApprovalRule = 'once' | 'always-ask';
export const APPROVAL_RULES: readonly ApprovalRule[] = ['once', 'always-ask'];

/** What a tenant permits or forbids. `null` in a condition means that the grant sets none. */
export type Grant = {
  readonly id: GrantId;
  readonly effect: 'permit' | 'forbid';
  /** Alias patterns: anchored, `*` is one or more characters, dots included. */
  readonly patterns: readonly string[];
  readonly effects: readonly Effect[] | null;
  readonly projects: readonly ProjectName[] | null;
  /** `agent` or `agent:claude`. */
  readonly principals: readonly string[] | null;
  readonly bind: Readonly<Record<SlotName, CredentialName>>;
  readonly pin: Readonly<Record<string, Json>>;
  readonly rate: Rate | null;
  readonly concurrency: number | null;
  readonly window: Window | null;
  /** Milliseconds since the epoch; at that moment the grant is over. */
  readonly expiresMs: number | null;
  /** The child may run in the linked folder. */
  readonly workspace: boolean;
  /** The caller may pass extra arguments after `--` where the alias takes them. */
  readonly args: boolean;
  /** SHA-256 (hex) of what the operator wrote of it, as canonical JSON. */
  readonly definition: string;
  /** Only a caller in a session that holds may use it. */
  readonly requireSession: boolean;
  /** Null: no person need approve. */
  readonly approve: ApprovalRule | null;
};

export type Tenant = {
  readonly tenant: TenantName;
  readonly status: 'active' | 'revoked';
  readonly credentials: Readonly<Record<CredentialName, Credential>>;
  readonly grants: readonly Grant[];
  /** SHA-256 (hex) of the tenant's file. */
  readonly source: string;
};

/** `base`, with a number where a grant of the tenant has that id. */
export function freeGrantId({ grants }: Tenant, base: string): string {
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!grants.some((grant) => grant.id === id)) return id;
  }
}
