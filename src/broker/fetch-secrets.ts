import { fetchCredential } from '../credential/fetch-credential.js';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { CredentialName } from '../model/ids.js';
import type { Secret } from '../model/secret.js';
import type { Plan } from './evaluate.js';
import type { World } from './world.js';

/** The values of a run's credentials by name: each is asked for once. On a denial none is left in memory. The caller wipes them in the end. */
export async function fetchSecrets(plan: Plan, world: World, signal: AbortSignal): Promise<ReadonlyMap<CredentialName, Secret> | Denial> {
  const secrets = new Map<CredentialName, Secret>();
  for (const { name, credential } of plan.credentials) {
    const fetched = await fetchOne(plan, { name, credential }, world, signal);
    if (isDenial(fetched)) {
      for (const secret of secrets.values()) secret.wipe();
      return fetched;
    }
    secrets.set(name, fetched);
  }
  return secrets;
}

async function fetchOne(
  plan: Plan,
  { name, credential }: Plan['credentials'][number],
  world: World,
  signal: AbortSignal,
): Promise<Secret | Denial> {
  let backend;
  try {
    backend = await world.openBackend(credential.backend, plan.state);
  } catch {
    return deny('BACKEND_UNAVAILABLE', { backend: credential.backend, detail: 'its code cannot be loaded' });
  }
  return fetchCredential({ tenant: plan.tenant.tenant, name, credential, backend, signal });
}
