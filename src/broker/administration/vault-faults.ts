import { checkEntry, openStore, type EntryFault } from '../../credential/embedded/check-entry.js';
import { entryPath, hasEntry, listEntryFiles } from '../../credential/embedded/entry-file.js';
import type { OwnReference } from '../../credential/reference.js';
import { rethrowBug } from '../../model/error-code.js';
import { BACKENDS_OWNER } from '../../model/owner.js';
import { quoteWord } from '../../model/quote-word.js';
import type { State } from '../../state/open-state.js';
import { listTenants } from '../../state/tenants.js';
import { tenantDeps } from '../configuration.js';
import type { World } from '../world.js';
import type { Finding } from './finding.js';
import { fixFault } from './state-faults.js';

/** A credential that rests in the vault, or the own token of a backend (of the tenant `@backends`), as `secret set` names it, with its reference. */
export type Resting = { readonly tenant: string; readonly name: string; readonly ref: string };

const LIMIT_MS = 10_000;

/** Entries of the vault that no run can use, for `doctor`. No value is given out. */
export async function findVaultFaults(world: World, state: State, resting: readonly Resting[]): Promise<readonly Omit<Finding, 'about'>[]> {
  if (state.kind === 'ci' || world.tampered() !== null) return [];
  const store = await openStore(world.backendSetting(state), AbortSignal.timeout(LIMIT_MS));
  // That is told with the backends.
  if (store === null) return [];
  const findings = new Map<string, Omit<Finding, 'about'>>();
  try {
    for (const credential of resting) {
      const fault = checkEntry(state, credential.ref, store);
      if (fault !== null && !findings.has(fault.path)) findings.set(fault.path, describe(fault, credential, state.uid));
    }
  } finally {
    for (const key of store.keys) key.fill(0);
  }
  return [...findings.values()];
}

/**
 * Values in the vault that no credential names, for `doctor`: a command that was killed leaves one. What a tenant names whose file cannot be used is not
 * known, and the own tokens of backends have no credential.
 */
export async function findOrphans(world: World, state: State): Promise<readonly Omit<Finding, 'about'>[]> {
  if (state.kind === 'ci') return [];
  // Before the tenants: else a credential that is made meanwhile would seem to be missing.
  const entries = listEntries(state);
  const { tenants, duplicates } = await listTenants(state, tenantDeps(world));
  return tenants.flatMap(({ compiled }) => {
    if (compiled.kind === 'invalid' || duplicates.some(({ tenant }) => tenant === compiled.tenant.tenant)) return [];
    const { tenant, credentials } = compiled.tenant;
    const named = new Set(Object.values(credentials).flatMap(({ backend, ref }) => (backend === 'embedded' ? [ref] : [])));
    return entries
      .filter((entry) => entry.tenant === tenant && !named.has(`${tenant}/${entry.name}`))
      .map((entry) => describeOrphan(entryPath(state, entry), entry, Object.hasOwn(credentials, entry.name)));
  });
}

/** `isTaken`: a credential of that name is there, whose value rests elsewhere; `secret remove` would take that. */
function describeOrphan(path: string, { tenant, name }: OwnReference, isTaken: boolean): Omit<Finding, 'about'> {
  const fix = isTaken ? `rm ${quoteWord(path)}` : `outloop secret remove ${tenant}/${name}`;
  return { level: 'warn', text: `${path} holds a value that no credential names`, fix };
}

/** None where the vault cannot be read: that is told with the backends. */
function listEntries(state: State): readonly OwnReference[] {
  try {
    return listEntryFiles(state, null).filter((entry) => hasEntry(state, entry));
  } catch (error) {
    rethrowBug(error);
    return [];
  }
}

function describe({ kind, path, fault }: EntryFault, { tenant, name }: Resting, uid: number): Omit<Finding, 'about'> {
  const whose = tenant === BACKENDS_OWNER ? `the token of the ${name} backend` : `credential ${tenant}/${name}`;
  const anew = `outloop secret set ${tenant}/${name}`;
  const mend =
    kind === 'content' ? anew : (fixFault(path, fault, uid) ?? `mv ${quoteWord(path)} ${quoteWord(`${path}.broken`)} && ${anew}`);
  return { level: 'bad', text: `${whose} cannot be used: ${path} ${fault}`, fix: mend };
}
