import { matchesWildcard } from '../model/wildcard.js';
import type { Settings } from '../state/settings.js';
import type { BackendKind } from './kind.js';
import { isKindName, loadKind } from './registry.js';

/** A backend as a tenant's credential names it: its kind, and what settings say of it. Nothing of it was opened. */
export type BackendUse = {
  readonly name: string;
  readonly kind: BackendKind;
  readonly options: unknown;
  /** Patterns of the references that each tenant may use; null: no list is kept. */
  readonly tenants: Readonly<Record<string, readonly string[]>> | null;
};

/** The backend of that name, or why there is none, as a clause. Its code is loaded, and nobody is asked. */
export async function findBackend(name: string, backends: Settings['backends']): Promise<BackendUse | string> {
  const entry = Object.hasOwn(backends, name) ? backends[name] : undefined;
  const kindName = entry?.kind ?? name;
  if (!isKindName(kindName)) return `there is no backend ${name}`;
  let kind: BackendKind;
  try {
    kind = await loadKind(kindName);
  } catch {
    return `backend ${name} cannot be loaded`;
  }
  if (entry !== undefined) return { name, kind, options: entry.options, tenants: entry.tenants };
  if (kind.defaults === null) return `backend ${name} is not set up in settings.yaml`;
  return { name, kind, options: kind.defaults, tenants: null };
}

/**
 * Why this tenant may not use this reference, as a clause without a value that CONFIG_INVALID can carry; null when it may. It is
 * asked before the audit intent, so that a reference into another tenant's credentials never reaches a backend.
 */
export function checkReference({ kind, options, tenants }: BackendUse, ref: string, tenant: string): string | null {
  const fault = kind.faultOfReference(ref, tenant, options);
  if (fault !== null || tenants === null) return fault;
  const patterns = Object.hasOwn(tenants, tenant) ? (tenants[tenant] ?? []) : [];
  return patterns.some((pattern) => matchesWildcard(pattern, ref)) ? null : 'its ref is not listed for this tenant in settings.yaml';
}
