import { createHmac } from 'node:crypto';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import { openState, type State } from '../state/open-state.js';
import type { World } from './world.js';

/**
 * This world's operator state. Whoever writes to a repository can bring the `audit/key` of its CI's state, so everything that is keyed with it
 * depends there on the CI's own secret as well; without that, nothing that was kept fits. CONFIG_INVALID, too: the secret is given, and the state is
 * no CI's, which nothing seals.
 */
export function openOwnState(world: World): State | Denial {
  if (isDenial(world.paths)) return world.paths;
  const state = openState(world.paths, world.uid);
  if (isDenial(state)) return state;
  const secret = world.ciSecret();
  if (state.kind === 'operator') {
    return secret === null
      ? state
      : deny('CONFIG_INVALID', {
          detail: 'OUTLOOP_VAULT_KEY is set, and this is no CI’s state; unset it, or let OUTLOOP_HOME name the CI’s',
        });
  }
  const mac = createHmac('sha256', secret ?? world.random(32)).update('outloop ci audit key 1\0');
  return { ...state, auditKey: mac.update(state.auditKey).digest() };
}
