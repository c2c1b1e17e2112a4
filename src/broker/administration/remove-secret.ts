import { isWritable } from '../../credential/backend.js';
import { hasEntry } from '../../credential/embedded/entry-file.js';
import { removeTokensOf } from '../../credential/token/sealed-file.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import type { CredentialName } from '../../model/ids.js';
import { hintAt } from '../../model/problem.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { suggestName } from '../../model/suggest.js';
import { findSharer, type Credential, type Tenant } from '../../model/tenant.js';
import type { State } from '../../state/open-state.js';
import { removeCredential } from '../../tenant/edit-tenant.js';
import { findTenant } from '../configuration.js';
import { openBackend } from '../open-backend.js';
import { openOwnState } from '../open-own-state.js';
import type { World } from '../world.js';
import { administer } from './administer.js';
import { editTenant } from './edit-file.js';
import { explainBackendAnswer } from './explain-backend-answer.js';
import { askFor, findUseOf, type SecretName } from './secrets.js';

/** `keptFor`: the credential whose value it was too, so that the value stays. `isOrphan`: a value was all that there was. */
export type RemovedSecret = SecretName & { readonly keptFor: CredentialName | null; readonly isOrphan: boolean };

/**
 * Takes a credential out of its tenant's file and its value out of the backend, where outloop may and no other credential uses it. A value of the
 * embedded store that has no credential is taken away alone.
 */
export function removeSecret(world: World, caller: Caller, secret: SecretName): Promise<RemovedSecret | Refusal | Denial> {
  const { tenant, name } = secret;
  return administer(world, caller, { action: 'secret remove', tenant, detail: { tenant, credential: name } }, async (state) => {
    const found = await findRemovable(state, world, secret);
    if (isDenial(found) || isRefusal(found)) return found;
    const { credential, isOrphan } = found;
    const edited = isOrphan ? found.tenant : await editTenant(state, tenant, (text) => removeCredential(text, name));
    if (isDenial(edited) || isRefusal(edited)) return edited;
    removeTokensOf(state, tenant, name);
    const keptFor = findSharer(edited, name, credential);
    const failed = keptFor === null ? await removeValue(world, state, secret, credential) : null;
    return failed ?? { tenant, name, keptFor, isOrphan };
  });
}

/** Null: it was removed, or there is nothing of outloop's. */
async function removeValue(world: World, state: State, secret: SecretName, credential: Credential): Promise<Refusal | Denial | null> {
  const use = await findUseOf(world, state, credential, secret.tenant);
  // A backend that is gone from the settings, or a reference that it does not take, has nothing of outloop's.
  if (isDenial(use) || typeof use === 'string') return null;
  const backend = await openBackend(credential.backend, { use, tool: null, proxy: null }, { world, state });
  if (isDenial(backend)) return backend;
  return isWritable(backend) ? explainBackendAnswer(await backend.remove(credential.ref, askFor(secret)), backend.name) : null;
}

/** Why a credential would not be taken away; null: it would. */
export async function refuseSecretRemoval(world: World, name: SecretName): Promise<Refusal | Denial | null> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const found = await findRemovable(state, world, name);
  return isDenial(found) || isRefusal(found) ? found : null;
}

/** `isOrphan`: `credential` is not there, and its value in the embedded store is, as a command that was killed leaves it. */
type Removable = { readonly tenant: Tenant; readonly credential: Credential; readonly isOrphan: boolean };

async function findRemovable(state: State, world: World, { tenant, name }: SecretName): Promise<Removable | Refusal | Denial> {
  const found = await findTenant(state, tenant, world);
  if (isDenial(found)) return found;
  const credential = Object.hasOwn(found.tenant.credentials, name) ? found.tenant.credentials[name] : undefined;
  if (credential === undefined) {
    const orphan = { backend: 'embedded', ref: `${tenant}/${name}`, allowShort: false };
    const isOrphan = findSharer(found.tenant, name, orphan) === null && hasEntry(state, { tenant, name });
    if (isOrphan) return { tenant: found.tenant, credential: orphan, isOrphan };
    const hint = hintAt(suggestName(name, Object.keys(found.tenant.credentials)));
    return refusal(`tenant ${tenant} has no credential ${name}${hint}`, `outloop secret list ${tenant}`);
  }
  const binding = found.tenant.grants.find(({ bind }) => Object.values(bind).includes(name));
  if (binding === undefined) return { tenant: found.tenant, credential, isOrphan: false };
  return refusal(`grant ${binding.id} binds credential ${name} of tenant ${tenant}`, `outloop grant remove ${tenant} ${binding.id}`);
}
