import { isDenial } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import { findAhead } from '../model/ahead.js';
import { Chain, openChain } from './append.js';
import { acknowledgeEntry } from './break.js';
import { recallLimits } from './head.js';
import { startOfMonth } from './log-file.js';
import type { Break } from './break.js';
import type { Verification } from './verify.js';

/**
 * What a repair did. `cutBytes`: the size of a torn record that was cut, 0 when there was none. `acknowledged`: the breaks
 * that are on record now, the first thousand of them; empty when the chain was whole. `takenBackMs`: how far time was taken
 * back, 0 when it was not.
 */
export type Repair = {
  readonly kind: 'repair';
  readonly cutBytes: number;
  readonly acknowledged: readonly Break[];
  readonly acknowledgedCount: number;
  readonly takenBackMs: number;
};

/** Which log is repaired, by whom, when, and under which id. */
export type RepairPlace = { readonly auditDir: string; readonly uid: number; readonly nowMs: number; readonly run: string };

/**
 * Gives the operator a way on without destroying evidence. Call it with the audit lock held, under which `verifyChain` has just found what is `found`. A torn record at the end is cut
 * and a `repair` record says so. A chain that is broken is left as it is, byte for byte: one `repair` record names the first
 * break (the head's, where it has one) and a digest of all of them, and the chain continues from the log's real last line;
 * afterwards `verifyChain` lists those very breaks as acknowledged, and any other as a break again. Where the log is ahead of the clock
 * (`findAhead`), a last `repair` record takes time back to it. Nothing to do: nothing is written. `run` is this command's id, `nowMs` the clock. AUDIT_UNAVAILABLE when the log cannot be read or written.
 */
export function repairFound(place: RepairPlace, found: Verification): Repair | Denial {
  const chain = found.firstBad === null ? openChain(place) : continueFrom(found, place);
  if (isDenial(chain)) return chain;
  try {
    const cut = chain.isTorn ? (found.torn?.bytes ?? 0) : 0;
    const aheadMs = findAhead(chain.nowMs, place.nowMs);
    const refused =
      chain.cutTorn(place.run) ??
      acknowledge(chain, found, place.run) ??
      (aheadMs === null ? null : chain.takeTimeBack(place.run, place.nowMs));
    const acknowledged = { acknowledged: found.breaks, acknowledgedCount: found.badCount };
    return refused ?? { kind: 'repair', cutBytes: cut, ...acknowledged, takenBackMs: aheadMs ?? 0 };
  } finally {
    chain.close();
  }
}

/** The new record stands in the last file or a later one, and is no earlier than anything that was remembered. */
function continueFrom(found: Verification, place: { readonly auditDir: string; readonly uid: number; readonly nowMs: number }): Chain {
  const { torn, remembered } = found;
  const due = torn === null ? null : { file: torn.file, bytes: torn.bytes, seq: null, sha: null };
  // A last file that is torn from its beginning on is the last one all the same: the end of the one before it may be torn as well.
  const monthMs = torn?.start === 0 ? startOfMonth(torn.file) : 0;
  const nowMs = Math.max(place.nowMs, found.latestMs, monthMs);
  return new Chain({ ...place, nowMs, tail: found.end, fd: null, limits: recallLimits(remembered, found.end.seq), fragment: torn, due });
}

function acknowledge(chain: Chain, found: Verification, run: string): Denial | null {
  const first = found.firstBad;
  if (first === null) return null;
  const named = found.head === 'broken' ? (found.breaks.at(-1) ?? first) : first;
  const breaks = found.badCount - (found.head === 'broken' ? 1 : 0);
  return chain.append(acknowledgeEntry(run, { named, breaks, digest: found.digest }), { fsync: true });
}
