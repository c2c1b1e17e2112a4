import { deny, isDenial, type Denial } from '../denial/denial.js';
import { RESERVED_EXITS } from '../denial/exits.js';
import { openLineMarker } from '../execute/mark-lines.js';
import { chainFilters } from '../redact/redactor.js';
import { LEFT_PLACES, removeLeftPlaces, type Ground } from '../state/private-places.js';
import type { Outcome } from './make-record.js';
import { hideRun } from './minted.js';
import { secretFor, type Performance, type Performed } from './performance.js';
import { prepareMeanwhile, type Pace } from './prepare-meanwhile.js';
import type { World } from './world.js';

/** What the first bytes need is made while the child gets to writing them; one that runs on is likely to write much. */
const PACE: Pace = { firstMs: 0, moreMs: 40 };

/** Whoever approved a run was shown no input of it. */
const NO_INPUT = { kind: 'none' } as const;

/** Performs the permitted action with its credentials; its output leaves only through the redactor. */
export async function perform(performance: Performance, signal: AbortSignal): Promise<Performed> {
  if (performance.plan.action.kind === 'command') return performCommand(performance, signal);
  const { performRequest } = await import('./http-action.js');
  return performRequest(performance, signal);
}

async function performCommand(performance: Performance, signal: AbortSignal): Promise<Performed> {
  const { plan, place, streams, timeoutMs, world } = performance;
  const { runCommand } = await import('../execute/run-command.js');
  const { action, alias } = plan;
  if (action.kind !== 'command' || alias.action.kind !== 'command' || place === null) throw new TypeError('not a command');
  const credentials = alias.action.credentials.map(([variable, slot]) => ({ variable, secret: secretFor(performance, slot) }));

  const redactor = hideRun(performance);
  const stdoutFilter = redactor.open();
  const stderrRedactor = redactor.open();
  const ending = runCommand(
    {
      place,
      command: action,
      credentials,
      delivery: alias.action.delivery,
      limits: { timeoutMs, maxBytes: alias.limits.maxBytes },
      ambient: world.ambient,
      pty: plan.pty,
      lendPipes: () => world.locks.lendPipes(),
      guard: (group) => world.locks.guard(group),
    },
    {
      ...streams,
      stdin: plan.ask === null ? streams.stdin : NO_INPUT,
      stdoutFilter,
      stderrFilter: chainFilters(stderrRedactor, openLineMarker()),
    },
    signal,
  );
  // While the child starts; one that ends at once seldom writes anything.
  removeLeftPlaces(groundOf(world), LEFT_PLACES);
  const preparation = prepareMeanwhile(redactor, PACE);
  preparation.start();
  const ended = await ending.finally(() => preparation.stop());
  const redactions = { stdout: stdoutFilter.count, stderr: stderrRedactor.count };
  return { outcome: isDenial(ended) ? ended : judgeExit(ended.exit, ended.signal), redactions, httpStatus: null };
}

/** Where this process makes private places. */
export function groundOf({ temporary, uid, pid, now }: World): Ground {
  return { temporary, uid, pid, nowMs: now() };
}

/** A child's exit among the codes that outloop keeps for itself is told apart by a code of its own. */
function judgeExit(exit: number | null, signal: NodeJS.Signals | null): Outcome | Denial {
  if (exit !== null && exit >= RESERVED_EXITS.first && exit <= RESERVED_EXITS.last) return deny('CHILD_EXIT_RESERVED', { childExit: exit });
  return { kind: 'command', exit, signal };
}
