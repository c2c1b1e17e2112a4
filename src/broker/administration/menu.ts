import { readLastTime } from '../../audit/head.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { formatPrincipal, type Principal } from '../../model/principal.js';
import type { Link } from '../../model/link.js';
import type { Caller } from '../../model/run.js';
import type { Alias, Json } from '../../model/service.js';
import { mayRun } from '../../policy/may-run.js';
import { loadWindowClock } from '../../policy/window.js';
import { identifyPrincipal } from '../../principal/identify-principal.js';
import { listServices } from '../../state/services.js';
import { findTenant, serviceDeps } from '../configuration.js';
import { findLink } from '../find-link.js';
import type { World } from '../world.js';
import { openOperatorState } from './administer.js';
import { probeBackends } from './backends.js';

/** One alias on a caller's menu. `pins`: parameters with the values that the tenant's grants accept. `denied`: why it may not run here, null when it may. */
export type MenuLine = { readonly alias: Alias; readonly pins: Readonly<Record<string, readonly Json[]>>; readonly denied: string | null };

/** What a caller may run in its folder. */
export type Menu = { readonly link: Link; readonly principal: string; readonly lines: readonly MenuLine[] };

/** The aliases that this caller may run here; with `all`, those that it may not as well, each with the code of its denial. */
export async function readMenu(world: World, caller: Caller, claim: string | null, all: boolean): Promise<Menu | Denial> {
  const state = openOperatorState(world);
  if (isDenial(state)) return state;
  const link = findLink(state, caller.link);
  if (isDenial(link)) return link;
  const found = await findTenant(state, link.tenant, world);
  if (isDenial(found)) return found;
  const principal = identifyPrincipal({ claim, env: caller.env, terminal: caller.terminal, user: caller.user });
  if (isDenial(principal)) return principal;

  const nowMs = Math.max(world.now(), readLastTime(state.paths.audit, state.uid));
  const insideWindow = found.tenant.grants.some(({ window }) => window !== null) ? await loadWindowClock() : null;
  const { services } = await listServices(state, serviceDeps(world));
  const aliases = services.flatMap(({ compiled }) => (compiled.kind === 'ok' ? compiled.aliases : []));
  const lines = aliases.map((alias): MenuLine => {
    const answer = mayRun({ alias, tenant: found.tenant, project: link.project, principal, nowMs, insideWindow });
    return answer.kind === 'runnable' ? { alias, pins: answer.pins, denied: null } : { alias, pins: {}, denied: answer.denial.code };
  });
  const shown = lines.filter(({ denied }) => all || denied === null).sort((a, b) => (a.alias.alias < b.alias.alias ? -1 : 1));
  return { link, principal: formatPrincipal(principal), lines: shown };
}

/** How strong outloop is here, and what it does not protect against. */
export type Tier = { readonly name: 'same-user'; readonly protects: string; readonly limits: string };

export const TIER: Tier = {
  name: 'same-user',
  protects: 'keys stay out of the agent’s context, its files, its logs and the wrong client’s work',
  limits: 'a program of the same OS user that means harm can still read a credential while a child holds it, or the store itself',
};

export type Status = {
  readonly principal: Principal | Denial;
  readonly folder: Link | Denial;
  readonly tier: Tier;
  readonly backends: readonly { readonly name: string; readonly kind: string; readonly detail: string }[];
  readonly menu: Menu | Denial;
};

/** This folder and this caller at a glance. The backends are asked for their state, never for a value. */
export async function readStatus(world: World, caller: Caller, claim: string | null): Promise<Status | Denial> {
  const state = openOperatorState(world);
  if (isDenial(state)) return state;
  return {
    principal: identifyPrincipal({ claim, env: caller.env, terminal: caller.terminal, user: caller.user }),
    folder: findLink(state, caller.link),
    tier: TIER,
    backends: await probeBackends(world, state),
    menu: await readMenu(world, caller, claim, false),
  };
}
