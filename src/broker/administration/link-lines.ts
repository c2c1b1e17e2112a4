import { realpathSync } from 'node:fs';
import type { DenialCode } from '../../denial/catalogue.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial, describeOperatorStep } from '../../denial/describe.js';
import { findFolderState, type FolderState } from '../../link/folder-state.js';
import { gatherFolder } from '../../link/gather-link.js';
import type { LinkEntry, Registry } from '../../link/registry.js';
import { resolveLink } from '../../link/resolve-link.js';
import type { CiLinks } from '../../model/ci.js';
import type { ProjectName, TenantName } from '../../model/ids.js';
import type { FolderEvidence } from '../../model/link.js';
import { quoteWord } from '../../model/quote-word.js';
import type { State } from '../../state/open-state.js';
import { checkActive } from '../../tenant/check-tenant.js';
import { findTenant } from '../configuration.js';
import { openCiLinks, openRegistry } from '../find-link.js';
import { openOwnState } from '../open-own-state.js';
import type { World } from '../world.js';
import type { Finding } from './finding.js';
import { fixUntrusted, linkAgain } from './mend-link.js';

/** What became of the folder, else why a run in it would be refused, in a word; `there`: it would not be, for its link or its tenant. */
export type LinkState = FolderState | 'no-file' | 'changed' | 'untrusted' | 'no-tenant' | 'revoked' | 'invalid';

/** A registered folder with its state, and the code that a run in it would be refused with; null: none, or the folder is gone. */
export type LinkLine = LinkEntry & { readonly state: LinkState; readonly code: DenialCode | null };

/** What a state has for linked folders: an operator's registered ones, or the places in a checkout that a CI's state names. */
export type Linked = { readonly kind: 'operator'; readonly links: readonly LinkLine[] } | ({ readonly kind: 'ci' } & CiLinks);

/** Every linked folder. */
export async function listLinks(world: World): Promise<Linked | Denial> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  if (state.kind === 'ci') {
    const ci = openCiLinks(state);
    return isDenial(ci) ? ci : { kind: 'ci', ...ci };
  }
  const registry = openRegistry(state);
  if (isDenial(registry)) return registry;
  const links = await Promise.all(
    registry.links.map(async (entry) => {
      const { state: stands, denial } = await judge(entry, registry, { state, world });
      return { ...entry, state: stands, code: denial?.code ?? null };
    }),
  );
  return { kind: 'operator', links };
}

/** The projects of a tenant that some folder is linked to. */
export function listProjects({ links }: Registry, tenant: TenantName): readonly ProjectName[] {
  return [...new Set(links.filter((link) => link.tenant === tenant).map(({ project }) => project))];
}

/** Linked folders in which every run is refused, for `doctor`. */
export async function findLinkFaults(registry: Registry, surroundings: Surroundings): Promise<readonly Omit<Finding, 'about'>[]> {
  const { uid } = surroundings.state;
  const judged = await Promise.all(registry.links.map(async (entry) => ({ entry, ...(await judge(entry, registry, surroundings)) })));
  return judged.flatMap(({ entry, state, folder, denial }): Omit<Finding, 'about'>[] => {
    const { directory, tenant, project } = entry;
    const where = quoteWord(directory);
    switch (state) {
      case 'there':
        return [];
      case 'gone':
        return [{ level: 'warn', text: `${directory} of ${tenant}/${project} is gone`, fix: `outloop unlink ${where}` }];
      case 'moved': {
        const text = `${directory}, which was linked to ${tenant}/${project}, leads to another place now`;
        return [{ level: 'bad', text, fix: `outloop unlink ${where} && ${linkAgain(entry, folder, registry)}` }];
      }
      case 'replaced': {
        const text = `${directory} is not the folder any more that was linked to ${tenant}/${project}`;
        return [{ level: 'bad', text, fix: linkAgain(entry, folder, registry) }];
      }
      case 'no-file':
      case 'changed':
      case 'untrusted':
      case 'no-tenant':
      case 'revoked':
      case 'invalid': {
        const refused = denial === null ? '' : `${denial.code}, ${describeDenial(denial).reason}`;
        // Revoked is what the operator wanted.
        const level = state === 'revoked' ? 'warn' : 'bad';
        return [{ level, text: `runs in ${directory} are refused: ${refused}`, fix: fix(entry, { state, folder, denial }, registry, uid) }];
      }
    }
  });
}

type Surroundings = { readonly state: State; readonly world: World };
type Judged = { readonly state: LinkState; readonly folder: FolderEvidence | null; readonly denial: Denial | null };

/** A folder as a run in it is judged: the link's evidence, the link, the tenant. */
async function judge(entry: LinkEntry, registry: Registry, { state, world }: Surroundings): Promise<Judged> {
  const place = findFolderState(entry);
  // The kernel names a current folder by its real path (process.cwd).
  const folder = gatherFolder({ uid: state.uid, cwd: () => (place === 'moved' ? realpathSync(entry.directory) : entry.directory) });
  if (place !== 'there') return { state: place, folder, denial: null };
  const link = resolveLink({ cwd: entry.directory, file: folder?.file ?? { kind: 'none' } }, registry);
  const found = isDenial(link) ? link : await findTenant(state, link.tenant, world);
  const denial = isDenial(found) ? found : checkActive(found.tenant);
  return { state: denial === null ? 'there' : (STATES[denial.code] ?? 'invalid'), folder, denial };
}

const STATES: Partial<Record<DenialCode, LinkState>> = {
  LINK_NOT_FOUND: 'no-file',
  LINK_CHANGED: 'changed',
  LINK_UNTRUSTED_PATH: 'untrusted',
  TENANT_UNKNOWN: 'no-tenant',
  TENANT_REVOKED: 'revoked',
};

/** Null where another line of `doctor` says what is broken. */
function fix(entry: LinkEntry, { state, folder, denial }: Judged, registry: Registry, uid: number): string | null {
  if (denial === null || state === 'invalid') return null;
  if (state === 'no-tenant' || state === 'revoked') return describeOperatorStep(denial);
  return folder?.file.kind === 'untrusted' ? fixUntrusted(entry, folder.file.why, uid) : linkAgain(entry, folder, registry);
}
