import { listTenantsIn, readAnswer, readWaiting, removeRecord } from '../../approval/approval-store.js';
import { clearOverflow } from '../../approval/overflow.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { withChain } from '../with-chain.js';
import { approvalPlace } from '../settle-approval.js';
import type { World } from '../world.js';
import { administer } from './administer.js';
import { listRequests, type RequestLine } from './requests.js';

/** What to take away besides what can have no effect any more, and how long ago it was last asked for at least. */
export type PruneWish = { readonly waiting: boolean; readonly rejected: boolean; readonly olderThanMs: number };

/**
 * Takes away approvals that are used or over, requests about aliases that have changed, files that cannot be read and the count of what was
 * not kept; with `waiting` and `rejected` those too, after which the same can be asked for again.
 */
export async function pruneRequests(
  world: World,
  caller: Caller,
  wish: PruneWish,
): Promise<{ readonly removed: number } | Refusal | Denial> {
  const detail = { waiting: wish.waiting, rejected: wish.rejected, older_than_ms: wish.olderThanMs };
  return administer(world, caller, { action: 'requests prune', detail }, async (state) => {
    const list = await listRequests(world, caller);
    if (isRefusal(list) || isDenial(list)) return list;
    const place = approvalPlace(state);
    return withChain<{ readonly removed: number } | Refusal>(state, world, (chain) => {
      let removed = 0;
      for (const line of list.lines.filter((one) => isPruned(one, wish, chain.nowMs))) {
        const { id, tenant, key } = line.request;
        const stands = line.answer === null ? readWaiting(place, tenant, key) : readAnswer(place, tenant, key);
        // A run may have put a new one there since the list was read.
        if (stands === null || typeof stands === 'string' || ('request' in stands ? stands.request.id : stands.id) !== id) continue;
        const fault = removeRecord(line.answer === null ? place.requestsDir : place.approvalsDir, tenant, key);
        if (fault !== null) return refusal(`request ${id} ${fault}`);
        removed++;
      }
      for (const { directory, tenant, key } of list.broken) {
        const fault = removeRecord(directory, tenant, key);
        if (fault !== null) return refusal(`${directory}/${tenant}/${key}.json ${fault}`);
        removed++;
      }
      const tenants = listTenantsIn(place.requestsDir, place.uid);
      for (const tenant of typeof tenants === 'string' ? [] : tenants) clearOverflow(place, tenant);
      return { removed };
    });
  });
}

function isPruned({ request, state }: RequestLine, wish: PruneWish, nowMs: number): boolean {
  if (request.lastMs > nowMs - wish.olderThanMs) return false;
  switch (state) {
    case 'waiting':
      return wish.waiting;
    case 'rejected':
      return wish.rejected;
    case 'approved':
      return false;
    case 'spent':
    case 'expired':
    case 'changed':
      return true;
  }
}
