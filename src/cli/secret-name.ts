import { parseName, type CredentialName, type TenantName } from '../model/ids.js';

/** Reads `acme/github-bot`; null when it is not spelt as a tenant and a credential. */
export function splitSecretName(text: string): { readonly tenant: TenantName; readonly name: CredentialName } | null {
  const [first, second, ...rest] = text.split('/');
  const tenant = parseName<TenantName>(first ?? '');
  const name = parseName<CredentialName>(second ?? '');
  return tenant === null || name === null || rest.length > 0 ? null : { tenant, name };
}
