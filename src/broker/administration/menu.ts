import { isDenial, type Denial } from '../../denial/denial.js';
import { formatPrincipal, type Principal } from '../../model/principal.js';
import type { Link } from '../../model/link.js';
import type { Caller, RunRequest } from '../../model/run.js';
import type { AliasOutline, CommandAction, Json } from '../../model/service.js';
import type { SessionSight } from '../../model/session.js';
import type { ApprovalRule, Tenant } from '../../model/tenant.js';
import { mayRun, narrowByName } from '../../policy/may-run.js';
import { loadWindowClock } from '../../policy/window.js';
import { identifyPrincipal } from '../../principal/identify-principal.js';
import { mayOperate } from '../../principal/refuse-operator.js';
import { keepMenu, readKeptMenu, type MenuOwner } from '../../state/kept-menu.js';
import type { State } from '../../state/open-state.js';
import { listOutlines } from '../../state/outlines.js';
import { checkActive, checkAssertions } from '../../tenant/check-tenant.js';
import { findTenant, serviceDeps } from '../configuration.js';
import { checkSession, sightSession } from '../check-session.js';
import { findLink } from '../find-link.js';
import { openOwnState } from '../open-own-state.js';
import { readNow } from '../read-now.js';
import type { World } from '../world.js';
import { probeBackends } from './backends.js';
import { readScheduleLines, wentWrong, type ScheduleLine } from './schedule-lines.js';

/**
 * One alias on a caller's menu. `pins`: parameters with the values that the tenant's grants accept. `approve`: what a person must
 * approve first, null when nothing. `extra`: the arguments that the caller may add after `--`, null when none. `denied`: why it may not run here, null
 * when it may.
 */
export type MenuLine = {
  readonly alias: AliasOutline;
  readonly pins: Readonly<Record<string, readonly Json[]>>;
  readonly approve: ApprovalRule | null;
  readonly extra: CommandAction['extra'];
  readonly denied: string | null;
};

/** What a caller may run in its folder. `faults`: what is wrong with services whose aliases are not among them. */
export type Menu = {
  readonly link: Link;
  readonly principal: string;
  readonly lines: readonly MenuLine[];
  readonly faults: readonly string[];
};

/** The same, with each line as `render` wrote it: the rows joined by commas. */
export type MenuText = Omit<Menu, 'lines'> & { readonly rows: string | Uint8Array };

/** Menus of fewer aliases are made quicker than they are looked up. */
const WORTH_KEEPING = 500;

/** What is asked: by this caller and claim; `all` asks for what may not run as well, each with the code of its denial. */
export type MenuWish = Pick<RunRequest, 'claim' | 'assertedTenants'> & { readonly caller: Caller; readonly all: boolean };

/** The aliases that this caller may run here, by name. */
export async function readMenu(world: World, wish: MenuWish): Promise<Menu | Denial> {
  const asked = await askForMenu(world, wish);
  if (isDenial(asked)) return asked;
  const { lines, faults } = await makeLines(world, asked, wish.all);
  return { link: asked.link, principal: formatPrincipal(asked.principal), lines, faults };
}

/** The same as text. A long one is kept, and given again while nothing that it was made from has changed. `render` is a pure function. */
export async function writeMenu(world: World, wish: MenuWish, render: (line: MenuLine) => string): Promise<MenuText | Denial> {
  const asked = await askForMenu(world, wish);
  if (isDenial(asked)) return asked;
  const { state, link, tenant, nowMs } = asked;
  const principal = formatPrincipal(asked.principal);
  const owner = ownerOf(asked, wish.all);
  const timeless = tenant.grants.every(({ window }) => window === null);
  const kept = timeless ? readKeptMenu(state, serviceDeps(world), owner, nowMs) : null;
  // One that left something out is never kept.
  if (kept !== null) return { link, principal, rows: kept, faults: [] };
  const { lines, from, faults } = await makeLines(world, asked, wish.all);
  const rows = lines.map(render).join(',');
  if (timeless && faults.length === 0 && lines.length >= WORTH_KEEPING) {
    const ends = tenant.grants.flatMap(({ expiresMs }) => (expiresMs !== null && expiresMs > nowMs ? [expiresMs] : []));
    const untilMs = ends.length === 0 ? null : Math.min(...ends);
    keepMenu(state, serviceDeps(world), owner, { ...from, fromMs: nowMs, untilMs }, rows);
  }
  return { link, principal, rows, faults };
}

/** Whose menu it is, as far as the tenant's grants tell callers apart: who and where no grant asks for is not part of it. */
function ownerOf({ link, tenant, principal, inSession }: Asked, all: boolean): MenuOwner {
  const names = new Set(tenant.grants.flatMap(({ principals }) => principals ?? []));
  const matching = [principal.kind as string, formatPrincipal(principal)].filter((name) => names.has(name));
  const project = tenant.grants.some(({ projects }) => projects !== null) ? link.project : '';
  const session = inSession && tenant.grants.some(({ requireSession }) => requireSession);
  return { tenant: tenant.tenant, tenantSource: tenant.source, project, principal: matching.join(' '), session, all };
}

type Asked = {
  readonly state: State;
  readonly link: Link;
  readonly tenant: Tenant;
  readonly principal: Principal;
  readonly inSession: boolean;
  readonly nowMs: number;
};

async function askForMenu(world: World, { caller, claim, assertedTenants }: MenuWish): Promise<Asked | Denial> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const link = await findLink(state, caller, world);
  if (isDenial(link)) return link;
  const nowMs = readNow(state, world);
  const session = sightSession(caller, state, nowMs);
  const strayed = session === null ? null : checkSession(session, link);
  if (strayed !== null) return strayed;
  const mismatch = checkAssertions(link.tenant, assertedTenants);
  if (mismatch !== null) return mismatch;
  const found = await findTenant(state, link.tenant, world);
  if (isDenial(found)) return found;
  const revoked = checkActive(found.tenant);
  if (revoked !== null) return revoked;
  const principal = identifyPrincipal({ claim, env: caller.env, terminal: caller.terminal, user: caller.user });
  if (isDenial(principal)) return principal;
  return { state, link, tenant: found.tenant, principal, inSession: session !== null, nowMs };
}

async function makeLines(world: World, { state, link, tenant, principal, inSession, nowMs }: Asked, all: boolean) {
  const insideWindow = tenant.grants.some(({ window }) => window !== null) ? await loadWindowClock() : null;
  const { from, aliases, faults } = await listOutlines(state, serviceDeps(world));
  const narrow = narrowByName(tenant);
  const lines: MenuLine[] = [];
  for (const alias of aliases) {
    const answer = mayRun({ alias, tenant: narrow(alias), project: link.project, principal, inSession, nowMs, insideWindow });
    if (answer.kind === 'runnable')
      lines.push({ alias, pins: answer.pins, approve: answer.approve, extra: answer.args ? extraOf(alias) : null, denied: null });
    else if (all) lines.push({ alias, pins: {}, approve: null, extra: null, denied: answer.denial.code });
  }
  return { lines, from, faults };
}

function extraOf({ action }: AliasOutline): CommandAction['extra'] {
  return action.kind === 'command' ? action.extra : null;
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
  /** The session that the caller shows, whether it holds or not; null: none. */
  readonly session: SessionSight | null;
  readonly tier: Tier;
  readonly backends: readonly { readonly name: string; readonly kind: string; readonly detail: string; readonly fix: string | null }[];
  readonly menu: Menu | Denial;
  /** The folder's own schedules, and for an operator those of other folders that did not go well. */
  readonly schedules: readonly ScheduleLine[];
};

/** This folder and this caller at a glance. The backends are asked for their state, never for a value. */
export async function readStatus(world: World, { caller, claim, assertedTenants }: Omit<MenuWish, 'all'>): Promise<Status | Denial> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const principal = identifyPrincipal({ claim, env: caller.env, terminal: caller.terminal, user: caller.user });
  const folder = await findLink(state, caller, world);
  const operates = !isDenial(principal) && mayOperate(principal);
  return {
    principal,
    folder,
    session: sightSession(caller, state, readNow(state, world)),
    tier: TIER,
    backends: await probeBackends(world, state),
    menu: await readMenu(world, { caller, claim, assertedTenants, all: false }),
    schedules: readScheduleLines(state, world).filter(
      (line) => (operates && wentWrong(line)) || (!isDenial(folder) && runsIn(line, folder.directory)),
    ),
  };
}

function runsIn(line: ScheduleLine, directory: string): boolean {
  return line.kind === 'schedule' && line.schedule.folder.directory === directory;
}
