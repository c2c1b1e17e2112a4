import type { PreparedHttp } from '../model/action.js';
import type { Presented } from '../model/presented.js';
import type { Service } from '../model/service.js';
import type { AnswerBody } from '../net/http-body.js';
import type { KnownRoots } from '../net/known-roots.js';
import type { Lookup } from '../net/resolve.js';

/** One HTTP request with all it needs. `proxy` is the settings' `http://host:port`, null for none. */
export type HttpJob = {
  readonly request: PreparedHttp;
  readonly service: Service;
  /** Credentials as their schemes present them; they go to the service's own origin only. */
  readonly presented: readonly Presented[];
  readonly limits: HttpLimits;
  readonly proxy: string | null;
  /** `outloop/1.2.3`; a header of the alias goes before it. */
  readonly userAgent: string;
  /** The operator's uid, for the owner of the `ca` file; null where there are none. */
  readonly uid: number | null;
  readonly roots: KnownRoots;
  /** Calls when the request has gone out, once for each that a redirect asks for. */
  readonly onSent?: () => void;
  /** Stands in for the system's resolver. */
  readonly lookup?: Lookup;
};

/** `timeoutMs` is for the whole request with its body, `maxBytes` for the decoded body. The others default to the constants of send-request. */
export type HttpLimits = {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly connectMs?: number;
  readonly firstByteMs?: number;
};

/**
 * The service's answer: its status, its header fields in order, with lower-case names and a character for each byte of a value (Latin-1), and
 * its body, not read yet. Nothing in it is redacted. Whoever holds an answer calls `body.close()` in the end, whatever happened.
 */
export type HttpAnswer = {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: AnswerBody;
};
