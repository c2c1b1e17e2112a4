import { parseName, type CredentialName, type TenantName } from '../model/ids.js';
import { BACKENDS_OWNER } from '../model/owner.js';

/** Reads `acme/github-bot`; null when it is not spelt as a tenant and a credential. */
export function splitSecretName(text: string): { readonly tenant: TenantName; readonly name: CredentialName } | null {
  const [first, second, ...rest] = text.split('/');
  const tenant = parseName<TenantName>(first ?? '');
  const name = parseName<CredentialName>(second ?? '');
  return tenant === null || name === null || rest.length > 0 ? null : { tenant, name };
}

/** Why what was typed is no credential's name. */
export function describeSecretName(text: string): string {
  return text.split('/').length === 2 && !text.startsWith('/') && !text.endsWith('/')
    ? 'a tenant and a credential are written in lower-case letters, digits and hyphens'
    : 'a credential is written TENANT/NAME';
}

/** Reads `@backends/doppler`, a backend's own token; null when it is none. */
export function splitTokenName(text: string): string | null {
  const [owner, backend, ...rest] = text.split('/');
  return owner === BACKENDS_OWNER && backend !== undefined && parseName(backend) !== null && rest.length === 0 ? backend : null;
}
