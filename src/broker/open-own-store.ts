import { isWritable, type WritableBackend } from '../credential/backend.js';
import { findBackend } from '../credential/find-backend.js';
import { OWN_KINDS } from '../credential/registry.js';
import type { State } from '../state/open-state.js';
import type { World } from './world.js';

/** The embedded store or the keychain, which outloop may fill; null for any other name. Throws when its code cannot be loaded. */
export async function openOwnStore(world: World, state: State, name: string): Promise<WritableBackend | null> {
  const use = OWN_KINDS.some((own) => own === name) ? await findBackend(name, {}) : null;
  if (use === null) return null;
  if (typeof use === 'string') throw new Error(use);
  const backend = await world.openBackend(name, state, { use, tool: null, proxy: null });
  return isWritable(backend) ? backend : null;
}
