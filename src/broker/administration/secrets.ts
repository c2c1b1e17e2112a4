import { isWritable, type Ask, type Backend, type PutAnswer, type RemoveAnswer } from '../../credential/backend.js';
import { checkReference } from '../../credential/check-reference.js';
import { checkSecretBytes } from '../../credential/check-secret.js';
import { rotateKey } from '../../credential/embedded/rotate-key.js';
import { removeTokensOf } from '../../credential/token/sealed-file.js';
import { fetchCredential } from '../../credential/fetch-credential.js';
import { BACKEND_NAMES, isBackendName } from '../../credential/registry.js';
import { deny, isDenial, type Denial } from '../../denial/denial.js';
import type { CredentialName, TenantName } from '../../model/ids.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import type { Credential, Tenant } from '../../model/tenant.js';
import type { State } from '../../state/open-state.js';
import { removeCredential, setCredential } from '../../tenant/edit-tenant.js';
import { findTenant } from '../configuration.js';
import type { World } from '../world.js';
import { administer, openOperatorState } from './administer.js';
import { editTenant } from './edit-file.js';

/** A tenant's credential: `acme/github-bot`. */
export type SecretName = { readonly tenant: TenantName; readonly name: CredentialName };

/** Where a value is to go; null: where the credential points already, else the embedded store under its own name. */
export type SecretWish = SecretName & { readonly backend: string | null; readonly ref: string | null; readonly allowShort: boolean };

export type SecretLine = SecretName & { readonly credential: Credential };

const LIMIT_MS = 30_000;

/** Puts a value into a backend and makes the tenant's credential when it is not there. The bytes stay the caller's. */
export function setSecret(world: World, caller: Caller, wish: SecretWish, bytes: Uint8Array): Promise<SecretLine | Refusal | Denial> {
  const { tenant, name } = wish;
  return administer(world, caller, { action: 'secret set', tenant, detail: { tenant, credential: name } }, async (state) => {
    const found = await findTenant(state, tenant, world);
    if (isDenial(found)) return found;
    const credential = aim(wish, found.tenant);
    const unfit = faultOf(credential, tenant) ?? checkSecretBytes(bytes, credential.allowShort);
    if (unfit !== null) return refusal(`credential ${tenant}/${name}: ${unfit}`);
    const backend = await world.openBackend(credential.backend, state);
    if (!isWritable(backend)) return refusal(`the ${backend.name} backend takes no values from outloop`);
    const put = await backend.put(credential.ref, bytes, askFor(wish));
    const failed = explain(put, backend);
    if (failed !== null) return failed;
    const { allowShort, ...reference } = credential;
    const edited = await editTenant(state, tenant, (text) =>
      setCredential(text, name, allowShort ? { ...reference, allowShort } : reference),
    );
    return isRefusal(edited) ? edited : { tenant, name, credential };
  });
}

/** Takes a credential out of its tenant's file and its value out of the backend, where outloop may. */
export function removeSecret(world: World, caller: Caller, { tenant, name }: SecretName): Promise<SecretName | Refusal | Denial> {
  return administer(world, caller, { action: 'secret remove', tenant, detail: { tenant, credential: name } }, async (state) => {
    const found = await findTenant(state, tenant, world);
    if (isDenial(found)) return found;
    const credential = found.tenant.credentials[name];
    if (credential === undefined) return refusal(`tenant ${tenant} has no credential ${name}`, `outloop secret list ${tenant}`);
    const binding = found.tenant.grants.find(({ bind }) => Object.values(bind).includes(name));
    if (binding !== undefined) {
      return refusal(`grant ${binding.id} binds credential ${name} of tenant ${tenant}`, `outloop grant remove ${tenant} ${binding.id}`);
    }
    const edited = await editTenant(state, tenant, (text) => removeCredential(text, name));
    if (isRefusal(edited)) return edited;
    const backend = await world.openBackend(credential.backend, state);
    removeTokensOf(state, tenant, name);
    const failed = isWritable(backend) ? explain(await backend.remove(credential.ref, askFor({ tenant, name })), backend) : null;
    return failed ?? { tenant, name };
  });
}

/** Every credential of a tenant: names and references, no value. */
export async function listSecrets(world: World, tenant: TenantName): Promise<readonly SecretLine[] | Denial> {
  const state = openOperatorState(world);
  if (isDenial(state)) return state;
  const found = await findTenant(state, tenant, world);
  if (isDenial(found)) return found;
  return Object.entries(found.tenant.credentials).map(([name, credential]) => ({ tenant, name: name as CredentialName, credential }));
}

/** A credential that can be used. `setMs`: when its value was last set, where the backend tells it, in milliseconds since the epoch. */
export type UsableSecret = { readonly setMs: number | null };

/** Whether a credential's reference gives a value that can be used, and since when. The value is wiped at once. */
export async function checkSecret(world: World, { tenant, name }: SecretName): Promise<UsableSecret | Denial | Refusal> {
  const state = openOperatorState(world);
  if (isDenial(state)) return state;
  const found = await findTenant(state, tenant, world);
  if (isDenial(found)) return found;
  const credential = found.tenant.credentials[name];
  if (credential === undefined) return refusal(`tenant ${tenant} has no credential ${name}`, `outloop secret list ${tenant}`);
  const fault = faultOf(credential, tenant);
  if (fault !== null) return refusal(`credential ${tenant}/${name}: ${fault}`);
  const backend = await world.openBackend(credential.backend, state);
  const fetched = await fetchCredential({ tenant, name, credential, backend, signal: AbortSignal.timeout(LIMIT_MS) });
  if (isDenial(fetched)) return fetched;
  fetched.wipe();
  return { setMs: (await backend.timeOf?.(credential.ref, askFor({ tenant, name }))) ?? null };
}

export type Rotated = { readonly entries: number; readonly key: 'file' | 'keychain' };

/** Changes the embedded store's key and seals every entry anew. */
export function rotateVaultKey(world: World, caller: Caller): Promise<Rotated | Refusal | Denial> {
  return administer(world, caller, { action: 'secret rotate-key', detail: {} }, async (state) => {
    const answer = await rotateKey(world.backendSetting(state), null, AbortSignal.timeout(LIMIT_MS));
    switch (answer.kind) {
      case 'done':
        return { entries: answer.entries, key: answer.key };
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

/** Backends with their state; nothing of a credential is asked for. */
export async function probeBackends(world: World, state: State): Promise<readonly { name: string; kind: string; detail: string }[]> {
  return Promise.all(
    BACKEND_NAMES.map(async (name) => ({ name, ...(await (await world.openBackend(name, state)).probe(AbortSignal.timeout(10_000))) })),
  );
}

function aim({ tenant, name, backend, ref, allowShort }: SecretWish, { credentials }: Tenant): Credential {
  const there = credentials[name];
  const chosen = backend ?? there?.backend ?? 'embedded';
  const kept = there !== undefined && there.backend === chosen ? there.ref : null;
  return { backend: chosen, ref: ref ?? kept ?? `${tenant}/${name}`, allowShort: allowShort || (there?.allowShort ?? false) };
}

function faultOf({ backend, ref }: Credential, tenant: TenantName): string | null {
  return isBackendName(backend)
    ? checkReference(backend, ref, tenant)
    : `there is no backend ${backend}; there are ${BACKEND_NAMES.join(', ')}`;
}

function askFor({ tenant, name }: SecretName): Ask {
  return { tenant, credential: name, signal: AbortSignal.timeout(LIMIT_MS) };
}

function explain(answer: PutAnswer | RemoveAnswer, { name }: Backend): Denial | Refusal | null {
  switch (answer.kind) {
    case 'done':
    case 'absent':
      return null;
    case 'locked':
      return deny('BACKEND_LOCKED', { backend: name });
    case 'unavailable':
      return deny('BACKEND_UNAVAILABLE', { backend: name, detail: answer.detail }, answer.retryAfterMs);
    case 'refused':
      return refusal(`the ${name} backend refused: ${answer.detail}`);
  }
}
