import { openChain } from '../../audit/append.js';
import { readHead } from '../../audit/head.js';
import { EVERY_RECORD, queryRecords } from '../../audit/query.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import {
  faultOfLimit,
  isLimitAhead,
  listLimits,
  LONGEST_PERIOD_MS,
  makeLimit,
  readLimitName,
  settleLimits,
  type LimitOwner,
} from '../../policy/repair-limit.js';
import type { State } from '../../state/open-state.js';
import { listTenants } from '../../state/tenants.js';
import { tenantDeps } from '../configuration.js';
import type { World } from '../world.js';

/** A limit file that cannot be used: whose it is, and why, as a clause. */
export type BrokenLimit = LimitOwner & { readonly file: string; readonly why: string };

/** A limit file that was made anew, with the number of starts that the log told of. */
export type RepairedLimit = BrokenLimit & { readonly starts: number };

/**
 * What is known of the limit files: those that were made before and cannot be used now, and those that count what lies `ahead` of the log's time. `isSure` is false where the
 * head that knew which were made was lost.
 */
export type LimitFaults = { readonly broken: readonly BrokenLimit[]; readonly ahead: readonly LimitOwner[]; readonly isSure: boolean };

/** Finds them. None where the audit's head cannot be read, or is not there: that is the log's trouble. */
export function findLimitFaults(state: State, nowMs: number): LimitFaults {
  const head = readHead(state.paths.audit, state.uid);
  if (head === null || head === 'unreadable' || isDenial(head)) return { broken: [], ahead: [], isSure: true };
  const { limits } = state.paths;
  const ahead = listLimits(limits).filter((file) => isLimitAhead(limits, file, state.uid, nowMs));
  return {
    broken: findBroken(state, head.limits ?? listLimits(limits)),
    ahead: ahead.map(readLimitName).filter((owner) => owner !== null),
    isSure: head.limits !== null,
  };
}

function findBroken(state: State, files: readonly string[]): readonly BrokenLimit[] {
  return files.flatMap((file) => {
    const owner = readLimitName(file);
    const why = owner === null ? null : faultOfLimit(state.paths.limits, file, state.uid);
    return owner === null || why === null ? [] : [{ ...owner, file, why }];
  });
}

/** What became of the limit files: those made anew, the number of those that were `settled`, and whether what is there was taken for all there were. */
export type RepairedLimits = { readonly limits: readonly RepairedLimit[]; readonly settled: number; readonly recalled: boolean };

/**
 * Makes the limit files anew that cannot be used, from the audit log: every intent that names the grant was a start. In the others nothing stays later than the log's time: they are `settled`. Each is put on record before it
 * is made. Call it with the audit lock held. Places that runs hold just now are not known to the log and are given up. Where the head that knew was lost, a grant
 * with limits that ran within a day had a file, and what is there then is all there is: `recalled` says that this was done.
 */
export async function repairLimits(
  state: State,
  world: World,
  { nowMs, run }: { readonly nowMs: number; readonly run: string },
): Promise<RepairedLimits | Denial> {
  const chain = openChain({ auditDir: state.paths.audit, nowMs, uid: state.uid });
  if (isDenial(chain)) return chain;
  try {
    const settled = settleLimits(state.paths.limits, state.uid, chain.nowMs);
    const remembered = chain.limits;
    const recalled = remembered === null;
    if (!recalled && findBroken(state, remembered).length === 0) return { limits: [], settled, recalled };
    const starts = await readStarts(state, chain.nowMs);
    if (isDenial(starts)) return starts;
    const known = remembered ?? [...new Set([...listLimits(state.paths.limits), ...(await keepLimited(starts.keys(), state, world))])];
    const broken = findBroken(state, known);
    const repaired: RepairedLimit[] = [];
    chain.limits = known;
    if (recalled) {
      const detail = { cause: 'head', files: known.length };
      const refused = chain.append({ type: 'repair', run, action: 'limit', detail, secret_exposed: false }, { fsync: true });
      if (refused !== null) return refused;
    }
    for (const limit of broken) {
      const known = starts.get(limit.file) ?? [];
      const detail = { cause: 'limit', file: limit.file, why: limit.why, starts: known.length };
      const refused = chain.append(
        { type: 'repair', run, tenant: limit.tenant, action: 'limit', detail, secret_exposed: false },
        { fsync: true },
      );
      if (refused !== null) return refused;
      makeLimit(state.paths.limits, limit.file, known);
      repaired.push({ ...limit, starts: known.length });
    }
    return { limits: repaired, settled, recalled };
  } finally {
    chain.close();
  }
}

/** Those of the files whose grants have limits now; all of a tenant whose file cannot be read. */
async function keepLimited(files: Iterable<string>, state: State, world: World): Promise<readonly string[]> {
  const { tenants } = await listTenants(state, tenantDeps(world));
  const grantsOf = new Map(
    tenants.flatMap(({ compiled }) => (compiled.kind === 'ok' ? [[compiled.tenant.tenant, compiled.tenant.grants] as const] : [])),
  );
  return [...files].filter((file) => {
    const owner = readLimitName(file);
    const grants = owner === null ? [] : grantsOf.get(owner.tenant);
    return (
      grants === undefined || grants.some(({ id, rate, concurrency }) => id === owner?.grant && (rate !== null || concurrency !== null))
    );
  });
}

/** Limit file → when the runs of its grant started, as far as a rate may look back. */
async function readStarts(state: State, nowMs: number): Promise<ReadonlyMap<string, readonly number[]> | Denial> {
  const starts = new Map<string, number[]>();
  const intents = queryRecords(state.paths.audit, { ...EVERY_RECORD, type: 'intent', sinceMs: nowMs - LONGEST_PERIOD_MS });
  for (;;) {
    const next = await intents.next();
    if (next.done === true) return next.value ?? starts;
    const { tenant, grants, time } = next.value.record;
    for (const grant of grants ?? []) {
      const file = `${tenant ?? ''}.${grant}.json`;
      const known = starts.get(file);
      const startMs = Math.min(Date.parse(time), nowMs);
      if (known === undefined) starts.set(file, [startMs]);
      else known.push(startMs);
    }
  }
}
