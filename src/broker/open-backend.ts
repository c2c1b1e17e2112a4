import type { Backend } from '../credential/backend.js';
import { deny, type Denial } from '../denial/denial.js';
import type { State } from '../state/open-state.js';
import type { FoundBackend, World } from './world.js';

/** A backend by its name, opened; BACKEND_UNAVAILABLE where its code cannot be loaded. */
export async function openBackend(
  name: string,
  found: FoundBackend,
  { world, state }: { readonly world: World; readonly state: State },
): Promise<Backend | Denial> {
  try {
    return await world.openBackend(name, state, found);
  } catch {
    // What it threw may hold anything.
    return deny('BACKEND_UNAVAILABLE', { backend: name, detail: 'its code cannot be loaded' });
  }
}
