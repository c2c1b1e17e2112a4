import { closest, distance } from 'fastest-levenshtein';

/** The name nearest to what was typed, or null when none is near enough to be meant (a third of its letters, at most 4, differ). */
export function suggestName(typed: string, names: readonly string[]): string | null {
  if (names.length === 0 || typed.length > 128) return null;
  const nearest = closest(typed, names);
  return distance(typed, nearest) <= Math.min(4, Math.ceil(typed.length / 3)) ? nearest : null;
}
