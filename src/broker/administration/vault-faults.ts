import { checkEntry, openStore, type EntryFault } from '../../credential/embedded/check-entry.js';
import { BACKENDS_OWNER } from '../../model/owner.js';
import { quoteWord } from '../../model/quote-word.js';
import type { State } from '../../state/open-state.js';
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

function describe({ kind, path, fault }: EntryFault, { tenant, name }: Resting, uid: number): Omit<Finding, 'about'> {
  const whose = tenant === BACKENDS_OWNER ? `the token of the ${name} backend` : `credential ${tenant}/${name}`;
  const anew = `outloop secret set ${tenant}/${name}`;
  const mend =
    kind === 'content' ? anew : (fixFault(path, fault, uid) ?? `mv ${quoteWord(path)} ${quoteWord(`${path}.broken`)} && ${anew}`);
  return { level: 'bad', text: `${whose} cannot be used: ${path} ${fault}`, fix: mend };
}
