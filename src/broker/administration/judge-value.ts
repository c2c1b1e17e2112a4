import { isDenial } from '../../denial/denial.js';
import type { CredentialName } from '../../model/ids.js';
import type { Secret } from '../../model/secret.js';
import type { Alias, Slot } from '../../model/service.js';
import type { Grant, Tenant } from '../../model/tenant.js';
import { matchesWildcard } from '../../model/wildcard.js';
import { neededSlots } from '../../policy/evaluate.js';
import { findScheme, presentSecret } from '../../scheme/registry.js';
import type { State } from '../../state/open-state.js';
import { listServices } from '../../state/services.js';
import { serviceDeps } from '../configuration.js';
import { readParts } from '../secret-parts.js';
import type { World } from '../world.js';

/** A credential's value, whole and not used yet. */
export type Judged = { readonly tenant: Tenant; readonly name: CredentialName; readonly secret: Secret; readonly allowShort: boolean };

/** A slot that a credential fills; `isPresented`: its scheme carries the value, and no child gets it as it is. */
type Use = { readonly slot: Slot; readonly isPresented: boolean };

/**
 * Why a value cannot serve, as the clause of a run and without any of it: a part of it must not, or no slot that is to present it can. Null where it
 * can, or no grant binds the credential yet: only its slot's scheme tells. A run judges it again.
 */
export async function judgeValue({ tenant, name, secret, allowShort }: Judged, state: State, world: World): Promise<string | null> {
  const uses = await findUses(tenant.grants, name, state, world);
  for (const { slot } of uses) {
    const parts = await readParts(secret, slot, allowShort);
    if (typeof parts === 'string') return parts;
  }
  const slots = new Set(uses.flatMap(({ slot, isPresented }) => (isPresented ? [slot] : [])));
  let first: string | null = null;
  for (const slot of slots) {
    const why = await present(secret, slot, world.now());
    // A grant may bind it to slots of several kinds, such as a key in PEM and a token, and it is meant for one of them.
    if (why === null) return null;
    first ??= why;
  }
  return first;
}

/** Why a scheme cannot carry a value, tried on a request that is never sent. What it makes of the value is dropped. */
async function present(secret: Secret, slot: Slot, nowMs: number): Promise<string | null> {
  const exchange = (await findScheme(slot.scheme))?.exchange;
  const request = { method: 'GET', url: new URL('https://service.invalid/'), headers: [], body: null, nowMs };
  const made = exchange === undefined ? await presentSecret(secret, slot, request) : exchange.ask(secret, slot.options, nowMs);
  return isDenial(made) ? String(made.facts['detail']) : null;
}

/** The slots that a credential fills, by the grants of its tenant and the aliases that they permit. */
async function findUses(grants: readonly Grant[], name: CredentialName, state: State, world: World): Promise<readonly Use[]> {
  const binding = grants.filter(({ bind }) => Object.values(bind).includes(name));
  if (binding.length === 0) return [];
  const { services } = await listServices(state, serviceDeps(world));
  const aliases = services.flatMap(({ compiled }) => (compiled.kind === 'ok' ? compiled.aliases : []));
  return binding.flatMap(({ bind, patterns }) => {
    const permitted = aliases.filter(({ alias }) => patterns.some((pattern) => matchesWildcard(pattern, alias)));
    return permitted.flatMap((alias) =>
      neededSlots(alias).flatMap((slot) => (bind[slot] === name ? useOf(alias, alias.service.slots[slot]) : [])),
    );
  });
}

function useOf({ action }: Alias, slot: Slot | undefined): readonly Use[] {
  return slot === undefined ? [] : [{ slot, isPresented: action.kind === 'http' || slot.exchange !== undefined }];
}
