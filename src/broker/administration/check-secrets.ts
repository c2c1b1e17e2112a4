import { isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import type { DenialCode } from '../../denial/catalogue.js';
import type { TenantName } from '../../model/ids.js';
import { isRefusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import type { World } from '../world.js';
import { refuseAgent } from './administer.js';
import { checkSecret, listSecrets, type SecretLine } from './secrets.js';
import { faultsOf, listTenants } from './tenants.js';

/** A credential as `secret check` tells of it: whether it can be used, since when it has its value, and why not. */
export type CheckedSecret = SecretLine & {
  readonly ok: boolean;
  readonly code: DenialCode | null;
  readonly reason: string | null;
  /** When the value was last set; null where the backend does not tell. */
  readonly setMs: number | null;
  readonly ageMs: number | null;
};

/** `faults`: what is wrong with tenants' files whose credentials are not among them. */
export type CheckedSecrets = { readonly checked: readonly CheckedSecret[]; readonly faults: readonly string[] };

/** Asks for every credential of a tenant, or of all of them (null), one after another, so that no backend meets a crowd. Values are wiped at once. */
export async function checkAllSecrets(world: World, caller: Caller, tenant: TenantName | null): Promise<CheckedSecrets | Refusal | Denial> {
  const refused = refuseAgent(caller) ?? world.tampered();
  if (refused !== null) return refused;
  const tenants = tenant === null ? await listTenantNames(world) : { names: [tenant], faults: [] };
  if (isDenial(tenants)) return tenants;
  const checked: CheckedSecret[] = [];
  for (const one of tenants.names) {
    const lines = await listSecrets(world, one);
    if (isDenial(lines)) return lines;
    for (const line of lines) checked.push(describe(line, await checkSecret(world, caller, line), world.now()));
  }
  return { checked, faults: tenants.faults };
}

async function listTenantNames(world: World) {
  const lines = await listTenants(world);
  if (isDenial(lines)) return lines;
  return { names: lines.flatMap((line) => (line.kind === 'tenant' ? [line.tenant.tenant] : [])), faults: faultsOf(lines) };
}

function describe(line: SecretLine, answer: Awaited<ReturnType<typeof checkSecret>>, nowMs: number): CheckedSecret {
  const unusable = { ...line, ok: false, setMs: null, ageMs: null };
  if (isDenial(answer)) return { ...unusable, code: answer.code, reason: describeDenial(answer).reason };
  if (isRefusal(answer)) return { ...unusable, code: null, reason: (answer satisfies Refusal).message };
  const { setMs } = answer;
  return { ...line, ok: true, code: null, reason: null, setMs, ageMs: setMs === null ? null : Math.max(0, Math.round(nowMs - setMs)) };
}
