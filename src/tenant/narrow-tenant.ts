import { parseDocument, stringify } from 'yaml';
import { isTable } from '../model/json-table.js';
import type { NewCredential } from './edit-tenant.js';

/** What is left of a tenant: its grants by id, each for these principals, and these credentials. */
export type Narrowing = {
  readonly grants: ReadonlyMap<string, readonly string[]>;
  readonly credentials: Readonly<Record<string, NewCredential>>;
};

/**
 * The text of a tenant's file with some of its grants, each as it was written but for its principals, and with other credentials. Comments are left
 * out. `text` is a file that compiles; compile what comes back before it is written.
 */
export function narrowTenant(text: string, { grants, credentials }: Narrowing): string {
  const value: unknown = parseDocument(text).toJS();
  if (!isTable(value)) throw new TypeError('a tenant file that is no mapping');
  const written = Array.isArray(value['grants']) ? (value['grants'] as unknown[]).filter(isTable) : [];
  const kept = written.flatMap((grant) => {
    const principals = typeof grant['id'] === 'string' ? grants.get(grant['id']) : undefined;
    return principals === undefined ? [] : [{ ...grant, principals }];
  });
  const { version, tenant, status } = value;
  return stringify({ version, tenant, status, credentials, grants: kept }, { lineWidth: 0 });
}
