import type { TokenPlace } from '../credential/token/token-cache.js';
import type { CredentialName } from '../model/ids.js';
import type { Secret } from '../model/secret.js';
import type { Slot } from '../model/service.js';
import type { Credential } from '../model/tenant.js';
import type { Exchange } from '../scheme/exchange.js';
import type { Plan } from './plan.js';
import type { World } from './world.js';

/** One slot's exchange with all that it needs. `secret` is the credential as the run fetched it. */
export type Minting = {
  readonly plan: Plan;
  readonly world: World;
  readonly slot: Slot;
  readonly exchange: Exchange;
  readonly place: TokenPlace;
  readonly name: CredentialName;
  readonly credential: Credential;
  readonly secret: Secret;
  readonly host: string;
  /** Takes over a value of the credential, with what of it is secret on its own, so that the run hides and wipes it. */
  readonly hold: (value: Secret) => void;
};
