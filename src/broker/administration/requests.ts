import { listKeys, listTenantsIn, readAnswer, readWaiting, type ApprovalPlace } from '../../approval/approval-store.js';
import { judgeApproval } from '../../approval/judge-approval.js';
import { readOverflow } from '../../approval/overflow.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import type { Approval, ApprovalRequest, ApprovalState } from '../../model/approval.js';
import type { AliasName, RequestId, TenantName } from '../../model/ids.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { hashDefinition } from '../../approval/request-key.js';
import type { State } from '../../state/open-state.js';
import { findAlias, findTenant } from '../configuration.js';
import { openOwnState } from '../open-own-state.js';
import { approvalPlace } from '../settle-approval.js';
import { readNow } from '../read-now.js';
import type { World } from '../world.js';
import { refuseAgent } from './administer.js';

/** How a request stands: it waits, or what its answer is worth. */
export type RequestState = 'waiting' | Exclude<ApprovalState, 'none'>;

/** A request as `requests list` shows it, with its answer where there is one. */
export type RequestLine = { readonly request: ApprovalRequest; readonly answer: Approval | null; readonly state: RequestState };

/** A file that stands under a request's key and cannot be read; `why` is a clause that names it. */
export type BrokenFile = { readonly directory: string; readonly tenant: TenantName; readonly key: string; readonly why: string };

/** What is on file: requests, the oldest first; files that cannot be read; and how many requests of a tenant were not kept. */
export type RequestList = {
  readonly lines: readonly RequestLine[];
  readonly broken: readonly BrokenFile[];
  readonly overflow: Readonly<Record<string, number>>;
};

/** Every request and answer, for an operator: values that callers gave stand in them, so an agent is refused. */
export async function listRequests(world: World, caller: Caller): Promise<RequestList | Refusal | Denial> {
  if (refuseAgent(caller) !== null) {
    return refusal(
      'requests are for the operator to read: they hold what callers gave',
      'outloop explain ALIAS … says how your own request stands',
    );
  }
  const state = openOwnState(world);
  return isDenial(state) ? state : gatherRequests(state, world);
}

/** What is on file, for whoever may see it. */
export async function gatherRequests(state: State, world: World): Promise<RequestList | Refusal> {
  const stored = readStored(approvalPlace(state));
  if (isRefusal(stored)) return stored;
  const nowMs = readNow(state, world);
  const isCurrent = openComparison(state, world);
  const answered = new Set(stored.answers.map(({ request }) => request.id));
  const waiting = stored.waiting.filter(({ id }) => !answered.has(id));
  const lines: RequestLine[] = [];
  for (const request of waiting) lines.push({ request, answer: null, state: (await isCurrent(request)) ? 'waiting' : 'changed' });
  for (const answer of stored.answers) {
    const standing = judgeApproval(answer, answer.request, nowMs);
    const isVoid = standing === 'none' || !(await isCurrent(answer.request));
    lines.push({ request: answer.request, answer, state: isVoid ? 'changed' : standing });
  }
  lines.sort((a, b) => a.request.firstMs - b.request.firstMs || (a.request.id < b.request.id ? -1 : 1));
  return { lines, broken: stored.broken, overflow: stored.overflow };
}

/** One request by its id: the one that waits, else the last that was answered. */
export async function findRequest(world: World, caller: Caller, id: RequestId): Promise<RequestLine | Refusal | Denial> {
  const list = await listRequests(world, caller);
  if (isRefusal(list) || isDenial(list)) return list;
  const found = list.lines.filter(({ request }) => request.id === id);
  return found.find(({ answer }) => answer === null) ?? found[0] ?? refusal(`there is no request ${id}`, 'outloop requests list --all');
}

/** Tells of requests whether what they are about is as it was: what the alias does, and each grant that permits it. What cannot be read is not. */
export function openComparison(state: State, world: World): (request: ApprovalRequest) => Promise<boolean> {
  const definitions = new Map<AliasName, string | null>();
  const grants = new Map<TenantName, ReadonlyMap<string, string>>();
  return async ({ alias, definition, tenant, grants: asked }) => {
    if (!definitions.has(alias)) definitions.set(alias, await findDefinition(state, world, alias));
    if (!grants.has(tenant)) grants.set(tenant, await findGrants(state, world, tenant));
    return definitions.get(alias) === definition && Object.entries(asked).every(([id, sha]) => grants.get(tenant)?.get(id) === sha);
  };
}

async function findDefinition(state: State, world: World, alias: AliasName): Promise<string | null> {
  const found = await findAlias(state, alias, world);
  return isDenial(found) ? null : hashDefinition(found.alias);
}

async function findGrants(state: State, world: World, tenant: TenantName): Promise<ReadonlyMap<string, string>> {
  const found = await findTenant(state, tenant, world);
  return new Map(isDenial(found) ? [] : found.tenant.grants.map(({ id, definition }) => [id, definition]));
}

type StoredRequests = {
  readonly waiting: ApprovalRequest[];
  readonly answers: Approval[];
  readonly broken: BrokenFile[];
  readonly overflow: Record<string, number>;
};

function readStored(place: ApprovalPlace): StoredRequests | Refusal {
  const stored: StoredRequests = { waiting: [], answers: [], broken: [], overflow: {} };
  const collect = <T>(directory: string, read: (tenant: TenantName, key: string) => T | null | string, into: T[]): Refusal | null => {
    const tenants = listTenantsIn(directory, place.uid);
    if (typeof tenants === 'string') return refusal(`${directory} ${tenants}`, 'outloop doctor');
    for (const tenant of tenants) {
      const keys = listKeys(directory, tenant, place.uid);
      if (typeof keys === 'string') return refusal(`${directory}/${tenant} ${keys}`, 'outloop doctor');
      for (const key of keys) {
        const record = read(tenant, key);
        if (typeof record === 'string') stored.broken.push({ directory, tenant, key, why: record });
        else if (record !== null) into.push(record);
      }
    }
    return null;
  };
  const fault =
    collect(place.requestsDir, (tenant, key) => readWaiting(place, tenant, key), stored.waiting) ??
    collect(place.approvalsDir, (tenant, key) => readAnswer(place, tenant, key), stored.answers);
  if (fault !== null) return fault;
  for (const tenant of new Set(stored.waiting.map((request) => request.tenant))) {
    const { times } = readOverflow(place, tenant);
    if (times > 0) stored.overflow[tenant] = times;
  }
  return stored;
}
