import type { Chain } from '../audit/append.js';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Approval, Ask } from '../model/approval.js';
import type { AuditEntry } from '../model/audit.js';
import type { Schedule } from '../model/schedule.js';
import { checkRoom, releaseRoom, takeRoom, type Limited } from '../policy/limits.js';
import { readProcessStart } from '../state/live-process.js';
import type { State } from '../state/open-state.js';
import { denyUnwritable } from '../state/probe-writing.js';
import { encodeUlid, type RequestId } from '../model/ids.js';
import type { Asked, Plan } from './plan.js';
import { trailEntry } from './trail.js';
import { settleApproval, spendApproval, type Moment } from './settle-approval.js';
import { withParkedChain } from './with-chain.js';
import type { World } from './world.js';

/** What of a plan its admission looks at. */
export type Admitted = Pick<Plan, 'trail' | 'state' | 'tenant' | 'decision' | 'schedule' | 'ask' | 'bind'>;

/** How the log is gone to: `rehearse` looks whether it could be written, and takes nothing and puts nothing on record; `signal` ends the wait for it. */
type Asking = { readonly rehearse: boolean; readonly signal?: AbortSignal };

/**
 * Admits a run: the approval that it needs, room in every limit of its grants, and the intent on disk, in one lock section. Without an
 * approval its request is put on file.
 */
export async function admit(plan: Admitted, world: World, { rehearse, signal }: Asking): Promise<Denial | null> {
  const limited = limitsOf(plan).grants.some((grant) => grant.rate !== null || grant.concurrency !== null);
  return withParkedChain<null>(
    plan.state,
    world,
    (chain) => {
      const request = {
        ...limitsOf(plan),
        pid: world.pid,
        pidStart: limited ? readProcessStart(world.pid) : null,
        nowMs: chain.nowMs,
        known: chain.limits,
      };
      const approval = plan.ask === null ? null : approvalFor(plan, plan.ask, momentOf(chain, world, rehearse));
      if (isDenial(approval)) return approval;
      if (rehearse) {
        const { limits, approvals, audit } = plan.state.paths;
        return (
          nameOverlap(checkRoom(request), plan) ??
          denyUnwritable([...(limited ? [limits] : []), ...(approval === null ? [] : [approvals]), audit])
        );
      }
      const room = takeRoom(request);
      if (isDenial(room)) return nameOverlap(room, plan);
      let spent: ReturnType<typeof spendApproval> | null = null;
      let admitted = false;
      try {
        spent = approval === null ? null : spendApproval(approval, plan.state);
        if (isDenial(spent)) return spent;
        chain.limits = room.made;
        const entry = { ...trailEntry(plan.trail), ...(approval === null ? {} : { request: approval.request.id }) };
        const refused = chain.append({ type: 'intent', ...entry, decision: 'permit', secret_exposed: false }, { fsync: true });
        admitted = refused === null;
        return refused;
      } finally {
        if (!admitted) {
          if (spent !== null && !isDenial(spent)) spent.undo();
          room.undo();
        }
      }
    },
    signal,
  );
}

/** Puts a question to a person, in a lock section of its own: the answer that is there already, or the denial once the request is on file. */
export function askOperator(question: Ask, state: State, world: World, { rehearse, signal }: Asking): Promise<Approval | Denial> {
  return withParkedChain<Approval>(state, world, (chain) => settleApproval(question, state, momentOf(chain, world, rehearse)), signal);
}

/** As `askOperator`, where no grant permits the alias: an answer that came since the request was judged is left for the next one. */
export async function refuseAsked({ ask: question, state }: Asked, world: World, asking: Asking): Promise<Denial> {
  const answer = await askOperator(question, state, world, asking);
  return isDenial(answer) ? answer : deny('APPROVAL_REQUIRED', { alias: question.alias, request: answer.request.id });
}

/** The approval that a plan needs. One that stands for a grant must still bind what the plan was made with. */
function approvalFor({ bind, state }: Admitted, question: Ask, moment: Moment): Approval | Denial {
  const approval = settleApproval(question, state, moment);
  if (isDenial(approval) || bind === null || JSON.stringify(approval.bind) === JSON.stringify(bind)) return approval;
  return deny('APPROVAL_REQUIRED', { alias: question.alias, request: approval.request.id, detail: 'it was answered anew just now' });
}

function momentOf(chain: Chain, world: World, rehearse: boolean): Moment {
  return { nowMs: chain.nowMs, newId: rehearse ? null : (`req_${encodeUlid(chain.nowMs, world.random(10))}` as RequestId) };
}

/** Gives the run's room back and writes its result, in the second lock section. The denial says that the record is not on disk. */
export async function conclude(plan: Admitted, result: Partial<AuditEntry>, world: World): Promise<Denial | null> {
  return withParkedChain<null>(plan.state, world, (chain) => {
    releaseRoom(limitsOf(plan));
    return chain.append({ ...result, type: 'result', ...briefEntry(plan), secret_exposed: false }, { fsync: true });
  });
}

/** Writes the record of a request that was refused before anything ran. */
export async function noteDenial(
  state: State,
  entry: Partial<AuditEntry> & { readonly run: string },
  world: World,
  signal: AbortSignal,
): Promise<Denial | null> {
  return withParkedChain<null>(
    state,
    world,
    (chain) => chain.append({ ...entry, type: 'deny', decision: 'deny', secret_exposed: false }, { fsync: true }),
    signal,
  );
}

function limitsOf(plan: Admitted) {
  return {
    limitsDir: plan.state.paths.limits,
    uid: plan.state.uid,
    tenant: plan.tenant.tenant,
    grants: plan.schedule === null ? plan.decision.grants : [...plan.decision.grants, oneAtATime(plan.schedule)],
    run: plan.trail.run,
  };
}

/** A schedule's firings do not overlap. The dot keeps its limit file apart from every grant's. */
export function oneAtATime({ name }: Schedule): Limited {
  return { id: `schedule.${name}`, rate: null, concurrency: 1 };
}

function nameOverlap(denial: Denial | null, { schedule }: Admitted): Denial | null {
  if (schedule === null || denial?.code !== 'RATE_LIMITED' || denial.facts['grant'] !== oneAtATime(schedule).id) return denial;
  const detail = `the firing of schedule ${schedule.name} before this one is still running`;
  return deny('RATE_LIMITED', { limit: 'concurrency', detail }, denial.retryAfterMs);
}

/** A result names its run and what a reader filters by; the rest stands in the intent. */
function briefEntry({ trail }: Admitted): Pick<AuditEntry, 'run' | 'tenant' | 'project' | 'alias' | 'principal' | 'delivery'> {
  const { run, tenant, project, alias, principal, delivery } = trail;
  return { run, tenant, project, alias, principal, delivery };
}
