import { existsSync } from 'node:fs';
import { makeStore } from '../../credential/embedded/make-store.js';
import type { KeyPlace } from '../../credential/embedded/store-file.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import { encodeUlid } from '../../model/ids.js';
import { refusal, type Refusal } from '../../model/refusal.js';
import { refuseOtherPlaces } from '../../state/open-state.js';
import { makeState } from '../../state/make-state.js';
import { auditKeyPath, type StatePaths } from '../../state/paths.js';
import { openOwnState } from '../open-own-state.js';
import type { World } from '../world.js';
import { fixState, refuseForeign } from './state-faults.js';

/**
 * What `init` made; an empty list means that all of it was there. `was`: what it found: no state, one that it completed, or one whose audit log, or the
 * key of that, was gone. `vaultKey` says where the embedded store's key rests, `record` where runs write.
 */
export type Initialised = {
  readonly made: readonly string[];
  readonly was: 'absent' | 'there' | 'without-log' | 'without-key';
  readonly vaultKey: KeyPlace;
  readonly home: string;
  readonly record: string;
};

/** How long the OS keychain may take to accept the vault's key. */
const STORE_LIMIT_MS = 15_000;

/** Makes the operator state with the embedded store. Safe to repeat: what is there stays as it is. */
export async function initialise(world: World, keyPlace: 'auto' | 'file' | 'keychain'): Promise<Initialised | Refusal | Denial> {
  if (isDenial(world.paths)) return world.paths;
  const tampered = world.tampered();
  if (tampered !== null) return tampered;
  const refused = refuseForeign(world.paths, world.uid);
  if (refused !== null) return refused;
  const elsewhere = refuseOtherPlaces(world.paths, world.uid);
  if (elsewhere !== null) return refusal(describeDenial(elsewhere).reason, fixState(elsewhere, world));
  const was = lookBefore(world.paths);
  const seed = { id: `st_${encodeUlid(world.now(), world.random(10))}`, auditKey: world.random(32) };
  const made = makeState(world.paths, seed, world.uid);
  if (isDenial(made)) return made;
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const store = await makeStore(world.backendSetting(state), keyPlace, AbortSignal.timeout(STORE_LIMIT_MS));
  if (store.kind === 'refused') return refusal(`the embedded store could not be made: ${store.detail}`, 'outloop doctor');
  if (store.kind === 'damaged') return refusal(`the embedded store cannot be used: ${store.detail}`, store.next ?? null);
  return { made: made.made, was, vaultKey: store.key, home: world.paths.config, record: world.paths.record };
}

function lookBefore(paths: StatePaths): Initialised['was'] {
  if (!existsSync(paths.identity)) return 'absent';
  if (!existsSync(paths.audit)) return 'without-log';
  return existsSync(auditKeyPath(paths)) ? 'there' : 'without-key';
}
