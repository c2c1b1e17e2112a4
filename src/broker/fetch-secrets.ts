import type { Backend } from '../credential/backend.js';
import { fetchCredential } from '../credential/fetch-credential.js';
import { isDenial, type Denial } from '../denial/denial.js';
import { BACKENDS_OWNER } from '../model/owner.js';
import { Secret } from '../model/secret.js';
import type { Plan } from './plan.js';
import { openBackend } from './open-backend.js';
import type { World } from './world.js';

type Fetching = Pick<Plan, 'credentials' | 'tenant' | 'state' | 'settings'>;

/**
 * The values of a run's credentials by name: each is asked for once. Beside them stands what the backends needed to answer (their own tokens),
 * under names that no credential can bear, so that it is redacted too. On a denial none is left in memory. The caller wipes them in the end.
 */
export async function fetchSecrets(plan: Fetching, world: World, signal: AbortSignal): Promise<ReadonlyMap<string, Secret> | Denial> {
  const secrets = new Map<string, Secret>();
  for (const needed of plan.credentials) {
    const { name, credential } = needed;
    const alsoHide = (bytes: Uint8Array): void => {
      secrets.set(`${BACKENDS_OWNER}/${secrets.size}`, new Secret(`${needed.use.name}-token`, bytes));
    };
    const backend = await openNeeded(plan, needed, world);
    const { tenant } = plan.tenant;
    const fetched = isDenial(backend) ? backend : await fetchCredential({ tenant, name, credential, backend, signal, alsoHide });
    if (isDenial(fetched)) {
      for (const secret of secrets.values()) secret.wipe();
      return fetched;
    }
    secrets.set(name, fetched);
  }
  return secrets;
}

/** The backend of a credential of the plan's, opened; BACKEND_UNAVAILABLE where its code cannot be loaded. */
export function openNeeded(
  plan: Omit<Fetching, 'credentials'>,
  { credential, use, backendTool }: Plan['credentials'][number],
  world: World,
): Promise<Backend | Denial> {
  return openBackend(credential.backend, { use, tool: backendTool, proxy: plan.settings.proxy }, { world, state: plan.state });
}
