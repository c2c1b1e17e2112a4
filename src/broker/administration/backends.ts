import type { ProbeAnswer } from '../../credential/backend.js';
import { checkReference, findBackend, type BackendUse } from '../../credential/find-backend.js';
import type { TokenPlace } from '../../credential/kind.js';
import { OWN_KINDS } from '../../credential/registry.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import type { ToolPin } from '../../model/action.js';
import { suggestName } from '../../model/suggest.js';
import { refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { writeToolPins } from '../../service/tool-pins.js';
import { vetTool } from '../../service/vet-tool.js';
import type { State } from '../../state/open-state.js';
import { DEFAULT_SETTINGS, findSettings, type Settings } from '../../state/settings.js';
import { listTenants } from '../../state/tenants.js';
import { blameBackend, checkBackendTool, openToolPins } from '../check-pinned-tool.js';
import { settingsDeps, tenantDeps } from '../configuration.js';
import type { World } from '../world.js';
import { administer, openOperatorState } from './administer.js';

/** A backend that is in use or set up. `token`: where its own token rests; `tenants`: whose credentials point there; `listed`: whether settings say which references are whose. */
export type BackendLine = {
  readonly name: string;
  readonly kind: string;
  readonly place: string;
  readonly token: string | null;
  readonly program: string | null;
  readonly tenants: readonly string[];
  readonly listed: boolean;
};

/** A backend's state, and the command that mends it where one does. */
export type BackendState = ProbeAnswer & { readonly name: string; readonly fix: string | null };

const PROBE_MS = 10_000;

/** Every backend that settings set up or a tenant's credential names, and the two that are always there. */
export async function listBackends(world: World): Promise<readonly BackendLine[] | Denial> {
  const state = openOperatorState(world);
  if (isDenial(state)) return state;
  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) return settings;
  const users = await findUsers(world, state);
  return (await findUses(settings, users)).map(({ name, kind, options, tenants }) => ({
    name,
    kind: settings.backends[name]?.kind ?? name,
    place: kind.place(options),
    token: describeToken(kind.token(options)),
    program: kind.program(options),
    tenants: users.get(name) ?? [],
    listed: tenants !== null || OWN_KINDS.some((own) => own === name),
  }));
}

/** Asks one backend for its state; no secret of a tenant is read. */
export async function checkBackend(world: World, name: string): Promise<BackendState | Refusal | Denial> {
  const state = openOperatorState(world);
  if (isDenial(state)) return state;
  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) return settings;
  const use = await findUse(settings, name);
  return 'message' in use ? use : probe(world, state, settings, use);
}

/** Asks every backend that is in use or set up for its state, all at once. */
export async function probeBackends(world: World, state: State): Promise<readonly BackendState[]> {
  const found = await findSettings(state, settingsDeps(world));
  const settings = isDenial(found) ? DEFAULT_SETTINGS : found;
  const uses = await findUses(settings, await findUsers(world, state));
  return Promise.all(uses.map((use) => probe(world, state, settings, use)));
}

/** Pins the program that a backend runs as it is now. */
export function vetBackend(
  world: World,
  caller: Caller,
  name: string,
): Promise<{ readonly pin: ToolPin; readonly warnings: readonly string[] } | Refusal | Denial> {
  return administer(world, caller, { action: 'backend vet', detail: { backend: name.slice(0, 64) } }, async (state) => {
    const settings = await findSettings(state, settingsDeps(world));
    if (isDenial(settings)) return settings;
    const use = await findUse(settings, name);
    if ('message' in use) return use;
    const executable = use.kind.program(use.options);
    if (executable === null) return refusal(`the ${name} backend runs no program; there is nothing to pin`);
    const known = openToolPins(state);
    if (isDenial(known)) return known;
    const answer = vetTool(executable, { uid: state.uid, toolDirs: settings.toolDirs, service: name });
    if (isDenial(answer)) return refusal(`${executable}: ${describeDenial(blameBackend(answer, name)).reason}`);
    writeToolPins(state.paths.tools, { ...known, [executable]: answer.pin });
    return { pin: answer.pin, warnings: answer.warnings };
  });
}

/** What is wrong with tenants' references, and where tenants share a backend that nobody has divided between them: clauses for the operator. */
export async function findReferenceFaults(
  world: World,
  state: State,
  settings: Settings,
): Promise<readonly { readonly level: 'warn' | 'bad'; readonly text: string }[]> {
  const faults: { level: 'warn' | 'bad'; text: string }[] = [];
  const shared = new Map<string, Set<string>>();
  for (const { tenant, name, backend, ref } of await listReferences(world, state)) {
    const use = await findBackend(backend, settings.backends);
    const fault = typeof use === 'string' ? use : checkReference(use, ref, tenant);
    if (fault !== null) faults.push({ level: 'bad', text: `credential ${tenant}/${name}: ${fault}` });
    else if (typeof use !== 'string' && use.tenants === null) shared.set(backend, (shared.get(backend) ?? new Set()).add(tenant));
  }
  for (const [backend, tenants] of shared) {
    if (tenants.size < 2 || OWN_KINDS.some((own) => own === backend)) continue;
    const text = `${[...tenants].join(', ')} share the ${backend} backend, and nothing says which references are whose: list them in settings.yaml under backends.${backend}.tenants`;
    faults.push({ level: 'warn', text });
  }
  return faults;
}

/** The backend of that name, or a refusal that says which there are. */
export async function findUse(settings: Settings, name: string): Promise<BackendUse | Refusal> {
  const use = await findBackend(name, settings.backends);
  if (typeof use !== 'string') return use;
  const near = suggestName(name, [...OWN_KINDS, ...Object.keys(settings.backends)]);
  return refusal(near === null ? `backend ${name}: ${use}` : `backend ${name}: ${use}; did you mean ${near}?`, 'outloop backend list');
}

async function probe(world: World, state: State, settings: Settings, use: BackendUse): Promise<BackendState> {
  const { name, kind, options } = use;
  const tool = checkBackendTool(use, { state, settings });
  if (isDenial(tool)) return { name, kind: 'unavailable', detail: describeDenial(tool).reason, fix: `outloop backend vet ${name}` };
  const token = kind.token(options);
  const fix = token === 'embedded' || token === 'keychain' ? `outloop secret set @backends/${name}` : null;
  try {
    const backend = await world.openBackend(name, state, { use, tool, proxy: settings.proxy });
    const answer = await backend.probe(AbortSignal.timeout(PROBE_MS));
    return { ...answer, name, fix: answer.kind === 'locked' ? fix : null };
  } catch {
    return { name, kind: 'unavailable', detail: 'its code failed', fix: null };
  }
}

/** Backend → the tenants whose credentials point into it. */
async function findUsers(world: World, state: State): Promise<ReadonlyMap<string, readonly string[]>> {
  const users = new Map<string, string[]>();
  for (const { backend, tenant } of await listReferences(world, state)) {
    const known = users.get(backend) ?? [];
    users.set(backend, known.includes(tenant) ? known : [...known, tenant]);
  }
  return users;
}

async function listReferences(world: World, state: State) {
  const { tenants } = await listTenants(state, tenantDeps(world));
  return tenants.flatMap(({ compiled }) => {
    if (compiled.kind !== 'ok') return [];
    const { tenant, credentials } = compiled.tenant;
    return Object.entries(credentials).map(([name, { backend, ref }]) => ({ tenant, name, backend, ref }));
  });
}

async function findUses(settings: Settings, users: ReadonlyMap<string, unknown>): Promise<readonly BackendUse[]> {
  const names = new Set([...OWN_KINDS, ...Object.keys(settings.backends), ...users.keys()]);
  const uses = await Promise.all([...names].map((name) => findBackend(name, settings.backends)));
  return uses.filter((use) => typeof use !== 'string');
}

function describeToken(token: TokenPlace | null): string | null {
  return token !== null && typeof token === 'object' ? `variable ${token.env}` : token;
}
