import { fetchCredential } from '../credential/fetch-credential.js';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import { BACKENDS_OWNER } from '../model/owner.js';
import { Secret } from '../model/secret.js';
import type { Plan } from './evaluate.js';
import type { World } from './world.js';

/**
 * The values of a run's credentials by name: each is asked for once. Beside them stands what the backends needed to answer (their own tokens),
 * under names that no credential can bear, so that it is redacted too. On a denial none is left in memory. The caller wipes them in the end.
 */
export async function fetchSecrets(plan: Plan, world: World, signal: AbortSignal): Promise<ReadonlyMap<string, Secret> | Denial> {
  const secrets = new Map<string, Secret>();
  for (const needed of plan.credentials) {
    const { name } = needed;
    const alsoHide = (bytes: Uint8Array): void => {
      secrets.set(`${BACKENDS_OWNER}/${secrets.size}`, new Secret(`${needed.use.name}-token`, bytes));
    };
    const fetched = await fetchOne(plan, needed, { world, signal, alsoHide });
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
  { name, credential, use, backendTool }: Plan['credentials'][number],
  how: { readonly world: World; readonly signal: AbortSignal; readonly alsoHide: (bytes: Uint8Array) => void },
): Promise<Secret | Denial> {
  const { world, signal, alsoHide } = how;
  let backend;
  try {
    backend = await world.openBackend(credential.backend, plan.state, { use, tool: backendTool, proxy: plan.settings.proxy });
  } catch {
    return deny('BACKEND_UNAVAILABLE', { backend: credential.backend, detail: 'its code cannot be loaded' });
  }
  return fetchCredential({ tenant: plan.tenant.tenant, name, credential, backend, signal, alsoHide });
}
