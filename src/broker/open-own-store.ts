import { isWritable, type WritableBackend } from '../credential/backend.js';
import { findBackend } from '../credential/find-backend.js';
import { OWN_KINDS } from '../credential/registry.js';
import { isDenial, type Denial } from '../denial/denial.js';
import type { State } from '../state/open-state.js';
import { openBackend } from './open-backend.js';
import type { World } from './world.js';

/** The embedded store or the keychain, which outloop may fill; null for any other name. */
export async function openOwnStore(world: World, state: State, name: string): Promise<WritableBackend | Denial | null> {
  const use = OWN_KINDS.some((own) => own === name) ? await findBackend(name, {}) : null;
  if (use === null) return null;
  if (typeof use === 'string') throw new Error(use);
  const backend = await openBackend(name, { use, tool: null, proxy: null }, { world, state });
  return isDenial(backend) || isWritable(backend) ? backend : null;
}
