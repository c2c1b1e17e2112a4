import { deny, isDenial, type Denial } from '../denial/denial.js';
import { RESERVED_EXITS } from '../denial/exits.js';
import type { CommandStreams } from '../execute/command-job.js';
import { openLineMarker } from '../execute/mark-lines.js';
import type { PrivatePlace } from '../execute/private-place.js';
import type { SlotName } from '../model/ids.js';
import type { Redactions } from '../model/run.js';
import type { Secret } from '../model/secret.js';
import type { Json } from '../model/service.js';
import { chainFilters, type RedactedSecret } from '../redact/redactor.js';
import { LEFT_PLACES, removeLeftPlaces, type Ground } from '../state/private-places.js';
import type { Plan } from './evaluate.js';
import type { Outcome } from './make-record.js';
import { hideRun, type MintedTokens, type Secrets } from './minted.js';
import { prepareMeanwhile, type Pace } from './prepare-meanwhile.js';
import type { World } from './world.js';

/** The caller's streams; the filters before them are the broker's. */
export type RunStreams = Omit<CommandStreams, 'stdoutFilter' | 'stderrFilter'>;

/** How an action ended, with what was replaced in its output. */
export type Performed = {
  readonly outcome: Outcome | Denial;
  readonly redactions: Redactions;
  readonly httpStatus: number | null;
  /** What was selected from an HTTP answer; null is a result. */
  readonly result?: Json;
};

/** All that performing needs besides the plan. `place` is a command's private place, null for an HTTP action. */
export type Performance = {
  readonly plan: Plan;
  readonly secrets: Secrets;
  /** What of them is secret on its own. */
  readonly parts: readonly RedactedSecret[];
  /** What was exchanged for some of the secrets. */
  readonly tokens: MintedTokens;
  readonly place: PrivatePlace | null;
  readonly streams: RunStreams;
  readonly timeoutMs: number;
  readonly world: World;
};

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

/** The secret that fills a slot: the token that its credential was exchanged for, else the credential. The plan has bound every slot that its action needs. */
export function secretFor({ plan, secrets, tokens }: Pick<Performance, 'plan' | 'secrets' | 'tokens'>, slot: SlotName): Secret {
  const token = tokens.bySlot.get(slot);
  if (token !== undefined) return token.secret;
  const name = plan.decision.bind[slot];
  const secret = name === undefined ? undefined : secrets.get(name);
  if (secret === undefined) throw new TypeError('a permitted plan has an unbound slot');
  return secret;
}
