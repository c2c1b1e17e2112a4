import { isAbsolute, join, relative, resolve } from 'node:path';
import { hashLinkFile, resolveLink } from '../../link/resolve-link.js';
import { findCheckout, readRemote } from '../../link/checkout.js';
import { gatherLink } from '../../link/gather-link.js';
import { readRepository } from '../../link/repository.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import type { CiLink, CiLinks, CiProvider } from '../../model/ci.js';
import type { ProjectName, TenantName } from '../../model/ids.js';
import type { Link } from '../../model/link.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { findSettings, type Settings } from '../../state/settings.js';
import type { State } from '../../state/open-state.js';
import { settingsDeps } from '../configuration.js';
import { findLink, openRegistry } from '../find-link.js';
import type { World } from '../world.js';
import { planServices, type PlannedServices } from './ci-services.js';
import { planTenant, type PlannedTenant } from './ci-tenants.js';

/** Which CI, for which repository; `repository` null: the checkout's remote `origin`. `home`: the state's folder within the repository. */
export type CiWish = { readonly provider: CiProvider; readonly repository: string | null; readonly home: string };

/** What a CI's state would hold. `top` is the checkout's top folder, `here` the linked folder that the operator stands in. */
export type CiPlan = {
  readonly top: string;
  readonly here: Link;
  readonly links: CiLinks;
  readonly tenants: readonly PlannedTenant[];
  readonly services: PlannedServices;
  readonly settings: Settings;
  readonly warnings: readonly string[];
};

/** Reads what the folders of this checkout, their tenants and services are, and keeps what a CI may use of it. No credential is fetched. */
export async function planCi(world: World, state: State, caller: Caller, wish: CiWish): Promise<CiPlan | Refusal | Denial> {
  const here = await findLink(state, caller, world);
  if (isDenial(here)) return here;
  const top = findCheckout(here.directory);
  if (top === null) return refusal('this folder is in no checkout of a git repository', 'git init, and git remote add origin ADDRESS');
  const address = wish.repository ?? readRemote(top);
  const repository = address === null ? null : readRepository(address);
  if (repository === null)
    return refusal('the repository’s address is not known', '--repository ADDRESS, or git remote add origin ADDRESS');
  const home = relative(top, resolve(top, wish.home));
  if (home === '' || home.startsWith('..') || isAbsolute(home)) return refusal('the state’s folder must lie within the repository');

  const links = findLinks(state, top);
  if (isDenial(links) || isRefusal(links)) return links;
  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) return settings;
  const tenants: PlannedTenant[] = [];
  for (const [tenant, projects] of projectsOf(links)) {
    const planned = await planTenant(world, { state, settings, tenant, projects });
    if (isDenial(planned) || isRefusal(planned)) return planned;
    tenants.push(planned);
  }
  const services = await planServices(world, state, tenants);
  if (isDenial(services)) return services;
  return {
    top,
    here,
    links: { provider: wish.provider, repository, home, links },
    tenants,
    services,
    settings,
    warnings: [...tenants.flatMap(warnOfGrants), ...services.warnings],
  };
}

/** What no job can have. */
function warnOfGrants({ tenant, permits }: PlannedTenant): string[] {
  return permits.flatMap(({ id, approve, requireSession }) => [
    ...(approve === null ? [] : [`grant ${id} of ${tenant} asks for an approval, which nobody gives to a job`]),
    ...(requireSession ? [`grant ${id} of ${tenant} is for sessions, and a job has none`] : []),
  ]);
}

/** Every folder of the checkout that is linked; one whose link does not hold any more is refused. */
function findLinks(state: State, top: string): readonly CiLink[] | Refusal | Denial {
  const registry = openRegistry(state);
  if (isDenial(registry)) return registry;
  const found: CiLink[] = [];
  for (const { directory } of registry.links.filter((link) => isWithin(top, link.directory))) {
    const evidence = gatherLink({ uid: state.uid, cwd: () => directory });
    const link = resolveLink(evidence, registry);
    if (isDenial(link)) return refusal(`${directory}: ${describeDenial(link).reason}`, 'outloop link or outloop unlink, in that folder');
    if (evidence.file.kind !== 'found') continue;
    const { id, tenant, project } = link;
    found.push({ id, tenant, project, path: relative(top, directory), sha256: hashLinkFile(evidence.file.bytes) });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isWithin(top: string, directory: string): boolean {
  return directory === top || directory.startsWith(join(top, '/'));
}

function projectsOf(links: readonly CiLink[]): ReadonlyMap<TenantName, ReadonlySet<ProjectName>> {
  const found = new Map<TenantName, Set<ProjectName>>();
  for (const { tenant, project } of links) found.set(tenant, (found.get(tenant) ?? new Set()).add(project));
  return found;
}
