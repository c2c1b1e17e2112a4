import type { Secret } from '../model/secret.js';
import { fingerprint } from '../scheme/fingerprint.js';

/** A run's credentials by name; under names that no credential can bear, what else must not come out. */
export type Secrets = ReadonlyMap<string, Secret>;

/** What a run holds besides the credentials that it fetched: tokens, parts of credentials, values that replaced them. */
export type Held = {
  /** Takes a secret over until `wipe`, whatever becomes of it meanwhile. */
  readonly hold: (secret: Secret) => void;
  /** What must not come out, each value once, and none that the run's credentials are. */
  readonly secrets: () => readonly Secret[];
  /** Overwrites all of them. */
  readonly wipe: () => void;
};

/** Holds nothing yet. `secrets`: the credentials that the run fetched and wipes itself; `key` tells equal values. */
export function openHeld(secrets: Secrets, key: { readonly auditKey: Uint8Array }): Held {
  const known = new Set(Array.from(secrets.values(), (secret) => fingerprint(secret, key)));
  const all: Secret[] = [];
  const distinct: Secret[] = [];
  return {
    hold: (secret) => {
      all.push(secret);
      const print = fingerprint(secret, key);
      if (!known.has(print)) distinct.push(secret);
      known.add(print);
    },
    secrets: () => distinct,
    wipe: () => {
      for (const secret of all) secret.wipe();
    },
  };
}
