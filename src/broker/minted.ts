import type { SlotName } from '../model/ids.js';
import type { Secret } from '../model/secret.js';
import { hideSecrets } from '../redact/hide-secrets.js';
import type { RedactedSecret, Redactor } from '../redact/redactor.js';
import type { World } from './world.js';

/** A run's credentials by name; under names that no credential can bear, what else must not come out. */
export type Secrets = ReadonlyMap<string, Secret>;

/** A short-lived token in a slot's place of its credential. */
export type MintedToken = {
  /** The token, under the credential's name. */
  readonly secret: Secret;
  /** What of the credential is secret on its own. */
  readonly parts: readonly Uint8Array[];
  /** Forgets the kept token: its service refused it. */
  readonly drop: () => void;
};

export type MintedTokens = ReadonlyMap<SlotName, MintedToken>;

/** For a run whose slots present their credentials themselves. */
export const NO_TOKENS: MintedTokens = new Map();

type Hidden = { readonly secrets: Secrets; readonly tokens: MintedTokens; readonly world: Pick<World, 'scanner'> };

/** What hides a run's output: its credentials, its tokens, the secret parts of what was exchanged, and `derived`, what schemes made of them. */
export function hideRun({ secrets, tokens, world }: Hidden, derived: readonly RedactedSecret[] = []): Redactor {
  const minted = [...tokens.values()];
  const parts = minted.flatMap(({ secret, parts: own }) => own.map((bytes) => ({ name: secret.name, bytes })));
  return hideSecrets([...secrets.values(), ...minted.map(({ secret }) => secret)], [...parts, ...derived], world.scanner);
}
