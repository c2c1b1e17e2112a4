import type { Alias } from '../../model/service.js';
import type { Grant } from '../../model/tenant.js';
import { coversName } from '../../policy/assess-grant.js';

/** The aliases that a grant bears on, whoever asks, wherever and whenever. */
export function listCovered(grant: Grant, aliases: readonly Alias[]): readonly Alias[] {
  return aliases.filter((alias) => coversName(grant, alias) && meets(alias, grant.effects, Object.keys(grant.pin)));
}

/** Whether an alias has one of a grant's effects, null: any, and every parameter that it pins. */
export function meets({ effect, params }: Alias, effects: readonly string[] | null, pinned: readonly string[]): boolean {
  return (effects === null || effects.includes(effect)) && pinned.every((name) => Object.hasOwn(params, name));
}
