import type { Denial } from '../denial/denial.js';
import type { Secret } from '../model/secret.js';
import type { SchemeUse } from '../model/service.js';

/** A POST that asks for a token. It holds the credential, so it goes to the endpoint and nowhere else. */
export type ExchangeRequest = {
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
};

/** What the endpoint said, whole. `host` is its name for a denial's facts; `retryAfterMs` null: it named no time. */
export type ExchangeAnswer = {
  readonly host: string;
  readonly status: number;
  readonly body: Uint8Array;
  readonly retryAfterMs: number | null;
};

/** A token to present in the credential's place. Its bytes belong to whoever asked. */
export type Token = {
  readonly value: Uint8Array;
  /** When it ends, in milliseconds since the epoch; null: the endpoint did not say, and it serves this run alone. */
  readonly expiresMs: number | null;
  /** The credential's whole new value, which must be kept from now on; null: it stays as it is. */
  readonly successor: Uint8Array | null;
};

/**
 * The part of a scheme that exchanges a credential for a short-lived token. It is a description: it builds the request and reads the answer,
 * and the broker sends the one and keeps the token. All of it is for options that passed `checkOptions`.
 */
export type Exchange = {
  /** Where the request goes, an absolute URL. Its host must be among the slot's, and it is checked as any destination before the audit intent. */
  readonly endpoint: (options: SchemeUse['options']) => string;
  /** Whether the endpoint may replace the credential, which must then rest in a backend that outloop can write to. */
  readonly replaces: (options: SchemeUse['options']) => boolean;
  /** The parts of a credential that are secret on their own, besides the whole of it; none where it cannot be read. */
  readonly parts: (secret: Secret, options: SchemeUse['options']) => readonly Uint8Array[];
  /** The request for a token; SECRET_UNUSABLE for a credential that it cannot be made from. */
  readonly ask: (secret: Secret, options: SchemeUse['options'], nowMs: number) => ExchangeRequest | Denial;
  /**
   * The token in an answer to that request, which was sent at `nowMs`. SECRET_UNUSABLE: the endpoint refused the credential;
   * BACKEND_UNAVAILABLE: it did not answer as it should. No text of the endpoint goes into a denial.
   */
  readonly read: (answer: ExchangeAnswer, asked: { secret: Secret; options: SchemeUse['options']; nowMs: number }) => Token | Denial;
};
