import type { Denial } from '../denial/denial.js';
import type { Presented } from '../model/presented.js';
import type { Secret } from '../model/secret.js';
import type { SchemeUse } from '../model/service.js';
import type { Exchange } from './exchange.js';

/** The request that a credential is presented to, before it is there. A scheme that signs reads it; the others look away. */
export type SchemeRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
};

/** A part of a secret that is secret on its own, by its name in a clause. The bytes are the secret's own. */
export type SecretPart = { readonly name: string; readonly bytes: Uint8Array };

/**
 * How a credential is presented on the wire. A scheme is pure: it opens nothing, keeps nothing of the secret, and takes whatever else it needs
 * from its arguments.
 */
export type Scheme = {
  /** The names of the options that it takes. */
  readonly options: readonly string[];
  /** What is wrong with a slot's options, none of them of another name, in a clause without values; null when they can be used. */
  readonly checkOptions: (options: SchemeUse['options']) => string | null;
  /** Where the credential is exchanged for a short-lived token, which is then presented in its place; absent: it is presented itself. */
  readonly exchange?: Exchange;
  /** What of the secret is secret on its own, besides the whole of it: it is judged and hidden as a whole one is; absent: nothing is. */
  readonly parts?: (secret: Secret, options: SchemeUse['options']) => readonly SecretPart[];
  /**
   * The secret as headers and query fields, for options that passed `checkOptions`. A value that the scheme cannot carry unchanged
   * is SECRET_UNUSABLE; it is never cut, trimmed or repaired. Every form in which the secret goes out, besides the value itself, is in `derived`.
   */
  readonly present: (secret: Secret, options: SchemeUse['options'], request: SchemeRequest) => Presented | Denial;
};
