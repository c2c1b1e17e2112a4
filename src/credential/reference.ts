import { parseName } from '../model/ids.js';
import type { CredentialName, TenantName } from '../model/ids.js';
import { BACKENDS_OWNER } from '../model/owner.js';

/** A reference of the form `tenant/name`, both spelt as names are; a backend's own token has `@backends` for its tenant. */
export type OwnReference = { readonly tenant: TenantName | typeof BACKENDS_OWNER; readonly name: CredentialName };

/** Longer accounts are cut or refused by some keychains. */
const MAX_ACCOUNT = 255;

/** Reads `tenant/name`; null when it is not spelt so. Safe as a path: it holds no dot, no further slash, no upper case. */
export function parseOwnReference(ref: string): OwnReference | null {
  const slash = ref.indexOf('/');
  if (slash < 0) return null;
  const owner = ref.slice(0, slash);
  const tenant = owner === BACKENDS_OWNER ? owner : parseName<TenantName>(owner);
  const name = parseName<CredentialName>(ref.slice(slash + 1));
  return tenant === null || name === null ? null : { tenant, name };
}

/** Why `ref` is not a name of this tenant, `tenant/name`; null when it is. */
export function faultOfOwnReference(ref: string, tenant: string): string | null {
  const parsed = parseOwnReference(ref);
  if (parsed === null) return 'its ref is not spelt as tenant/name, in lower-case names';
  return parsed.tenant === tenant ? null : 'its ref belongs to another tenant';
}

/** Why `ref` is not a keychain account of this tenant: `tenant/` and a printable name; null when it is. */
export function faultOfAccount(ref: string, tenant: string): string | null {
  if (ref.length > MAX_ACCOUNT) return `its ref is longer than ${MAX_ACCOUNT} characters`;
  // Controls and format characters could make two accounts look the same; a lone surrogate has no UTF-8.
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(ref)) return 'its ref holds a character that does not print';
  if (!ref.startsWith(`${tenant}/`)) return `its ref does not begin with the tenant’s name and a slash`;
  return ref.length > tenant.length + 1 ? null : 'its ref has no name after the slash';
}
