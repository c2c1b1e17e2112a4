import type { SlotName } from '../model/ids.js';
import type { Secret } from '../model/secret.js';
import { hideSecrets } from '../redact/hide-secrets.js';
import type { RedactedSecret, Redactor } from '../redact/redactor.js';
import type { Held, Secrets } from './held.js';
import type { World } from './world.js';

/** A short-lived token in a slot's place of its credential. */
export type MintedToken = {
  /** The token, under the credential's name. */
  readonly secret: Secret;
  /** Forgets the kept token: its service refused it. */
  readonly drop: () => void;
};

/** The tokens of a run by slot, and all that the exchanges took and gave for them. */
export type MintedTokens = {
  readonly bySlot: ReadonlyMap<SlotName, MintedToken>;
  readonly held: Pick<Held, 'secrets' | 'wipe'>;
};

/** For a run whose slots present their credentials themselves. */
export const NO_TOKENS: MintedTokens = { bySlot: new Map(), held: { secrets: () => [], wipe: () => undefined } };

type Hidden = {
  readonly secrets: Secrets;
  readonly parts: readonly RedactedSecret[];
  readonly tokens: MintedTokens;
  readonly world: Pick<World, 'scanner'>;
};

/** What hides a run's output: its credentials and their parts, its tokens, what was exchanged for them, and `derived`, what schemes made of them. */
export function hideRun({ secrets, parts, tokens, world }: Hidden, derived: readonly RedactedSecret[] = []): Redactor {
  return hideSecrets([...secrets.values(), ...tokens.held.secrets()], [...parts, ...derived], world.scanner);
}
