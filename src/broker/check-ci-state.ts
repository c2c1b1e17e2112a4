import { readKey } from '../credential/embedded/key-home.js';
import { variableOf } from '../credential/embedded/key-text.js';
import { readStore } from '../credential/embedded/store-file.js';
import { deny, type Denial } from '../denial/denial.js';
import { checkCiSeal } from '../state/ci-seal.js';
import type { State } from '../state/open-state.js';
import type { World } from './world.js';

/**
 * Whether a CI's state is what `ci init` wrote, told by the secret that the CI keeps: CONFIG_INVALID where that is not there, is another one, or
 * the state was changed. It comes from this process's environment; no backend is asked. An operator's state is not committed, and has no seal.
 */
export async function checkCiState(state: State, world: World): Promise<Denial | null> {
  if (state.kind === 'operator') return null;
  const invalid = (detail: string) => deny('CONFIG_INVALID', { detail });
  const store = readStore(state);
  if (store.kind !== 'store') return invalid(store.kind === 'absent' ? 'vault/store.json is missing' : store.why);
  const variable = variableOf(store.store.key);
  if (variable === null) return invalid('the vault of a CI’s state has its key from the CI’s own store alone');
  const key = await readKey(world.backendSetting(state), store.store, new AbortController().signal);
  if (key.kind === 'locked') {
    return invalid(`${variable} is not set, and nothing else tells that the CI’s state is what outloop ci init wrote`);
  }
  if (key.kind !== 'key') return invalid(key.detail);
  const fault = checkCiSeal(state, key.key);
  key.key.fill(0);
  return fault === null ? null : invalid(fault);
}
