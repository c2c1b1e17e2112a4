import type { CredentialName } from '../../model/ids.js';
import type { Secret } from '../../model/secret.js';
import type { SchemeUse } from '../../model/service.js';
import type { Grant, Tenant } from '../../model/tenant.js';
import { matchesWildcard } from '../../model/wildcard.js';
import { neededSlots } from '../../policy/evaluate.js';
import type { State } from '../../state/open-state.js';
import { listServices } from '../../state/services.js';
import { serviceDeps } from '../configuration.js';
import { readParts } from '../secret-parts.js';
import type { World } from '../world.js';

/** A credential's value, whole and not used yet. */
export type Judged = { readonly tenant: Tenant; readonly name: CredentialName; readonly secret: Secret; readonly allowShort: boolean };

/**
 * Why a part of a value cannot serve, as a clause without any of it; null where it can, or no grant binds the credential yet: only its slot's scheme
 * tells what the parts are. A run judges them again.
 */
export async function judgeParts({ tenant, name, secret, allowShort }: Judged, state: State, world: World): Promise<string | null> {
  for (const use of await findUses(tenant.grants, name, state, world)) {
    const parts = await readParts(secret, use, allowShort);
    if (typeof parts === 'string') return parts;
  }
  return null;
}

/** The slots that a credential fills, by the grants of its tenant and the aliases that they permit. */
async function findUses(grants: readonly Grant[], name: CredentialName, state: State, world: World): Promise<readonly SchemeUse[]> {
  const binding = grants.filter(({ bind }) => Object.values(bind).includes(name));
  if (binding.length === 0) return [];
  const { services } = await listServices(state, serviceDeps(world));
  const aliases = services.flatMap(({ compiled }) => (compiled.kind === 'ok' ? compiled.aliases : []));
  return binding.flatMap(({ bind, patterns }) => {
    const permitted = aliases.filter(({ alias }) => patterns.some((pattern) => matchesWildcard(pattern, alias)));
    return permitted.flatMap((alias) =>
      neededSlots(alias).flatMap((slot) => (bind[slot] === name ? (alias.service.slots[slot] ?? []) : [])),
    );
  });
}
