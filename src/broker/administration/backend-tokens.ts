import type { Ask, PutAnswer, RemoveAnswer, WritableBackend } from '../../credential/backend.js';
import { checkSecretBytes } from '../../credential/check-secret.js';
import { tokenReference } from '../../credential/read-token.js';
import { deny, isDenial, type Denial } from '../../denial/denial.js';
import { BACKENDS_OWNER } from '../../model/owner.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import type { State } from '../../state/open-state.js';
import { findSettings } from '../../state/settings.js';
import { settingsDeps } from '../configuration.js';
import { openOwnState } from '../open-own-state.js';
import { openOwnStore } from '../open-own-store.js';
import type { World } from '../world.js';
import { administer } from './administer.js';
import { findUse } from './backends.js';
import { explainBackendAnswer } from './explain-backend-answer.js';

/** Where a backend's own token went, or was taken from. */
export type TokenLine = { readonly backend: string; readonly home: 'embedded' | 'keychain' };

const LIMIT_MS = 30_000;

/** Puts a backend's own token (a service token, a client secret, an AppRole secret id) where settings say that it rests. The bytes stay the caller's. */
export function setBackendToken(world: World, caller: Caller, backend: string, bytes: Uint8Array): Promise<TokenLine | Refusal | Denial> {
  const unfit = checkSecretBytes(bytes, false);
  if (unfit !== null) return Promise.resolve(deny('SECRET_UNUSABLE', { tenant: BACKENDS_OWNER, credential: backend, detail: unfit }));
  return change({ world, caller, backend, action: 'secret set' }, (store, ask) => store.put(tokenReference(backend), bytes, ask));
}

/** Takes a backend's own token away. */
export function removeBackendToken(world: World, caller: Caller, backend: string): Promise<TokenLine | Refusal | Denial> {
  return change({ world, caller, backend, action: 'secret remove' }, (store, ask) => store.remove(tokenReference(backend), ask));
}

/** Why a backend's own token could not be taken away: it has none, or none that outloop keeps; null: it could. */
export async function refuseTokenRemoval(world: World, backend: string): Promise<Refusal | Denial | null> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const home = await findHome(world, state, backend);
  return typeof home === 'string' ? null : home;
}

type Wish = { readonly world: World; readonly caller: Caller; readonly backend: string; readonly action: string };

function change(
  { world, caller, backend, action }: Wish,
  act: (store: WritableBackend, ask: Ask) => Promise<PutAnswer | RemoveAnswer>,
): Promise<TokenLine | Refusal | Denial> {
  return administer(world, caller, { action, detail: { backend } }, async (state) => {
    const home = await findHome(world, state, backend);
    if (typeof home !== 'string') return home;
    const store = await openOwnStore(world, state, home);
    if (isDenial(store)) return store;
    if (store === null) throw new TypeError('a token rests where values can be put');
    const ask = { tenant: BACKENDS_OWNER, credential: backend, signal: AbortSignal.timeout(LIMIT_MS) };
    const answer = await act(store, ask);
    if (answer.kind === 'absent') return refusal('there is no such token', 'outloop backend list');
    return explainBackendAnswer(answer, home) ?? { backend, home };
  });
}

/** Where the token of that backend rests, as settings say. */
async function findHome(world: World, state: State, backend: string): Promise<TokenLine['home'] | Refusal | Denial> {
  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) return settings;
  const use = await findUse(settings, backend);
  if (isRefusal(use)) return use;
  const place = use.kind.token(use.options);
  if (place === null) {
    // The settings of a kind that can have one say so, also where there is none.
    if (typeof use.options !== 'object' || use.options === null || !('token' in use.options))
      return refusal(`the ${backend} backend has no token of its own`);
    return refusal(`the ${backend} backend is set up without a token`, `write backends.${backend}.token into settings.yaml first`);
  }
  return typeof place === 'object' ? refusal(`the ${backend} backend takes its token from the variable ${place.env}`) : place;
}
