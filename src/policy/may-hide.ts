import { deny, type Denial } from '../denial/denial.js';
import type { AliasName, CredentialName } from '../model/ids.js';
import type { Grant } from '../model/tenant.js';
import { assessGrant, type PolicyQuestion } from './assess-grant.js';

/** The name under which a forbid may cover the redaction of a caller's own stream, and which the log has for it. */
export const REDACT_ALIAS = 'outloop.redact' as AliasName;

/** A question that is about no alias of a service. */
export type HideQuestion = Omit<PolicyQuestion, 'alias' | 'given' | 'extraCount'>;

/**
 * Whether a caller may have these credentials taken out of a stream of its own: for each there is a permit that applies to this caller here and now
 * and binds it without asking a person, whatever aliases it is for, and no forbid covers `outloop.redact`. Gives the permits, which are the determining grants.
 */
export function mayHide(names: readonly CredentialName[], question: HideQuestion): readonly Grant[] | Denial {
  const { tenant } = question;
  if (tenant.status !== 'active') return deny('TENANT_REVOKED', { tenant: tenant.tenant });
  const asked = { ...question, alias: { alias: REDACT_ALIAS, effect: 'read' as const, params: {} }, given: {}, extraCount: 0 };
  const applies = (grant: Grant) => assessGrant(grant, asked).misses.length === 0;

  const forbid = tenant.grants.find((grant) => grant.effect === 'forbid' && applies(grant));
  if (forbid !== undefined) return deny('ALIAS_NOT_ALLOWED', { alias: REDACT_ALIAS, detail: `grant ${forbid.id} forbids it` });

  const held = tenant.grants.filter((grant) => grant.effect === 'permit' && grant.approve === null && applies(aboutCaller(grant)));
  const determining = new Set<Grant>();
  for (const name of names) {
    const binding = held.find(({ bind }) => Object.values(bind).includes(name));
    if (binding === undefined)
      return deny('ALIAS_NOT_ALLOWED', { alias: REDACT_ALIAS, detail: `no grant here binds a credential ${name}` });
    determining.add(binding);
  }
  return [...determining];
}

/** A permit's conditions on who asks, where and when, without those on what. */
function aboutCaller(grant: Grant): Grant {
  return { ...grant, patterns: [REDACT_ALIAS], effects: null, pin: {} };
}
