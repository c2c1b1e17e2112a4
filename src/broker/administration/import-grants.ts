import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spellName } from '../../credential/found/judge-variable.js';
import type { CredentialName, ServiceName, SlotName } from '../../model/ids.js';
import type { Alias, Service } from '../../model/service.js';
import { freeGrantId, type Tenant } from '../../model/tenant.js';
import { matchesWildcard } from '../../model/wildcard.js';
import { neededSlots } from '../../policy/evaluate.js';
import type { State } from '../../state/open-state.js';
import { listServices } from '../../state/services.js';
import { compileFile } from '../compile-file.js';
import { serviceDeps } from '../configuration.js';
import type { World } from '../world.js';
import { listTemplates } from './add-service.js';

/** A service that outloop knows: one of the operator's, or a template that was not added yet. */
export type KnownService = { readonly service: Service; readonly aliases: readonly Alias[]; readonly added: boolean };

/** The slot of a service that a variable's value fills. */
export type Receiver = { readonly service: ServiceName; readonly slot: SlotName; readonly known: KnownService };

/** A grant as the plan shows it: to read, until the operator says more. */
export type PlannedGrant = {
  readonly id: string;
  readonly permit: readonly string[];
  readonly effects: readonly ['read'];
  readonly bind: Readonly<Record<string, string>>;
  readonly service: ServiceName;
  readonly added: boolean;
};

/** The operator's services and, for names that are not among them, the templates. A broken file is passed over: `service list` shows it. */
export async function listKnownServices(world: World, state: State): Promise<readonly KnownService[]> {
  const { services } = await listServices(state, serviceDeps(world));
  const added = services.flatMap(({ compiled }) =>
    compiled.kind === 'ok' ? [{ service: compiled.service, aliases: compiled.aliases, added: true }] : [],
  );
  const known: KnownService[] = [...added];
  for (const name of listTemplates(world)) {
    if (added.some(({ service }) => service.service === name)) continue;
    const compiled = await compileFile(`services/${name}.yaml`, readFileSync(join(world.templates, 'services', `${name}.yaml`)));
    if (compiled.kind === 'ok') known.push({ service: compiled.service, aliases: compiled.aliases, added: false });
  }
  return known;
}

/**
 * The slot that a variable's value most likely fills: the one that a command of a service gets in a variable of this name, else the only slot
 * of the service that the value's shape, the variable's name or a word of it names. Null where nothing tells, or several do.
 */
export function findReceiver(key: string, named: string | null, services: readonly KnownService[]): Receiver | null {
  const exact = services.flatMap((known) =>
    known.aliases.flatMap(({ action }) =>
      action.kind === 'command'
        ? action.credentials.flatMap(([variable, slot]) => (variable === key ? [{ service: known.service.service, slot, known }] : []))
        : [],
    ),
  );
  const [first] = exact;
  if (first !== undefined && exact.every(({ service, slot }) => service === first.service && slot === first.slot)) return first;
  const words = `_${spellName(key)}_`;
  const fitting = services.filter(({ service }) => service.service === named || words.includes(`_${spellName(service.service)}_`));
  const known = fitting.find(({ service }) => service.service === named) ?? (fitting.length === 1 ? fitting[0] : undefined);
  if (known === undefined) return null;
  const slots = Object.entries(known.service.slots).filter(([, slot]) => slot.scheme !== 'none');
  const [only] = slots;
  return slots.length === 1 && only !== undefined ? { service: known.service.service, slot: only[0] as SlotName, known } : null;
}

/**
 * The grants that bind imported credentials. A service whose slot the tenant has bound already keeps its grant, since two would contradict each
 * other; so does a second credential for one slot.
 */
export function planGrants(
  tenant: Tenant,
  receivers: ReadonlyMap<CredentialName, Receiver>,
): { readonly grants: readonly PlannedGrant[]; readonly notes: readonly string[] } {
  const grants: PlannedGrant[] = [];
  const notes: string[] = [];
  for (const [name, { service, slot, known }] of receivers) {
    const bound = tenant.grants.find((grant) => Object.hasOwn(grant.bind, slot) && covers(grant.patterns, known.aliases));
    const planned = grants.find((grant) => grant.service === service);
    if (bound !== undefined) {
      if (bound.bind[slot] !== name) notes.push(`grant ${bound.id} binds ${service}’s slot ${slot} to ${bound.bind[slot] ?? ''} already`);
      continue;
    }
    if (planned !== undefined && Object.hasOwn(planned.bind, slot)) {
      notes.push(`${name} would fill ${service}’s slot ${slot} too, which grant ${planned.id} binds to ${planned.bind[slot] ?? ''}`);
      continue;
    }
    if (planned !== undefined) {
      grants[grants.indexOf(planned)] = { ...planned, bind: { ...planned.bind, [slot]: name } };
      continue;
    }
    const id = freeGrantId(tenant, `${service}-read`);
    grants.push({ id, permit: patternsOf(known.aliases), effects: ['read'], bind: { [slot]: name }, service, added: known.added });
    if (!known.added) notes.push(`service ${service} is not added yet: outloop service add ${service}`);
  }
  for (const grant of grants) {
    const known = [...receivers.values()].find(({ service }) => service === grant.service)?.known;
    const unbound = new Set((known?.aliases ?? []).flatMap(neededSlots).filter((slot) => !Object.hasOwn(grant.bind, slot)));
    if (unbound.size > 0) notes.push(`grant ${grant.id} leaves slot ${[...unbound].join(', ')} unbound`);
  }
  return { grants, notes };
}

function covers(patterns: readonly string[], aliases: readonly Alias[]): boolean {
  return aliases.some(({ alias }) => patterns.some((pattern) => matchesWildcard(pattern, alias)));
}

/** `github.*`: one pattern for each first word of the service's aliases. */
function patternsOf(aliases: readonly Alias[]): readonly string[] {
  return [...new Set(aliases.map(({ alias }) => `${alias.split('.')[0] ?? ''}.*`))].sort();
}
