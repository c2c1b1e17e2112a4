import type { Miss } from './assess-grant.js';

const WORDS: Readonly<Record<Miss, string>> = {
  pattern: 'is for other aliases',
  expired: 'has expired',
  project: 'is for other projects',
  principal: 'is for other callers',
  effect: 'is for other effects',
  session: 'is for callers in a session that holds',
  parameter: 'pins a parameter that this alias does not have',
  pin: 'pins a parameter to another value',
  window: 'is for other times',
};

/** `has expired and is for other projects`: why a grant does not apply, to stand after its name. Empty where nothing is missed. */
export function describeMisses(misses: readonly Miss[]): string {
  return misses.map((miss) => WORDS[miss]).join(' and ');
}
