import { checkSecretBytes } from '../credential/check-secret.js';
import { deny, type Denial } from '../denial/denial.js';
import type { Secret } from '../model/secret.js';
import type { SchemeUse } from '../model/service.js';
import { neededSlots } from '../policy/evaluate.js';
import type { RedactedSecret } from '../redact/redactor.js';
import { findScheme } from '../scheme/registry.js';
import type { Plan } from './plan.js';
import type { Secrets } from './held.js';

/**
 * What of a run's credentials is secret on its own in the slots that its action needs, so that it is hidden too; SECRET_UNUSABLE for the first that could
 * not be. The bytes are the secrets' own.
 */
export async function findParts(
  { alias, decision, tenant, credentials }: Pick<Plan, 'alias' | 'decision' | 'tenant' | 'credentials'>,
  secrets: Secrets,
): Promise<readonly RedactedSecret[] | Denial> {
  const found: RedactedSecret[] = [];
  for (const slot of neededSlots(alias)) {
    const use = alias.service.slots[slot];
    const needed = credentials.find(({ name }) => name === decision.bind[slot]);
    const secret = needed === undefined ? undefined : secrets.get(needed.name);
    if (use === undefined || needed === undefined || secret === undefined) throw new TypeError('a permitted plan has an unbound slot');
    const { name, credential } = needed;
    const parts = await readParts(secret, use, credential.allowShort);
    if (typeof parts === 'string') {
      return deny('SECRET_UNUSABLE', { tenant: tenant.tenant, credential: name, backend: credential.backend, detail: parts });
    }
    found.push(...parts.map((bytes) => ({ name, bytes })));
  }
  return found;
}

/** What of a secret is secret on its own where it is used so; a text says, without any of it, why a part cannot serve. `allowShort` is the credential's. */
export async function readParts(
  secret: Secret,
  { scheme, options }: SchemeUse,
  allowShort: boolean,
): Promise<readonly Uint8Array[] | string> {
  const parts = (await findScheme(scheme))?.parts?.(secret, options) ?? [];
  for (const { name, bytes } of parts) {
    const unfit = checkSecretBytes(bytes, allowShort, `its ${name}`);
    if (unfit !== null) return unfit;
  }
  return parts.map(({ bytes }) => bytes);
}
