import type { DenialCode } from '../denial/catalogue.js';
import type { Actor } from '../denial/entry.js';
import type { LinkEvidence } from './link.js';
import type { SessionEvidence } from './session.js';
import type { Json } from './service.js';

/** How a run that reached its action ended, when no denial code says it. */
export type OutcomeCode = 'OK' | 'CHILD_FAILED' | 'CHILD_SIGNALED' | 'HTTP_ERROR';

/** A parameter as it was given: text from the command line, or JSON from `--params`. */
export type GivenParam =
  | { readonly name: string; readonly kind: 'text'; readonly text: string }
  | { readonly name: string; readonly kind: 'json'; readonly value: Json };

/** What the surface knows of the caller: evidence, not conclusions. Under a broker of another user all of it is a claim. */
export type Caller = {
  /** Environment variables; the principal and the runtime guard read them. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Node's own arguments (process.execArgv). */
  readonly execArgv: readonly string[];
  readonly terminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  readonly link: LinkEvidence;
  /** Null: the caller shows none. */
  readonly session: SessionEvidence | null;
  /** The login name, for `human:<name>`. */
  readonly user: string;
};

/** One request to perform an action, as JSON nouns. */
export type RunRequest = {
  /** The alias as typed: `github.issues.list`, or qualified `acme/github.issues.list`. */
  readonly alias: string;
  /** Tenant names that the caller asserts, with where each stands: `--tenant`, OUTLOOP_TENANT. */
  readonly assertedTenants: readonly { readonly from: string; readonly tenant: string }[];
  readonly params: readonly GivenParam[];
  readonly extra: readonly string[];
  /** `--as`, else OUTLOOP_PRINCIPAL, else null. */
  readonly claim: string | null;
  /** From `--timeout`; it only lowers the alias's own. */
  readonly timeoutMs: number | null;
  /** From `--reason`: why the caller wants this, in its own words. For a person who is asked to approve, never for policy. */
  readonly reason: string | null;
};

/** How many matches were replaced on each of a run's streams. An HTTP answer is stdout. */
export type Redactions = { readonly stdout: number; readonly stderr: number };

export const NO_REDACTIONS: Redactions = { stdout: 0, stderr: 0 };

/** The safe next step. */
export type NextStep = { readonly who: Actor; readonly do: string; readonly command: string | null };

/** The machine record of a run: the JSON that `--status-fd` and `--json` carry (docs/formats.md). */
export type RunRecord = {
  readonly v: 1;
  readonly run: string;
  readonly origin: 'outloop' | 'child' | 'service';
  readonly code: DenialCode | OutcomeCode;
  readonly exit: number;
  readonly retryable: boolean;
  readonly retry_after_ms: number | null;
  readonly reason: string;
  readonly next: NextStep | null;
  readonly tenant: string | null;
  readonly project: string | null;
  readonly alias: string | null;
  readonly principal: string | null;
  readonly delivery: string | null;
  readonly backend_called: boolean;
  readonly child_exit: number | null;
  readonly child_signal: string | null;
  readonly http_status: number | null;
  /** How many matches were replaced, in all and by stream. */
  readonly redactions: number;
  readonly redactions_by: Redactions;
  readonly secret_exposed: false;
  readonly duration_ms: number;
  /** The request that a person has been asked to approve. */
  readonly request?: string;
  readonly audit_result?: 'failed';
};

/** A good end before anything was fetched: a rehearsal's. */
export function isRehearsal({ origin, code, backend_called: fetched }: RunRecord): boolean {
  return origin === 'outloop' && code === 'OK' && !fetched;
}
