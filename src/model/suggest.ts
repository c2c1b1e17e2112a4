import leven from 'leven';

/** The name nearest to what was typed, or null when none is near enough to be meant: two letters have changed places, or a third of its letters, at most 4, differ. */
export function suggestName(typed: string, names: readonly string[]): string | null {
  return suggestNames(typed, names)[0] ?? null;
}

/** Every name that is as near as the nearest, in their order; none when none is near enough to be meant. */
export function suggestNames(typed: string, names: readonly string[]): readonly string[] {
  if (typed.length > 128) return [];
  const swapped = names.filter((name) => isSwapped(typed, name));
  if (swapped.length > 0) return swapped;
  const most = Math.min(4, Math.ceil(typed.length / 3));
  const distances = names.map((name) => leven(typed, name, { maxDistance: most + 1 }));
  const least = Math.min(most, ...distances);
  return names.filter((_, index) => distances[index] === least);
}

/** Whether two neighbours have changed places, which counts as two letters otherwise: too many in a short name. */
function isSwapped(typed: string, name: string): boolean {
  if (typed.length !== name.length) return false;
  let at = 0;
  while (at < name.length && typed[at] === name[at]) at++;
  return typed[at] === name[at + 1] && typed[at + 1] === name[at] && typed[at] !== name[at] && typed.slice(at + 2) === name.slice(at + 2);
}
