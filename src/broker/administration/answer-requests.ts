import { readAnswer, readWaiting, removeRecord, writeAnswer, type ApprovalPlace } from '../../approval/approval-store.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import type { Approval, ApprovalRequest } from '../../model/approval.js';
import type { CredentialName, RequestId, SlotName } from '../../model/ids.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { parseSpan } from '../../model/span.js';
import { parseUtc } from '../../model/utc-time.js';
import { neededSlots } from '../../policy/evaluate.js';
import type { State } from '../../state/open-state.js';
import { withChain } from '../with-chain.js';
import { findAlias, findTenant } from '../configuration.js';
import { openOwnState } from '../open-own-state.js';
import { readNow } from '../read-now.js';
import { approvalPlace } from '../settle-approval.js';
import type { World } from '../world.js';
import { administer } from './administer.js';
import { findRequest, openComparison, type RequestLine } from './requests.js';

/** What an operator gives: runs (null: as the rule has it), until when as typed (`24h`, a date), and what fills the slots of an alias that no grant permits. */
export type ApprovalWish = {
  readonly id: RequestId;
  readonly count: number | null;
  readonly until: string;
  readonly bind: Readonly<Record<string, string>>;
};

const MAX_COUNT = 10_000;
/** The longest approval: a year. What is to hold longer is a grant. */
const MAX_MS = 366 * 86_400_000;

/** Why nobody can answer here: an answer is given by a person who reads the request and types, so it needs a terminal. `--yes` does not help. */
export function refuseWithoutTerminal({ terminal }: Caller): Refusal | null {
  if (terminal.stdin && terminal.stderr) return null;
  return refusal('an approval is given on a terminal, by somebody who reads the request', 'run this command in a terminal of your own');
}

/** Approves a request that waits, or one that was rejected. It holds for the alias as it is, these parameters, this tenant, project and caller. */
export async function approveRequest(world: World, caller: Caller, wish: ApprovalWish): Promise<Approval | Refusal | Denial> {
  const blocked = refuseWithoutTerminal(caller);
  if (blocked !== null) return blocked;
  const found = await findRequest(world, caller, wish.id);
  if (isRefusal(found) || isDenial(found)) return found;
  const worth = readWorth(world, found, wish);
  if (isRefusal(worth) || isDenial(worth)) return worth;
  const { request } = found;
  const { count, expiresMs } = worth;
  const detail = { request: wish.id, alias: request.alias, principal: request.principal, count, until: new Date(expiresMs).toISOString() };
  return administer(world, caller, { action: 'requests approve', tenant: request.tenant, detail }, async (state) => {
    const bind = await checkBind(state, world, request, wish.bind);
    if (isRefusal(bind) || isDenial(bind)) return bind;
    const given = { verdict: 'approved', count, left: count, expiresMs, bind } as const;
    return settle(state, world, request, {
      mayReplace: 'rejected',
      answer: (asked, nowMs) => ({ ...given, request: asked, decidedMs: nowMs }),
    });
  });
}

/** Why an approval would be refused as it is wished for; null: nothing is known against it. */
export async function refuseApproval(world: World, found: RequestLine, wish: ApprovalWish): Promise<Refusal | Denial | null> {
  const worth = readWorth(world, found, wish);
  if (isRefusal(worth) || isDenial(worth)) return worth;
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const bind = await checkBind(state, world, found.request, wish.bind);
  return isRefusal(bind) || isDenial(bind) ? bind : null;
}

/** Rejects a request that waits, or takes an approval back. A run that has started goes on; every later one is denied. */
export async function rejectRequest(world: World, caller: Caller, id: RequestId): Promise<Approval | Refusal | Denial> {
  const found = await findUnrejected(world, caller, id);
  if (isRefusal(found) || isDenial(found)) return found;
  const { request } = found;
  const change = {
    action: 'requests reject',
    tenant: request.tenant,
    detail: { request: id, alias: request.alias, principal: request.principal },
  };
  return administer(world, caller, change, (state) =>
    settle(state, world, request, {
      mayReplace: 'approved',
      answer: (asked, nowMs) => ({ request: asked, verdict: 'rejected', decidedMs: nowMs, count: 0, left: 0, expiresMs: null, bind: {} }),
    }),
  );
}

/** A request that can be rejected, or why it cannot. */
export async function findUnrejected(world: World, caller: Caller, id: RequestId): Promise<RequestLine | Refusal | Denial> {
  const found = await findRequest(world, caller, id);
  if (isRefusal(found) || isDenial(found)) return found;
  return found.state === 'rejected' ? refusal(`request ${id} is rejected already`) : found;
}

/** What stands under a request's key now. A request that has an answer of its own id is answered, whatever else is on file. */
type Standing = { readonly kind: 'waiting'; readonly request: ApprovalRequest } | { readonly kind: 'answered'; readonly answer: Approval };

/**
 * Puts the answer on file under the audit lock, where runs look for it; unless what the operator saw is not what stands there any
 * more: another answer may have come first, and an approval must never be given twice.
 */
function settle(
  state: State,
  world: World,
  seen: ApprovalRequest,
  { mayReplace, answer }: { mayReplace: Approval['verdict']; answer: (request: ApprovalRequest, nowMs: number) => Approval },
): Approval | Refusal | Denial {
  const place = approvalPlace(state);
  const done = withChain<Approval | Refusal>(state, world, (chain) => {
    const standing = findStanding(place, seen);
    if (isRefusal(standing)) return standing;
    if (standing.kind === 'answered' && standing.answer.verdict !== mayReplace)
      return refusal(`request ${seen.id} was answered just now`, 'outloop requests list --all');
    const given = answer(standing.kind === 'waiting' ? standing.request : standing.answer.request, chain.nowMs);
    const fault = writeAnswer(place, given);
    if (fault !== null) return refusal(`the answer cannot be kept: ${fault}`, 'outloop doctor');
    // The answer holds from here on, also where its request cannot be taken away: that one is told from those that wait by its id.
    removeRecord(place.requestsDir, seen.tenant, seen.key);
    return given;
  });
  return done;
}

function findStanding(place: ApprovalPlace, { id, tenant, key }: ApprovalRequest): Standing | Refusal {
  const waiting = readWaiting(place, tenant, key);
  if (typeof waiting === 'string') return refusal(waiting, 'outloop doctor');
  const answer = readAnswer(place, tenant, key);
  if (typeof answer === 'string') return refusal(answer, 'outloop doctor');
  if (answer?.request.id === id) return { kind: 'answered', answer };
  if (waiting?.id === id) return { kind: 'waiting', request: waiting };
  return refusal(`request ${id} is gone: it was asked for anew, or taken away, just now`, 'outloop requests list');
}

/** For how many runs an approval would be, null: as often as it is asked for; and until when. */
function readWorth(
  world: World,
  { request, state: standing, answer }: RequestLine,
  wish: ApprovalWish,
): { readonly count: number | null; readonly expiresMs: number } | Refusal | Denial {
  if (standing === 'approved')
    return refusal(`request ${wish.id} is approved already${answer === null ? '' : `, ${describeLeft(answer)}`}`);
  if (standing === 'spent' || standing === 'expired')
    return refusal(`the approval of request ${wish.id} is ${standing === 'spent' ? 'used' : 'over'}`, 'wait until it is asked for again');
  const count = readCount(wish.count, request);
  if (isRefusal(count)) return count;
  const own = openOwnState(world);
  if (isDenial(own)) return own;
  const expiresMs = readUntil(wish.until, readNow(own, world));
  return isRefusal(expiresMs) ? expiresMs : { count, expiresMs };
}

function readCount(count: number | null, { rule }: ApprovalRequest): number | null | Refusal {
  if (rule === 'always-ask' && count !== null && count !== 1)
    return refusal('its grant says always-ask: an approval is good for one run', 'leave --count out');
  if (count !== null && (count < 1 || count > MAX_COUNT)) return refusal(`--count is 1 to ${MAX_COUNT}`);
  return count ?? (rule === 'once' ? null : 1);
}

/** `24h` from now, or a date or time. */
function readUntil(text: string, nowMs: number): number | Refusal {
  const span = parseSpan(text);
  const untilMs = span === null ? parseUtc(text) : nowMs + span;
  if (untilMs === null) return refusal('--expires needs a time such as 30m, 24h or 7d, or a date');
  if (untilMs <= nowMs) return refusal('--expires lies in the past');
  return untilMs - nowMs > MAX_MS ? refusal('an approval holds for a year at most; what is to hold longer is a grant') : untilMs;
}

/** What fills the slots where no grant does, for an alias that is as it was when it was asked for. A grant's own bindings are not the approval's business. */
async function checkBind(
  state: State,
  world: World,
  request: ApprovalRequest,
  given: Readonly<Record<string, string>>,
): Promise<Approval['bind'] | Refusal | Denial> {
  if (!(await openComparison(state, world)(request))) {
    return refusal(
      `alias ${request.alias}, or what permits it, has changed since this was asked`,
      'it must be asked for again; outloop requests prune takes this one away',
    );
  }
  if (request.rule !== 'ungranted') {
    return Object.keys(given).length === 0 ? {} : refusal('a grant binds the credentials of this request', 'leave --bind out');
  }
  const found = await findAlias(state, request.alias, world);
  if (isDenial(found)) return found;
  const tenant = await findTenant(state, request.tenant, world);
  if (isDenial(tenant)) return tenant;
  const slots = neededSlots(found.alias);
  const unbound = slots.filter((slot) => !Object.hasOwn(given, slot));
  if (unbound[0] !== undefined)
    return refusal(`slot ${unbound[0]} of ${request.alias} is bound to no credential`, `add --bind ${unbound[0]}=NAME`);
  const bind: Record<SlotName, CredentialName> = {};
  for (const [slot, credential] of Object.entries(given)) {
    const known = slots.find((needed) => needed === slot);
    if (known === undefined) return refusal(`${request.alias} has no slot ${slot} to bind`);
    if (!Object.hasOwn(tenant.tenant.credentials, credential))
      return refusal(`tenant ${request.tenant} has no credential ${credential}`, `outloop secret list ${request.tenant}`);
    bind[known] = credential as CredentialName;
  }
  return bind;
}

function describeLeft({ left, expiresMs }: Approval): string {
  const runs = left === null ? 'as often as needed' : `${left} ${left === 1 ? 'run' : 'runs'} left`;
  return expiresMs === null ? runs : `${runs} until ${new Date(expiresMs).toISOString()}`;
}
