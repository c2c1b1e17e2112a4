import type { Principal } from '../model/principal.js';

/**
 * Whether this caller may use the commands that change what is permitted. An agent may not, where a marker or its own claim
 * says that it is one; the mere fallback does not count, or no script could set outloop up. A guard rail: whoever controls
 * the environment can take the marker away.
 */
export function mayOperate(principal: Principal): boolean {
  return !principal.agentMarker;
}
