import type { Denial } from '../denial/denial.js';
import type { CommandStreams } from '../execute/command-job.js';
import type { PrivatePlace } from '../execute/private-place.js';
import type { SlotName } from '../model/ids.js';
import type { Redactions } from '../model/run.js';
import type { Secret } from '../model/secret.js';
import type { Json } from '../model/service.js';
import type { RedactedSecret } from '../redact/redactor.js';
import type { Secrets } from './held.js';
import type { Outcome } from './make-record.js';
import type { MintedTokens } from './minted.js';
import type { Plan } from './plan.js';
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

/** The secret that fills a slot: the token that its credential was exchanged for, else the credential. The plan has bound every slot that its action needs. */
export function secretFor({ plan, secrets, tokens }: Pick<Performance, 'plan' | 'secrets' | 'tokens'>, slot: SlotName): Secret {
  const token = tokens.bySlot.get(slot);
  if (token !== undefined) return token.secret;
  const name = plan.decision.bind[slot];
  const secret = name === undefined ? undefined : secrets.get(name);
  if (secret === undefined) throw new TypeError('a permitted plan has an unbound slot');
  return secret;
}
