import { realpathSync, statSync } from 'node:fs';
import { makeAdvice, type ClientFacts } from '../../agents/client-facts.js';
import { readInstructionFiles } from '../../agents/instruction-files.js';
import { scanInstructions, type InstructionFinding } from '../../agents/scan-instructions.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import type { LinkEntry } from '../../link/registry.js';
import { rethrowBug } from '../../model/error-code.js';
import { parseName, type Brand } from '../../model/ids.js';
import type { Principal } from '../../model/principal.js';
import { refusal, type Refusal } from '../../model/refusal.js';
import type { Alias } from '../../model/service.js';
import type { Tenant } from '../../model/tenant.js';
import { coversName } from '../../policy/assess-grant.js';
import { mayRun } from '../../policy/may-run.js';
import { loadWindowClock } from '../../policy/window.js';
import type { State } from '../../state/open-state.js';
import { listServices } from '../../state/services.js';
import { listTenants } from '../../state/tenants.js';
import { serviceDeps, tenantDeps } from '../configuration.js';
import { openRegistry } from '../find-link.js';
import { openOwnState } from '../open-own-state.js';
import { readNow } from '../read-now.js';
import type { World } from '../world.js';

export type { InstructionFinding };

/** What was found in one folder. `client` is null where the folder is not linked: then no alias is judged and none is advised. */
export type CheckedFolder = {
  readonly folder: string;
  readonly client: string | null;
  /** How many files were read. */
  readonly files: number;
  readonly findings: readonly (InstructionFinding & { readonly file: string })[];
};

/**
 * Reads the instruction files and skills of these folders (none: every linked one) for what leads an agent around outloop or to another client.
 * A file that cannot be read is a finding. Where there is no operator state, the folders that are named are read without advice.
 */
export async function checkAgents(world: World, folders: readonly string[]): Promise<readonly CheckedFolder[] | Refusal | Denial> {
  const state = openOwnState(world);
  if (isDenial(state) && (folders.length === 0 || state.code !== 'CONFIG_UNAVAILABLE')) return state;
  const setting = isDenial(state) ? null : await gatherSetting(world, state);
  if (setting !== null && isDenial(setting)) return setting;
  const named = folders.length > 0 ? folders : (setting?.links ?? []).map(({ directory }) => directory);
  if (named.length === 0) return refusal('no folder is linked', 'outloop agents check DIR');
  const checked: CheckedFolder[] = [];
  for (const name of named) {
    const folder = findFolder(name);
    if (folder === null && folders.length > 0) return refusal(`${name} is not a folder`);
    // A linked folder may be gone, or a disk not be there today.
    if (folder === null) checked.push({ folder: name, client: null, files: 0, findings: [unread('.', 'the folder')] });
    else checked.push(checkFolder(folder, setting === null ? null : await gatherFacts(folder, setting, world)));
  }
  return checked;
}

function checkFolder(folder: string, facts: ClientFacts | null): CheckedFolder {
  const advice = makeAdvice(facts);
  const findings: (InstructionFinding & { file: string })[] = [];
  let files = 0;
  for (const found of readInstructionFiles(folder)) {
    files++;
    if (found.kind === 'unread') findings.push(unread(found.file, found.why));
    else {
      const isCode = !/\.(?:mdc?|txt|toml)$|(?:rules|hints)$/i.test(found.file);
      findings.push(...scanInstructions(found.text, { isCode, facts, advice }).map((finding) => ({ file: found.file, ...finding })));
    }
  }
  return { folder, client: facts?.tenant ?? null, files, findings };
}

function unread(file: string, why: string): CheckedFolder['findings'][number] {
  return { file, line: 1, column: 1, kind: 'not-checked', name: why, instead: [] };
}

type Setting = {
  readonly state: State;
  readonly links: readonly LinkEntry[];
  readonly aliases: readonly Alias[];
  readonly tenants: readonly Tenant[];
};

async function gatherSetting(world: World, state: State): Promise<Setting | Denial> {
  const registry = openRegistry(state);
  if (isDenial(registry)) return registry;
  const { services } = await listServices(state, serviceDeps(world));
  const { tenants } = await listTenants(state, tenantDeps(world));
  return {
    state,
    links: registry.links,
    aliases: services.flatMap(({ compiled }) => (compiled.kind === 'ok' ? compiled.aliases : [])),
    tenants: tenants.flatMap(({ compiled }) => (compiled.kind === 'ok' ? [compiled.tenant] : [])),
  };
}

/** The facts of the client whose linked folder this is, or lies in; the nearest one counts. */
async function gatherFacts(folder: string, { state, links, aliases, tenants }: Setting, world: World): Promise<ClientFacts | null> {
  const around = links.filter(({ directory }) => folder === directory || folder.startsWith(`${directory}/`));
  const link = around.sort((a, b) => b.directory.length - a.directory.length)[0];
  const tenant = tenants.find((one) => one.tenant === link?.tenant);
  if (link === undefined || tenant === undefined) return null;
  const nowMs = readNow(state, world);
  const insideWindow = tenant.grants.some(({ window }) => window !== null) ? await loadWindowClock() : null;
  // A window that is shut now, or a session that is still to be started, is no reason to send an agent elsewhere.
  const timeless = { ...tenant, grants: tenant.grants.map((grant) => (grant.effect === 'permit' ? { ...grant, window: null } : grant)) };
  const agents = namedAgents(tenant);
  const runnable = aliases.filter((alias) =>
    agents.some(
      (principal) =>
        mayRun({ alias, tenant: timeless, project: link.project, principal, inSession: true, nowMs, insideWindow }).kind === 'runnable',
    ),
  );
  const others = tenants.filter((one) => one.tenant !== tenant.tenant);
  return {
    tenant: tenant.tenant,
    runnable: new Map(runnable.map((alias) => [alias.alias, alias])),
    defined: new Map(aliases.map((alias) => [alias.alias, alias])),
    isOthers: (alias) => others.some(({ grants }) => grants.some((grant) => grant.effect === 'permit' && coversName(grant, alias))),
  };
}

/** Any agent, and each that a grant names: an instruction file is read by all of them. */
function namedAgents({ grants }: Tenant): readonly Principal[] {
  const names = grants
    .flatMap(({ principals }) => principals ?? [])
    .flatMap((one) => (one.startsWith('agent:') ? [one.slice('agent:'.length)] : []));
  const known = new Set(['unknown', ...names].filter((name) => parseName<Brand<'AgentName'>>(name) !== null));
  return [...known].map((name) => ({ kind: 'agent', name, source: 'claim', agentMarker: true }));
}

function findFolder(path: string): string | null {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : null;
  } catch (error) {
    rethrowBug(error);
    return null;
  }
}
