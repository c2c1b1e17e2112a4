import { isDenial, type Denial } from '../../denial/denial.js';
import { formatCanonical } from '../../model/canonical-json.js';
import type { GrantId, TenantName } from '../../model/ids.js';
import { hintAt } from '../../model/problem.js';
import { refusal, isRefusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import type { Alias, Json } from '../../model/service.js';
import { suggestName } from '../../model/suggest.js';
import { freeGrantId, type Grant, type Tenant } from '../../model/tenant.js';
import { matchesWildcard } from '../../model/wildcard.js';
import { readText } from '../../service/read-parameters.js';
import type { State } from '../../state/open-state.js';
import { listServices } from '../../state/services.js';
import { addGrant as addGrantTo, removeGrant as removeGrantFrom, type NewGrant } from '../../tenant/edit-tenant.js';
import { findTenant, serviceDeps } from '../configuration.js';
import { openRegistry } from '../find-link.js';
import { openOwnState } from '../open-own-state.js';
import { readNow } from '../read-now.js';
import type { World } from '../world.js';
import { administer } from './administer.js';
import { listCovered, meets } from './covered.js';
import { editTenant, missTenantIn, refuseTenantEdit } from './edit-file.js';
import { describeConflict, findConflicts, findUnbound, type Circumstances } from './grant-bindings.js';
import { listDoubts } from './grant-doubts.js';
import { listProjects } from './link-lines.js';

/** A grant as it is typed: pins are still text. `id` null: one is made from the first pattern. */
export type GrantDraft = Omit<NewGrant, 'id' | 'pin'> & { readonly id: string | null; readonly pin: Readonly<Record<string, string>> };

/** So many aliases are named in one warning. */
const MOST_NAMED = 5;

/** The grant that was added, and what the operator should know of it. */
export type AddedGrant = { readonly grant: Grant; readonly warnings: readonly string[] };

/** Adds a grant to a tenant; pins take the type of the parameters that they pin. */
export function addGrant(world: World, caller: Caller, tenant: TenantName, draft: GrantDraft): Promise<AddedGrant | Refusal | Denial> {
  const patterns = draft.permit ?? draft.forbid ?? [];
  const change = {
    action: 'grant add',
    tenant,
    detail: { tenant, effect: draft.permit === undefined ? 'forbid' : 'permit', patterns: patterns.join(' ') },
  };
  return administer(world, caller, change, async (state) => {
    const made = await makeGrant(state, world, tenant, draft);
    if (isRefusal(made) || isDenial(made)) return made;
    const { grant, covered, nowMs, judge } = made;
    const written = await editTenant(state, tenant, (text) => addGrantTo(text, grant), judge);
    if (isDenial(written) || isRefusal(written)) return written;
    const added = written.grants.find((one) => one.id === grant.id);
    if (added === undefined) return refusal(`the grant was not added to tenant ${tenant}`);
    const registry = openRegistry(state);
    const projects = isDenial(registry) ? null : listProjects(registry, tenant);
    const doubts = listDoubts(added, { tenant, covered: listCovered(added, covered), projects });
    return { grant: added, warnings: [...warn(added, { grants: written.grants, aliases: covered, nowMs }), ...doubts] };
  });
}

/** Why a grant would be refused; null: nothing is known against it. */
export async function refuseGrant(world: World, tenant: TenantName, draft: GrantDraft): Promise<Refusal | Denial | null> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const made = await makeGrant(state, world, tenant, draft);
  if (isRefusal(made) || isDenial(made)) return made;
  return refuseTenantEdit(state, tenant, (text) => addGrantTo(text, made.grant), made.judge);
}

/** A grant as it is put into its tenant's file, the aliases that its patterns cover, and what judges the tenant with it. */
type MadeGrant = {
  readonly grant: NewGrant;
  readonly covered: readonly Alias[];
  readonly nowMs: number;
  readonly judge: (after: Tenant) => Refusal | null;
};

async function makeGrant(state: State, world: World, tenant: TenantName, draft: GrantDraft): Promise<MadeGrant | Refusal | Denial> {
  const patterns = draft.permit ?? draft.forbid ?? [];
  const covered = await findAliases(state, world, patterns);
  const pin = typePins(draft, covered);
  if (isRefusal(pin)) return pin;
  const misbound = findMisbound(Object.keys(draft.bind ?? {}), covered);
  if (misbound !== null) return misbound;
  const found = await findTenant(state, tenant, world);
  if (isDenial(found)) return found;
  const missing = Object.values(draft.bind ?? {}).find((name) => !Object.hasOwn(found.tenant.credentials, name));
  if (missing !== undefined) return refusal(`tenant ${tenant} has no credential ${missing}`, `outloop secret set ${tenant}/${missing}`);
  const id = draft.id ?? freeGrantId(found.tenant, nameGrant(patterns, draft.permit === undefined));
  const { pin: _pinText, ...rest } = draft;
  const grant = { ...rest, id, ...(Object.keys(pin).length === 0 ? {} : { pin }) };
  const nowMs = readNow(state, world);
  const judge = ({ grants }: Tenant) => judgeAdded(grants, { id, isNamed: draft.id !== null, tenant, nowMs });
  return { grant, covered, nowMs, judge };
}

/** Takes a grant out of a tenant's file. */
export function removeGrant(
  world: World,
  caller: Caller,
  tenant: TenantName,
  id: GrantId,
): Promise<{ readonly removed: GrantId } | Refusal | Denial> {
  return administer(world, caller, { action: 'grant remove', tenant, detail: { tenant, grant: id } }, async (state) => {
    const missed = await findMissing(state, world, tenant, id);
    if (missed !== null) return missed;
    const written = await editTenant(state, tenant, (text) => removeGrantFrom(text, id));
    return isDenial(written) || isRefusal(written) ? written : { removed: id };
  });
}

/** Why there is no such grant to take away; null: there is, or its tenant's file cannot be read. */
export async function refuseGrantRemoval(world: World, tenant: TenantName, id: GrantId): Promise<Refusal | Denial | null> {
  const state = openOwnState(world);
  return isDenial(state) ? state : (missTenantIn(state, tenant) ?? (await findMissing(state, world, tenant, id)));
}

async function findMissing(state: State, world: World, tenant: TenantName, id: GrantId): Promise<Refusal | null> {
  const found = await findTenant(state, tenant, world);
  const ids = isDenial(found) ? [id] : found.tenant.grants.map((grant) => grant.id);
  if (ids.includes(id)) return null;
  return refusal(`tenant ${tenant}: there is no grant of this id${hintAt(suggestName(id, ids))}`, `outloop grant list ${tenant}`);
}

async function findAliases(state: State, world: World, patterns: readonly string[]): Promise<readonly Alias[]> {
  const { services } = await listServices(state, serviceDeps(world));
  const aliases = services.flatMap(({ compiled }) => (compiled.kind === 'ok' ? compiled.aliases : []));
  return aliases.filter(({ alias }) => patterns.some((pattern) => matchesWildcard(pattern, alias)));
}

/**
 * Pins as values of the type that the covered aliases give the parameter; refused where none has it, two differ, or an alias that the grant would permit
 * does not take it, so that every run of it would be denied.
 */
function typePins({ pin, effects }: GrantDraft, covered: readonly Alias[]): Record<string, Json> | Refusal {
  const typed: Record<string, Json> = {};
  const names = Object.keys(pin);
  for (const [name, text] of Object.entries(pin)) {
    const having = covered.flatMap((alias) => {
      const param = Object.hasOwn(alias.params, name) ? alias.params[name] : undefined;
      return param === undefined ? [] : [{ alias, param }];
    });
    if (having.length === 0) {
      const known = covered.flatMap(({ params }) => Object.keys(params));
      return refuseName(`parameter ${name}`, suggestName(name, known), 'outloop aliases --all');
    }
    if (new Set(having.map(({ param }) => param.type)).size > 1)
      return refusal(`parameter ${name} has several types among these aliases`, 'add a grant for each of them');
    const permitted = having.filter(({ alias }) => meets(alias, effects ?? null, names));
    for (const { alias, param } of permitted.length === 0 ? having : permitted) {
      const read = readText(param, text);
      if (read.kind !== 'ok') return refusal(`no run of ${alias.alias} can have the pin of parameter ${name}: ${read.detail}`);
      typed[name] = read.value;
    }
  }
  return typed;
}

/** A slot that no covered alias has; where none is covered yet, nobody can tell. */
function findMisbound(slots: readonly string[], covered: readonly Alias[]): Refusal | null {
  const [first] = covered;
  if (first === undefined) return null;
  const known = covered.flatMap(({ service }) => Object.keys(service.slots));
  const unknown = slots.find((slot) => !known.includes(slot));
  return unknown === undefined
    ? null
    : refuseName(`slot ${unknown}`, suggestName(unknown, known), `outloop service show ${first.service.service}`);
}

function refuseName(what: string, near: string | null, next: string): Refusal {
  const message = `no alias that this grant covers has a ${what}`;
  return near === null ? refusal(message, next) : refusal(message + hintAt(near));
}

type Added = { readonly id: string; readonly isNamed: boolean; readonly tenant: TenantName; readonly nowMs: number };

/** A grant that would never apply, or that is there already; whoever names one themselves may have it twice. */
function judgeAdded(grants: readonly Grant[], { id, isNamed, tenant, nowMs }: Added): Refusal | null {
  const added = grants.find((grant) => grant.id === id);
  if (added === undefined) return null;
  if (added.expiresMs !== null && nowMs >= added.expiresMs)
    return refusal(`a grant that expires at ${new Date(added.expiresMs).toISOString()} is over already`);
  const same = isNamed ? undefined : grants.find((grant) => grant.id !== id && saysTheSame(grant, added));
  return same === undefined ? null : refusal(`grant ${same.id} says the same`, `outloop grant list ${tenant}`);
}

function saysTheSame(a: Grant, b: Grant): boolean {
  const [one, other] = [a, b].map((grant) => formatCanonical({ ...grant, id: null, definition: null }));
  return one === other;
}

/** `github.*.list` → `github-list`; it leaves room for a number. */
function nameGrant(patterns: readonly string[], forbids: boolean): string {
  const words = (patterns[0] ?? '').split(/[^a-z0-9]+/).filter((word) => word !== '');
  return [...(forbids ? ['no'] : []), ...(words.length === 0 ? ['all'] : words)].join('-').slice(0, 56);
}

/** A grant permits no alias that lacks a parameter which it pins. */
function describeLeftOut(pinned: string, covered: readonly Alias[]): readonly string[] {
  const names = covered.filter(({ params }) => !Object.hasOwn(params, pinned)).map(({ alias }) => alias as string);
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return names.length === 0
    ? []
    : [`not permitted, since it has no parameter ${pinned}, which is pinned: ${names.slice(0, MOST_NAMED).join(', ')}${more}`];
}

function warn(grant: Grant, circumstances: Circumstances): string[] {
  const { aliases: covered } = circumstances;
  if (covered.length === 0) return ['no alias matches it yet'];
  if (grant.effect === 'forbid') return [];
  const unbound = findUnbound(grant, circumstances);
  return [
    ...findConflicts(grant, circumstances).map(describeConflict),
    ...unbound.map(({ slot }) => `slot ${slot} is bound to no credential: add --bind ${slot}=NAME`),
    ...Object.keys(grant.pin).flatMap((name) => describeLeftOut(name, covered)),
  ];
}
