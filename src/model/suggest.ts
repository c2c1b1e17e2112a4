import { closestMatch } from 'leven';

/** The name nearest to what was typed, or null when none is near enough to be meant: two letters have changed places, or a third of its letters, at most 4, differ. */
export function suggestName(typed: string, names: readonly string[]): string | null {
  if (typed.length > 128) return null;
  const swapped = names.find((name) => isSwapped(typed, name));
  if (swapped !== undefined) return swapped;
  return closestMatch(typed, [...names], { maxDistance: Math.min(4, Math.ceil(typed.length / 3)) }) ?? null;
}

/** Whether two neighbours have changed places, which counts as two letters otherwise: too many in a short name. */
function isSwapped(typed: string, name: string): boolean {
  if (typed.length !== name.length) return false;
  let at = 0;
  while (at < name.length && typed[at] === name[at]) at++;
  return typed[at] === name[at + 1] && typed[at + 1] === name[at] && typed[at] !== name[at] && typed.slice(at + 2) === name.slice(at + 2);
}
