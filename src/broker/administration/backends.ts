import type { ProbeAnswer } from '../../credential/backend.js';
import { checkReference, findBackend, type BackendUse } from '../../credential/find-backend.js';
import type { TokenPlace } from '../../credential/kind.js';
import { OWN_KINDS } from '../../credential/registry.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import type { ToolPin } from '../../model/action.js';
import { hintAt } from '../../model/problem.js';
import { suggestName } from '../../model/suggest.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { vetTool } from '../../service/vet-tool.js';
import type { State } from '../../state/open-state.js';
import { DEFAULT_SETTINGS, findSettings, type Settings } from '../../state/settings.js';
import { listTenants } from '../../state/tenants.js';
import { addToolPins, blameBackend, checkBackendTool, warnOfLostPins } from '../check-pinned-tool.js';
import { settingsDeps, tenantDeps } from '../configuration.js';
import { checkCiState } from '../check-ci-state.js';
import { openOwnState } from '../open-own-state.js';
import type { World } from '../world.js';
import { administer, openForChange } from './administer.js';
import { fixTool, refuseTool } from './mend-tool.js';

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

/** A backend's state, whether a tenant's credential rests there, and what mends it where that is known. */
export type BackendState = Pick<ProbeAnswer, 'kind' | 'detail'> & {
  readonly name: string;
  readonly isUsed: boolean;
  readonly fix: string | null;
};

const PROBE_MS = 10_000;

/** Every backend that settings set up or a tenant's credential names, and the two that are always there. */
export async function listBackends(world: World): Promise<readonly BackendLine[] | Denial> {
  const state = openOwnState(world);
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
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const unsealed = await checkCiState(state, world);
  if (unsealed !== null) return unsealed;
  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) return settings;
  const use = await findUse(settings, name);
  return isRefusal(use) ? use : probe({ world, state, settings, users: await findUsers(world, state) }, use);
}

/** Asks every backend that is in use or set up for its state, all at once. None of a CI's state that is not as it was sealed: somebody else may have named it. */
export async function probeBackends(world: World, state: State): Promise<readonly BackendState[]> {
  if ((await checkCiState(state, world)) !== null) return [];
  const found = await findSettings(state, settingsDeps(world));
  const settings = isDenial(found) ? DEFAULT_SETTINGS : found;
  const users = await findUsers(world, state);
  const uses = await findUses(settings, users);
  return Promise.all(uses.map((use) => probe({ world, state, settings, users }, use)));
}

/** A backend's program as it is now, under the path that settings name it by. */
export type VettedProgram = { readonly executable: string; readonly pin: ToolPin; readonly warnings: readonly string[] };

/** What `vetBackend` would pin now, for the operator to look at. Nothing is written. */
export async function lookAtProgram(world: World, name: string): Promise<VettedProgram | Refusal | Denial> {
  const state = openForChange(world);
  return isDenial(state) || isRefusal(state) ? state : findProgram(state, world, name);
}

/** Pins the program that a backend runs. `seen` is what the operator looked at and agreed to: anything else is refused. */
export function vetBackend(world: World, caller: Caller, name: string, seen: ToolPin): Promise<VettedProgram | Refusal | Denial> {
  return administer(world, caller, { action: 'backend vet', detail: { backend: name.slice(0, 64) } }, async (state) => {
    const found = await findProgram(state, world, name);
    if (isDenial(found) || isRefusal(found)) return found;
    const { executable, pin } = found;
    if (pin.path !== seen.path || pin.sha256 !== seen.sha256)
      return refusal('the program changed while it was looked at', `outloop backend vet ${name}`);
    addToolPins(state, { [executable]: pin });
    return found;
  });
}

async function findProgram(state: State, world: World, name: string): Promise<VettedProgram | Refusal | Denial> {
  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) return settings;
  const use = await findUse(settings, name);
  if (isRefusal(use)) return use;
  const executable = use.kind.program(use.options);
  if (executable === null) return refusal(`the ${name} backend runs no program; there is nothing to pin`);
  const answer = vetTool(executable, { uid: state.uid, toolDirs: settings.toolDirs, service: name });
  if (isDenial(answer)) return refuseTool(blameBackend(answer, name), `outloop backend vet ${name}`);
  const lost = warnOfLostPins(state);
  return { executable, pin: answer.pin, warnings: lost === null ? answer.warnings : [...answer.warnings, lost] };
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
  return refusal(`${use}${hintAt(near)}`, 'outloop backend list');
}

type Probing = { readonly world: World; readonly state: State; readonly settings: Settings; readonly users: Users };

async function probe({ world, state, settings, users }: Probing, use: BackendUse): Promise<BackendState> {
  const { name, kind, options } = use;
  const told = { name, isUsed: users.has(name) };
  const tool = checkBackendTool(use, { state, settings });
  if (isDenial(tool))
    return { ...told, kind: 'unavailable', detail: describeDenial(tool).reason, fix: fixTool(tool, `outloop backend vet ${name}`) };
  const token = kind.token(options);
  const fix = token === 'embedded' || token === 'keychain' ? `outloop secret set @backends/${name}` : null;
  // A backend's own token is a secret too.
  const tampered = world.tampered();
  if (tampered !== null) return { ...told, kind: 'unavailable', detail: `it was not asked: ${describeDenial(tampered).reason}`, fix: null };
  try {
    const backend = await world.openBackend(name, state, { use, tool, proxy: settings.proxy });
    const answer = await backend.probe(AbortSignal.timeout(PROBE_MS));
    const mend = answer.kind === 'damaged' ? (answer.next ?? null) : answer.kind === 'locked' ? fix : null;
    return { ...told, kind: answer.kind, detail: answer.detail, fix: mend };
  } catch {
    return { ...told, kind: 'unavailable', detail: 'its code failed', fix: null };
  }
}

/** Backend → the tenants whose credentials point into it. */
type Users = ReadonlyMap<string, readonly string[]>;

async function findUsers(world: World, state: State): Promise<Users> {
  const users = new Map<string, string[]>();
  for (const { backend, tenant } of await listReferences(world, state)) {
    const known = users.get(backend) ?? [];
    users.set(backend, known.includes(tenant) ? known : [...known, tenant]);
  }
  return users;
}

/** Every credential of every tenant, with where it points. */
export async function listReferences(world: World, state: State) {
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
