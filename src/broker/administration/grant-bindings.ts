import type { AliasName, CredentialName, ProjectName, SlotName } from '../../model/ids.js';
import type { Alias } from '../../model/service.js';
import type { Grant } from '../../model/tenant.js';
import { isOver } from '../../policy/assess-grant.js';
import { neededSlots } from '../../policy/evaluate.js';
import { isSameJson } from '../../policy/same-json.js';
import { listCovered } from './covered.js';

/** What a grant is held against: all grants of its tenant and all aliases that there are, at a moment. */
export type Circumstances = { readonly grants: readonly Grant[]; readonly aliases: readonly Alias[]; readonly nowMs: number };

/** A slot that another grant binds to another credential: a run of these aliases that both permit is denied. */
export type Conflict = {
  readonly other: Grant;
  readonly slot: SlotName;
  readonly others: CredentialName;
  readonly aliases: readonly AliasName[];
};

/** A slot that these aliases of a grant need, and that no grant binds which may permit the same run. */
export type Unbound = { readonly slot: SlotName; readonly aliases: readonly AliasName[] };

/** Where a permit and another one contradict each other. Two with different windows may never be open at once, so those are let pass. */
export function findConflicts(grant: Grant, circumstances: Circumstances): readonly Conflict[] {
  const permitted = listPermitted(grant, circumstances);
  const open = listBeside(grant, circumstances).filter(({ window }) => {
    return window === null || grant.window === null || isSameJson(window, grant.window);
  });
  return listSlots(permitted).flatMap((slot) =>
    open.flatMap((other): Conflict[] => {
      const own = grant.bind[slot];
      const others = other.bind[slot];
      if (own === undefined || others === undefined || own === others) return [];
      const aliases = listNeeding(slot, listCovered(other, permitted));
      return aliases.length === 0 ? [] : [{ other, slot, others, aliases }];
    }),
  );
}

/** A contradiction in a sentence about the other grant. */
export function describeConflict({ other, slot, others, aliases }: Conflict): string {
  return `grant ${other.id} binds slot ${slot} to credential ${others}, so a run of ${nameFirst(aliases)} that both permit is denied`;
}

/** `github.issues.list and 3 other aliases`. */
export function nameFirst([first, ...others]: readonly AliasName[]): string {
  const more = others.length === 0 ? '' : others.length === 1 ? ' and another alias' : ` and ${others.length} other aliases`;
  return `${first ?? ''}${more}`;
}

/** The slots for which no run that a permit permits can have a credential. */
export function findUnbound(grant: Grant, circumstances: Circumstances): readonly Unbound[] {
  const permitted = listPermitted(grant, circumstances);
  const permits = [grant, ...listBeside(grant, circumstances)];
  return listSlots(permitted).flatMap((slot): Unbound[] => {
    const binding = permits.filter(({ bind }) => Object.hasOwn(bind, slot));
    const bound = new Set(binding.flatMap((one) => listNeeding(slot, listCovered(one, permitted))));
    const aliases = listNeeding(slot, permitted).filter((alias) => !bound.has(alias));
    return aliases.length === 0 ? [] : [{ slot, aliases }];
  });
}

function listSlots(aliases: readonly Alias[]): readonly SlotName[] {
  return [...new Set(aliases.flatMap(neededSlots))];
}

function listNeeding(slot: SlotName, aliases: readonly Alias[]): readonly AliasName[] {
  return aliases.filter((alias) => neededSlots(alias).includes(slot)).map(({ alias }) => alias);
}

/** The aliases that a permit covers, without those that are forbidden to everybody, everywhere and for good. */
function listPermitted(grant: Grant, { grants, aliases, nowMs }: Circumstances): readonly Alias[] {
  if (grant.effect === 'forbid' || isOver(grant, nowMs)) return [];
  const forbids = grants.filter(({ effect, projects, principals, window, expiresMs }) => {
    return effect === 'forbid' && projects === null && principals === null && window === null && expiresMs === null;
  });
  return listCovered(grant, aliases).filter((alias) => forbids.every((forbid) => listCovered(forbid, [alias]).length === 0));
}

/** The other permits that may apply to a run that this one applies to. */
function listBeside(grant: Grant, { grants, nowMs }: Circumstances): readonly Grant[] {
  return grants.filter((other) => other.id !== grant.id && other.effect === 'permit' && !isOver(other, nowMs) && mayMeet(grant, other));
}

/** Whether two grants may apply to one run, as far as their projects, principals and pins tell. */
function mayMeet(a: Grant, b: Grant): boolean {
  return meetInProject(a.projects, b.projects) && meetInPrincipal(a.principals, b.principals) && agreeOnPins(a.pin, b.pin);
}

function meetInProject(a: readonly ProjectName[] | null, b: readonly ProjectName[] | null): boolean {
  return a === null || b === null || a.some((project) => b.includes(project));
}

/** `agent` is every agent, `agent:claude` that one. */
function meetInPrincipal(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return true;
  return a.some((one) => b.some((other) => one === other || one.startsWith(`${other}:`) || other.startsWith(`${one}:`)));
}

/** Of two pins of a parameter to different values a run keeps one at most. */
function agreeOnPins(a: Grant['pin'], b: Grant['pin']): boolean {
  return Object.entries(a).every(([param, value]) => {
    const other = b[param];
    return other === undefined || isSameJson(value, other);
  });
}
