import { isDenial, type Denial } from '../denial/denial.js';
import { checkRuntime } from '../guard/check-runtime.js';
import type { Link } from '../model/link.js';
import { formatPrincipal, type Principal } from '../model/principal.js';
import type { Caller, RunRequest } from '../model/run.js';
import type { Tenant } from '../model/tenant.js';
import { identifyPrincipal } from '../principal/identify-principal.js';
import { checkFolder } from '../schedule/check-schedule.js';
import type { State } from '../state/open-state.js';
import { checkActive, checkAssertions } from '../tenant/check-tenant.js';
import { auditLock } from './with-chain.js';
import { checkSession, sightSession } from './check-session.js';
import { findTenant } from './configuration.js';
import type { Firing } from './plan.js';
import { findLink } from './find-link.js';
import type { Judgement, Refused } from './judgement.js';
import { readNow } from './read-now.js';
import type { World } from './world.js';

/** For whom a caller asks: `claim` and the tenants that it asserts are its words, the rest is evidence. */
export type Appearance = Pick<RunRequest, 'claim' | 'assertedTenants'> & { readonly caller: Caller; readonly firing: Firing | null };

/** Who asks and for which client, whatever is asked for. `nowMs` is the time that policy goes by. */
export type Standing = {
  readonly kind: 'standing';
  readonly state: State;
  readonly link: Link;
  readonly tenant: Tenant;
  /** A denial waits until policy is asked, so that what comes before it is told first. */
  readonly principal: Principal | Denial;
  readonly inSession: boolean;
  readonly nowMs: number;
};

/** The first stages of every request: the runtime, the operator state, the link, the session, the tenant. */
export async function findStanding(
  { claim, assertedTenants, caller, firing }: Appearance,
  { state, note, refuse }: Judgement,
  world: World,
): Promise<Standing | Refused> {
  const principal = firing?.principal ?? identifyPrincipal({ claim, env: caller.env, terminal: caller.terminal, user: caller.user });
  if (!isDenial(principal)) note({ principal: formatPrincipal(principal) });

  // A changed runtime comes first, and is put on record where there is a state.
  const tampered = checkRuntime({ env: caller.env, execArgv: caller.execArgv });
  if (tampered !== null) return refuse(tampered);
  if (isDenial(state)) return refuse(state);
  world.locks.park(auditLock(state));

  const link = await findLink(state, caller, world);
  if (isDenial(link)) return refuse(link);
  note({ folder: link.directory, link: link.id, tenant: link.tenant, project: link.project });
  const nowMs = firing?.atMs ?? readNow(state, world);
  const schedule = firing?.schedule ?? null;
  const strayed = schedule === null ? null : checkFolder(schedule, link, caller.link, nowMs);
  if (strayed !== null) return refuse(strayed);

  const session = sightSession(caller, state, nowMs);
  if (session !== null) note({ session: session.id });
  const outside = session === null ? null : checkSession(session, link);
  if (outside !== null) return refuse(outside);

  const mismatch = checkAssertions(link.tenant, assertedTenants);
  if (mismatch !== null) return refuse(mismatch);
  const found = await findTenant(state, link.tenant, world);
  if (isDenial(found)) return refuse(found);
  note({ sources: { [found.file]: found.tenant.source } });
  const revoked = checkActive(found.tenant);
  if (revoked !== null) return refuse(revoked);
  return { kind: 'standing', state, link, tenant: found.tenant, principal, inSession: session !== null, nowMs };
}
