import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import { findCheckout } from '../../link/checkout.js';
import { whyMisplaced } from '../../link/resolve-ci-link.js';
import type { CiLinks } from '../../model/ci.js';
import { countWords } from '../../model/count-words.js';
import type { TenantName } from '../../model/ids.js';
import { formatProblem, type ConfigProblem } from '../../model/problem.js';
import type { Alias } from '../../model/service.js';
import type { State } from '../../state/open-state.js';
import { listServices } from '../../state/services.js';
import type { Settings } from '../../state/settings.js';
import { listTenants } from '../../state/tenants.js';
import { checkCiState } from '../check-ci-state.js';
import { checkPinnedTool } from '../check-pinned-tool.js';
import { serviceDeps, tenantDeps } from '../configuration.js';
import { openCiLinks, openRegistry } from '../find-link.js';
import { findPty } from '../prepare-action.js';
import { readNow } from '../read-now.js';
import type { World } from '../world.js';
import { bad, ok, under, warn, type Finding } from './finding.js';
import { findGrantFaults } from './grant-faults.js';
import { findLinkFaults, listProjects } from './link-lines.js';
import { fixTool } from './mend-tool.js';
import { findServiceFaults } from './service-faults.js';
import { fixFile, fixRegistry } from './state-faults.js';

/** Optional packages come with it unless npm is told to leave them out. */
const HOW_TO_GET_PTY = 'npm install --global outloop --include=optional';

/** What the operator has written, as it compiles. `aliases` null: a broken file may define others. */
export type Definitions = {
  readonly services: Awaited<ReturnType<typeof listServices>>;
  readonly tenants: Awaited<ReturnType<typeof listTenants>>;
  readonly aliases: readonly Alias[] | null;
};

/** Every service and tenant file, compiled. */
export async function gatherDefinitions(state: State, world: World): Promise<Definitions> {
  const services = await listServices(state, serviceDeps(world));
  const tenants = await listTenants(state, tenantDeps(world));
  const broken = services.services.some(({ compiled }) => compiled.kind === 'invalid');
  return { services, tenants, aliases: broken ? null : aliasesOf(services) };
}

function aliasesOf({ services }: Definitions['services']): readonly Alias[] {
  return services.flatMap(({ compiled }) => (compiled.kind === 'ok' ? compiled.aliases : []));
}

/** Whether settings.yaml can be read. */
export function examineSettings({ paths, uid }: State, settings: Settings | Denial): readonly Finding[] {
  return isDenial(settings) ? [bad('settings', describeDenial(settings).reason, fixFile(paths.settings, uid))] : [];
}

type Surroundings = { readonly state: State; readonly world: World; readonly settings: Settings | Denial };

/** Every service with where its aliases lead and their tools, and whether those can have a terminal that ask for one. */
export async function examineServices({ services }: Definitions, surroundings: Surroundings): Promise<readonly Finding[]> {
  const { state, world, settings } = surroundings;
  const each = services.services.flatMap(({ file, compiled }): readonly Finding[] => {
    if (compiled.kind === 'invalid') return listProblems('service', file, compiled.problems, state);
    return [
      ok('service', `${file}: ${countWords(compiled.aliases.length, 'alias', 'aliases')}`),
      ...(compiled.warnings ?? []).map((warning) => warn('service', `${file}: ${warning}`)),
      ...findServiceFaults(compiled, state.uid).map(({ text, fix }) => bad('service', `${file}: ${text}`, fix)),
      ...(isDenial(settings) ? [] : examineTools(compiled.service.service, compiled.aliases, { state, settings })),
    ];
  });
  const twice = services.duplicates.map(({ alias, files }) => bad('service', `alias ${alias} is defined in ${files.join(' and ')}`));
  return [...each, await examineTerminal(aliasesOf(services), world), ...twice];
}

function listProblems(about: string, file: string, problems: readonly ConfigProblem[], { paths, uid }: State): readonly Finding[] {
  return problems.map((problem) => bad(about, formatProblem(problem), fixFile(join(paths.config, file), uid)));
}

function examineTools(
  service: string,
  aliases: readonly Alias[],
  place: { readonly state: State; readonly settings: Settings },
): readonly Finding[] {
  return aliases.flatMap(({ alias, action, ...rest }) => {
    if (action.kind !== 'command') return [];
    const tool = checkPinnedTool({ alias, action, ...rest }, action.executable, place);
    return isDenial(tool) ? [bad('tool', `${alias}: ${describeDenial(tool).reason}`, fixTool(tool, `outloop service vet ${service}`))] : [];
  });
}

async function examineTerminal(aliases: readonly Alias[], { installation }: World): Promise<Finding> {
  const pty = await findPty(installation);
  if (!isDenial(pty)) return ok('terminal', 'aliases with tty: true can have one');
  const text = `aliases with tty: true cannot run on a terminal: ${String(pty.facts['detail'])}`;
  return aliases.some(({ action }) => action.kind === 'command' && action.tty)
    ? bad('terminal', text, HOW_TO_GET_PTY)
    : ok('terminal', text);
}

/** Every tenant with its grants. */
export function examineTenants(
  { tenants, aliases }: Definitions,
  { state, world }: Pick<Surroundings, 'state' | 'world'>,
): readonly Finding[] {
  const links = state.kind === 'ci' ? null : openRegistry(state);
  const nowMs = readNow(state, world);
  const projectsOf = (tenant: TenantName) => (links === null || isDenial(links) ? null : listProjects(links, tenant));
  const each = tenants.tenants.flatMap(({ file, compiled }): readonly Finding[] => {
    if (compiled.kind === 'invalid') return listProblems('tenant', file, compiled.problems, state);
    const known = { aliases, projects: projectsOf(compiled.tenant.tenant) };
    return [
      ok('tenant', `${file}: ${countWords(compiled.tenant.grants.length, 'grant')}`),
      ...under('grant', findGrantFaults(compiled.tenant, known, nowMs)),
    ];
  });
  return [...each, ...tenants.duplicates.map(({ tenant, files }) => bad('tenant', `tenant ${tenant} is named in ${files.join(' and ')}`))];
}

/** The linked folders, and the place and the seal of a CI's state. */
export async function examineLinks(state: State, world: World): Promise<readonly Finding[]> {
  const own = state.kind === 'ci' ? null : openRegistry(state);
  const registry = own ?? openCiLinks(state);
  const place = isDenial(registry) || !('home' in registry) ? [] : examinePlace(state.paths.state, registry);
  const seal = [...place, ...(await examineSeal(state, world))];
  if (isDenial(registry))
    return [bad('links', describeDenial(registry).reason, own === null ? null : fixRegistry(state, registry)), ...seal];
  const faults = own === null || isDenial(own) ? [] : await findLinkFaults(own, { state, world });
  return [ok('links', countWords(registry.links.length, 'linked folder')), ...under('links', faults), ...seal];
}

/** A CI's state counts in its own folder of its checkout alone. */
function examinePlace(path: string, { provider, home }: CiLinks): readonly Finding[] {
  const misplaced = whyMisplaced(path, { top: findCheckout(realpathSync(path)), home });
  return misplaced === null ? [] : [bad('place', misplaced, `outloop ci init ${provider} --home FOLDER`)];
}

async function examineSeal(state: State, world: World): Promise<readonly Finding[]> {
  const unsealed = await checkCiState(state, world);
  if (unsealed !== null) return [bad('seal', describeDenial(unsealed).reason)];
  return state.kind === 'ci' ? [ok('seal', 'the CI’s state is as outloop ci init wrote it')] : [];
}
