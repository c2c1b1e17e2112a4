import type { Denial } from '../denial/denial.js';
import { makePrivatePlace, type PrivatePlace } from '../execute/private-place.js';
import type { Plan } from './plan.js';
import { groundOf } from './perform.js';
import type { World } from './world.js';

/** Makes the private place that a plan's command runs in; null for a request. Whoever asked removes it. The denial says why there is none. */
export function makePlace({ alias, tool, link }: Pick<Plan, 'alias' | 'tool' | 'link'>, world: World): PrivatePlace | Denial | null {
  const inWorkspace = alias.action.kind === 'command' && alias.action.cwd === 'workspace';
  return tool === null ? null : makePrivatePlace(tool, groundOf(world), inWorkspace ? link : null);
}
