import { isWritable, placeToFill, type Ask, type Backend } from '../../credential/backend.js';
import { checkSecretBytes } from '../../credential/check-secret.js';
import { doubtSecret } from '../../credential/doubt-secret.js';
import { rotateKey } from '../../credential/embedded/rotate-key.js';
import type { KeyPlace } from '../../credential/embedded/store-file.js';
import { fetchCredential } from '../../credential/fetch-credential.js';
import { checkReference, findBackend, type BackendUse } from '../../credential/find-backend.js';
import { KIND_NAMES, OWN_KINDS } from '../../credential/registry.js';
import { deny, isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import type { CredentialName, TenantName } from '../../model/ids.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import { Secret } from '../../model/secret.js';
import type { Caller } from '../../model/run.js';
import { findSharer, type Credential, type Tenant } from '../../model/tenant.js';
import { checkActive } from '../../tenant/check-tenant.js';
import type { State } from '../../state/open-state.js';
import { setCredential } from '../../tenant/edit-tenant.js';
import { findSettings, type Settings } from '../../state/settings.js';
import { checkCiState } from '../check-ci-state.js';
import { findTenant, settingsDeps } from '../configuration.js';
import { openBackend } from '../open-backend.js';
import { openOwnState } from '../open-own-state.js';
import { findNeeded } from '../prepare-action.js';
import type { World } from '../world.js';
import { administer, noteChange, refuseAgent } from './administer.js';
import { editTenant } from './edit-file.js';
import { explainBackendAnswer } from './explain-backend-answer.js';
import { judgeValue } from './judge-value.js';
import { takeBack } from './take-back.js';

/** A tenant's credential: `acme/github-bot`. */
export type SecretName = { readonly tenant: TenantName; readonly name: CredentialName };

/** Where a value is to go; null: where the credential points already, else the embedded store under its own name. */
export type SecretWish = SecretName & { readonly backend: string | null; readonly ref: string | null; readonly allowShort: boolean };

export type SecretLine = SecretName & { readonly credential: Credential };

/** A value that was put: whether one was there before, and what looks wrong with it: clauses without any of it. */
export type SetSecret = SecretLine & { readonly replaced: boolean; readonly doubts: readonly string[] };

const LIMIT_MS = 30_000;

/** Puts a value into a backend and makes the tenant's credential when it is not there. The bytes stay the caller's. */
export function setSecret(world: World, caller: Caller, wish: SecretWish, bytes: Uint8Array): Promise<SetSecret | Refusal | Denial> {
  const { tenant, name } = wish;
  return administer(world, caller, { action: 'secret set', tenant, detail: { tenant, credential: name } }, async (state) => {
    const found = await findTenant(state, tenant, world);
    if (isDenial(found)) return found;
    const credential = aim(wish, found.tenant);
    const use = await findUseOf(world, state, credential, tenant);
    if (isDenial(use)) return use;
    if (typeof use === 'string') return refusal(`credential ${tenant}/${name}: ${use}`);
    const there = found.tenant.credentials[name];
    const isThere = there?.backend === credential.backend && there.ref === credential.ref;
    const overwritten = isThere ? null : findSharer(found.tenant, name, credential);
    if (overwritten !== null) {
      const next = `outloop secret set ${tenant}/${overwritten}, or --ref ${tenant}/NAME with a name that none uses`;
      return refusal(`credential ${tenant}/${name}: its value would replace that of ${tenant}/${overwritten}`, next);
    }
    const { allowShort, ...reference } = credential;
    const judged = { ...found, name, secret: new Secret(name, bytes), allowShort };
    const unfit = checkSecretBytes(bytes, allowShort) ?? (await judgeValue(judged, state, world));
    if (unfit !== null) return deny('SECRET_UNUSABLE', { tenant, credential: name, backend: credential.backend, detail: unfit });
    const backend = await openBackend(credential.backend, { use, tool: null, proxy: null }, { world, state });
    if (isDenial(backend)) return backend;
    if (!isWritable(backend)) return refuseValue(credential.backend);
    const replaced = await hasValue(backend, wish, credential);
    const put = await backend.put(credential.ref, bytes, askFor(wish));
    const failed = explainBackendAnswer(put, backend.name);
    if (failed !== null) return failed;
    const done = { tenant, name, credential, replaced, doubts: doubtSecret(bytes) };
    if (isThere && there.allowShort === allowShort) return done;
    const edited = await editTenant(state, tenant, (text) =>
      setCredential(text, name, allowShort ? { ...reference, allowShort } : reference),
    );
    if (!isDenial(edited) && !isRefusal(edited)) return done;
    const { message, next, problems } = isDenial(edited) ? refusal(describeDenial(edited).reason) : edited;
    const back = isThere ? null : await takeBack(backend, tenant, [{ name, ref: credential.ref }]);
    return refusal(`${message}; ${back ?? `the ${backend.name} backend has the new value`}`, next, problems);
  });
}

/**
 * Where a credential leads: to a backend that outloop does not fill, with the refusal of a value, or to one that takes values and may hold one already.
 * `asksForValue`: the wish says of such a credential nothing new, so a value is all that can be meant.
 */
export type SecretPlace =
  | { readonly kind: 'pointer'; readonly asksForValue: boolean; readonly refusal: Refusal }
  | { readonly kind: 'store'; readonly hasValue: boolean };

/** Where the wish, or the credential as it stands, leads. No value is asked for. */
export async function findPlace(world: World, wish: SecretWish): Promise<SecretPlace | Refusal | Denial> {
  const tampered = world.tampered();
  if (tampered !== null) return tampered;
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const found = await findTenant(state, wish.tenant, world);
  if (isDenial(found)) return found;
  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) return settings;
  const credential = aim(wish, found.tenant);
  const use = await faultlessUse(settings, credential.backend, credential.ref, wish.tenant);
  if (!OWN_KINDS.some((own) => own === credential.backend)) {
    // What is misspelt is told before a value is asked for; a place of its own every backend but these needs.
    const isBackend = typeof (await findBackend(credential.backend, settings.backends)) !== 'string';
    if (typeof use === 'string' && (wish.ref !== null || !isBackend)) return refusal(`credential ${wish.tenant}/${wish.name}: ${use}`);
    const there = found.tenant.credentials[wish.name];
    const asksForValue = there !== undefined && wish.backend === null && wish.ref === null && there.allowShort === credential.allowShort;
    const isNamed = typeof use !== 'string' && (wish.ref !== null || there?.backend === credential.backend);
    const place = isNamed ? await findPlaceToFill(world, state, use, credential) : null;
    return { kind: 'pointer', asksForValue, refusal: refuseValue(credential.backend, place, wish) };
  }
  if (typeof use === 'string') return refusal(`credential ${wish.tenant}/${wish.name}: ${use}`);
  const backend = await openBackend(credential.backend, { use, tool: null, proxy: null }, { world, state });
  if (isDenial(backend)) return backend;
  return { kind: 'store', hasValue: await hasValue(backend, wish, credential) };
}

async function findPlaceToFill(world: World, state: State, use: BackendUse, { backend, ref }: Credential): Promise<string | null> {
  return placeToFill(await world.openBackend(backend, state, { use, tool: null, proxy: null }), ref);
}

/** What cannot be listed is not known to hold a value: putting one says why. */
async function hasValue(backend: Backend, name: SecretName, { ref }: Credential): Promise<boolean> {
  if (!isWritable(backend)) return false;
  const listed = await backend.list(askFor(name));
  return listed.kind === 'refs' && listed.refs.includes(ref);
}

/** Makes a tenant's credential point into a backend that outloop does not fill; nothing is asked and no value is stored. */
export function pointSecret(world: World, caller: Caller, wish: SecretWish): Promise<SecretLine | Refusal | Denial> {
  const { tenant, name } = wish;
  return administer(world, caller, { action: 'secret set', tenant, detail: { tenant, credential: name } }, async (state) => {
    const found = await findTenant(state, tenant, world);
    if (isDenial(found)) return found;
    const credential = aim(wish, found.tenant);
    if (wish.ref === null && found.tenant.credentials[name]?.backend !== credential.backend) return refuseValue(credential.backend);
    const use = await findUseOf(world, state, credential, tenant);
    if (isDenial(use)) return use;
    if (typeof use === 'string') return refusal(`credential ${tenant}/${name}: ${use}`);
    const { allowShort, ...reference } = credential;
    const edited = await editTenant(state, tenant, (text) =>
      setCredential(text, name, allowShort ? { ...reference, allowShort } : reference),
    );
    return isDenial(edited) || isRefusal(edited) ? edited : { tenant, name, credential };
  });
}

/** Every credential of a tenant: names and references, no value. */
export async function listSecrets(world: World, tenant: TenantName): Promise<readonly SecretLine[] | Denial> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const found = await findTenant(state, tenant, world);
  if (isDenial(found)) return found;
  return Object.entries(found.tenant.credentials).map(([name, credential]) => ({ tenant, name: name as CredentialName, credential }));
}

/** A credential that can be used. `setMs`: when its value was last set, where the backend tells it, in milliseconds since the epoch. */
export type UsableSecret = { readonly setMs: number | null };

/**
 * Whether a credential's reference gives a value that can be used, and since when. The value is read as a run reads it, so an agent is refused, a revoked tenant's
 * is not asked for, and it is on record first. It is wiped at once.
 */
export async function checkSecret(world: World, caller: Caller, { tenant, name }: SecretName): Promise<UsableSecret | Denial | Refusal> {
  const refused = refuseAgent(caller) ?? world.tampered();
  if (refused !== null) return refused;
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const unsealed = await checkCiState(state, world);
  if (unsealed !== null) return unsealed;
  const found = await findTenant(state, tenant, world);
  if (isDenial(found)) return found;
  const credential = found.tenant.credentials[name];
  if (credential === undefined) return refusal(`tenant ${tenant} has no credential ${name}`, `outloop secret list ${tenant}`);
  const revoked = checkActive(found.tenant);
  if (revoked !== null) return revoked;
  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) return settings;
  const needed = await findNeeded(name, credential, { tenant, settings, state });
  if (isDenial(needed)) return needed;
  const opened = { use: needed.use, tool: needed.backendTool, proxy: settings.proxy };
  const unnoted = noteChange(state, world, caller, { action: 'secret check', tenant, detail: { tenant, credential: name } });
  if (unnoted !== null) return unnoted;
  const backend = await openBackend(credential.backend, opened, { world, state });
  if (isDenial(backend)) return backend;
  const fetched = await fetchCredential({ tenant, name, credential, backend, signal: AbortSignal.timeout(LIMIT_MS) });
  if (isDenial(fetched)) return fetched;
  try {
    const unfit = await judgeValue({ ...found, name, secret: fetched, allowShort: credential.allowShort }, state, world);
    if (unfit !== null) return deny('SECRET_UNUSABLE', { tenant, credential: name, backend: credential.backend, detail: unfit });
  } finally {
    fetched.wipe();
  }
  return { setMs: (await backend.timeOf?.(credential.ref, askFor({ tenant, name }))) ?? null };
}

/** `oldKeyLeft`: the old key, which no entry needs any more, could not be removed. */
export type Rotated = { readonly entries: number; readonly key: KeyPlace; readonly oldKeyLeft: boolean };

/** Changes the embedded store's key and seals every entry anew. */
export function rotateVaultKey(world: World, caller: Caller): Promise<Rotated | Refusal | Denial> {
  return administer(world, caller, { action: 'secret rotate-key', detail: {} }, async (state) => {
    const answer = await rotateKey(world.backendSetting(state), null, AbortSignal.timeout(LIMIT_MS));
    switch (answer.kind) {
      case 'done':
        return { entries: answer.entries, key: answer.key, oldKeyLeft: answer.oldKeyLeft };
      case 'damaged':
        return refusal(
          `${answer.ref ?? 'the vault'} cannot be opened: ${answer.detail}`,
          'remove or restore it, then repeat the command; nothing is lost',
        );
      case 'locked':
        return deny('BACKEND_LOCKED', { backend: 'keychain' });
      case 'unavailable':
        return deny('BACKEND_UNAVAILABLE', { backend: 'embedded', detail: answer.detail }, answer.retryAfterMs);
    }
  });
}

function aim({ tenant, name, backend, ref, allowShort }: SecretWish, { credentials }: Tenant): Credential {
  const there = credentials[name];
  const chosen = backend ?? there?.backend ?? 'embedded';
  const kept = there !== undefined && there.backend === chosen ? there.ref : null;
  return { backend: chosen, ref: ref ?? kept ?? `${tenant}/${name}`, allowShort: allowShort || (there?.allowShort ?? false) };
}

/** The backend of a credential that its tenant may point there; a text says why not. */
export async function findUseOf(
  world: World,
  state: State,
  { backend, ref }: Credential,
  tenant: TenantName,
): Promise<BackendUse | string | Denial> {
  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) return settings;
  return faultlessUse(settings, backend, ref, tenant);
}

async function faultlessUse(settings: Settings, backend: string, ref: string, tenant: TenantName): Promise<BackendUse | string> {
  const use = await findBackend(backend, settings.backends);
  if (typeof use !== 'string') return checkReference(use, ref, tenant) ?? use;
  const names = new Set([...KIND_NAMES, ...Object.keys(settings.backends)]);
  return names.has(backend) ? use : `${use}; there are ${[...names].join(', ')}`;
}

/** `place`: where the value of a credential that points somewhere is to be put. */
function refuseValue(backend: string, place: string | null = null, name: SecretName | null = null): Refusal {
  const next =
    place === null || name === null
      ? 'put the value there yourself, and name it with --ref'
      : `set ${place}, then outloop secret check ${name.tenant}/${name.name}`;
  return refusal(`the ${backend} backend takes no values from outloop`, next);
}

export function askFor({ tenant, name }: SecretName): Ask {
  return { tenant, credential: name, signal: AbortSignal.timeout(LIMIT_MS) };
}
