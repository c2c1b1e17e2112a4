import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { PreparedAction, Tool } from '../model/action.js';
import type { Decision } from '../model/decision.js';
import { encodeUlid, parseAliasName, type SlotName } from '../model/ids.js';
import type { Link } from '../model/link.js';
import { formatPrincipal, type Principal } from '../model/principal.js';
import type { Caller, RunRequest } from '../model/run.js';
import type { Schedule } from '../model/schedule.js';
import type { Alias } from '../model/service.js';
import type { Tenant } from '../model/tenant.js';
import { checkRuntime } from '../guard/check-runtime.js';
import { identifyPrincipal } from '../principal/identify-principal.js';
import { checkAlias, checkFolder, checkGrants, nameSchedule } from '../schedule/check-schedule.js';
import { findSettings, type Settings } from '../state/settings.js';
import { openState, type State } from '../state/open-state.js';
import { checkAssertions } from '../tenant/check-tenant.js';
import { auditLock } from './admit.js';
import { findAlias, findTenant, settingsDeps } from './configuration.js';
import { denyFailure } from './deny-failure.js';
import { findLink } from './find-link.js';
import { prepareAction, type Needed } from './prepare-action.js';
import { decide, readNow } from './decide.js';
import { startTrail, type Trail } from './trail.js';
import type { World } from './world.js';

/** A schedule whose time has come, or (`schedule` null) one that is being made. */
export type Firing = {
  readonly schedule: Schedule | null;
  readonly principal: Principal | Denial;
  /** Why whoever started it may not; null: it may. */
  readonly unfit: Denial | null;
  /** The moment to decide for, in milliseconds since the epoch; null: now. */
  readonly atMs: number | null;
};

/** Everything that a run needs once it is permitted. */
export type Plan = {
  readonly kind: 'plan';
  readonly trail: Trail;
  readonly state: State;
  readonly link: Link;
  readonly tenant: Tenant;
  readonly principal: Principal;
  readonly alias: Alias;
  readonly decision: Extract<Decision, { kind: 'permit' }>;
  /** The schedule that asks; null: a caller does. */
  readonly schedule: Schedule | null;
  readonly action: PreparedAction;
  readonly tool: Tool | null;
  readonly settings: Settings;
  readonly credentials: readonly Needed[];
  /** The slots whose credential is exchanged for a token before it is presented. */
  readonly exchanges: readonly SlotName[];
};

/** A request that was refused, with the state where it could be opened (the denial is audited there). */
export type Refused = { readonly kind: 'refused'; readonly trail: Trail; readonly denial: Denial; readonly state: State | null };

/**
 * Judges a request in the order of a run, up to the credential: `run`, `run --dry-run` and `explain` all come through here.
 * It reads operator state and asks no backend. What it cannot judge it refuses. `firing`: a schedule asks, and everything must be as it was
 * when that was made.
 */
export async function evaluate(request: RunRequest, caller: Caller, world: World, firing: Firing | null = null): Promise<Plan | Refused> {
  const judging: Judging = { refuse: null };
  try {
    return await judge(request, caller, world, { firing, judging });
  } catch (error) {
    if (judging.refuse === null) throw error;
    return judging.refuse(denyFailure(error, 'CONFIG_INVALID', 'judging the request'));
  }
}

/** How a judgement that is under way ends with a denial, with all that it knows by then. */
type Judging = { refuse: ((denial: Denial) => Refused) | null };

async function judge(
  request: RunRequest,
  caller: Caller,
  world: World,
  { firing, judging }: { readonly firing: Firing | null; readonly judging: Judging },
): Promise<Plan | Refused> {
  const startedMs = world.now();
  const named = splitQualifier(request.alias);
  let trail = startTrail(encodeUlid(startedMs, world.random(10)), startedMs, named.alias);
  const schedule = firing?.schedule ?? null;

  const principal =
    firing?.principal ?? identifyPrincipal({ claim: request.claim, env: caller.env, terminal: caller.terminal, user: caller.user });
  if (!isDenial(principal)) trail = { ...trail, principal: formatPrincipal(principal) };

  const tampered = checkRuntime({ env: caller.env, execArgv: caller.execArgv });
  const state = isDenial(world.paths) ? world.paths : openState(world.paths, world.uid);
  // A changed runtime comes first, and is put on record where there is a state.
  const refuse = (denial: Denial): Refused => ({
    kind: 'refused',
    trail,
    denial: schedule === null ? denial : nameSchedule(denial, schedule),
    state: isDenial(state) ? null : state,
  });
  judging.refuse = refuse;
  if (tampered !== null) return refuse(tampered);
  if (isDenial(state)) return refuse(state);
  world.locks.park(auditLock(state));

  const link = await findLink(state, caller, world);
  if (isDenial(link)) return refuse(link);
  trail = { ...trail, folder: link.directory, link: link.id, tenant: link.tenant, project: link.project };
  const nowMs = firing?.atMs ?? readNow(state, world);
  const strayed = schedule === null ? null : checkFolder(schedule, link, caller.link, nowMs);
  if (strayed !== null) return refuse(strayed);

  const asserted = named.tenant === null ? request.assertedTenants : [...request.assertedTenants, { from: 'alias', tenant: named.tenant }];
  const mismatch = checkAssertions(
    link.tenant,
    asserted.map(({ tenant }) => tenant),
  );
  if (mismatch !== null) return refuse(mismatch);
  const tenant = await findTenant(state, link.tenant, world);
  if (isDenial(tenant)) return refuse(tenant);
  trail = { ...trail, sources: { [tenant.file]: tenant.tenant.source } };

  const aliasName = parseAliasName(named.alias);
  if (aliasName === null) return refuse(deny('ALIAS_UNKNOWN', { alias: named.alias }));
  const found = await findAlias(state, aliasName, world);
  if (isDenial(found)) return refuse(found);
  const { alias } = found;
  const delivery = alias.action.kind === 'http' ? 'http' : alias.action.delivery;
  trail = { ...trail, delivery, sources: { ...trail.sources, [found.file]: alias.source } };
  if (firing !== null && firing.unfit !== null) return { kind: 'refused', trail, denial: firing.unfit, state };
  const stale = schedule === null ? null : checkAlias(schedule, alias);
  if (stale !== null) return refuse(stale);

  const decided = await decide({ alias, request, link, tenant: tenant.tenant, principal, nowMs, state });
  trail = { ...trail, params: decided.params, grants: decided.grants };
  if (isDenial(decided.outcome)) return refuse(decided.outcome);
  if (isDenial(principal)) return refuse(principal);
  const regranted = schedule === null ? null : checkGrants(schedule, decided.outcome.decision.grants);
  if (regranted !== null) return refuse(regranted);

  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) return refuse(settings);
  const prepared = await prepareAction({ alias, permitted: decided.outcome, extra: request.extra, state, tenant: tenant.tenant, settings });
  if (isDenial(prepared)) return refuse(prepared);
  trail = { ...trail, tool: prepared.tool?.sha256 ?? null, credentials: prepared.credentials.map(({ name }) => name) };

  return {
    kind: 'plan',
    trail,
    state,
    link,
    tenant: tenant.tenant,
    principal,
    alias,
    settings,
    schedule,
    decision: decided.outcome.decision,
    ...prepared,
  };
}

/** `acme/github.issues.list` asserts tenant acme; what stands before the slash is an assertion even where it is no tenant's name. */
function splitQualifier(typed: string): { readonly tenant: string | null; readonly alias: string } {
  const slash = typed.indexOf('/');
  return slash < 0 ? { tenant: null, alias: typed } : { tenant: typed.slice(0, slash), alias: typed.slice(slash + 1) };
}
