import type { Redactions } from './run.js';

/** What an audit record tells of. */
export type AuditType = 'intent' | 'result' | 'deny' | 'admin' | 'repair';

/** One fact about a run or a change before it is chained. Values never stand here: parameters are names with keyed hashes. */
export type AuditEntry = {
  readonly type: AuditType;
  /** The run's id; for `admin` and `repair` an id of that command. */
  readonly run: string;
  readonly tenant?: string | null;
  readonly project?: string | null;
  readonly folder?: string | null;
  readonly link?: string | null;
  readonly alias?: string | null;
  readonly principal?: string | null;
  /** The session that the caller showed. */
  readonly session?: string;
  /** The request that was recorded, or whose approval was spent. */
  readonly request?: string;
  readonly decision?: 'permit' | 'deny';
  readonly grants?: readonly string[];
  readonly code?: string;
  readonly exit?: number;
  readonly delivery?: string | null;
  /** Parameter name → HMAC-SHA-256 of its value under the state's audit key (hex, 32 characters). */
  readonly params?: Readonly<Record<string, string>>;
  /** Source file (relative to the state) → SHA-256. */
  readonly sources?: Readonly<Record<string, string>>;
  readonly credentials?: readonly string[];
  readonly tool?: string | null;
  readonly backend_called?: boolean;
  readonly child_exit?: number | null;
  readonly child_signal?: string | null;
  readonly http_status?: number | null;
  readonly redactions?: number;
  /** The same by stream. */
  readonly redactions_by?: Redactions;
  readonly duration_ms?: number;
  readonly secret_exposed: false;
  /** `admin`: the command, and the names it changed. `repair`: what was cut. */
  readonly action?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  /** Texts, lists or tables of this entry were cut so that its line stays within 64 KiB. */
  readonly truncated?: true;
};

/** A chained record, one JSON line: `prev` is the SHA-256 (hex) of the line before it, without its newline. */
export type AuditRecord = AuditEntry & {
  readonly v: 1;
  readonly seq: number;
  readonly prev: string;
  /** ISO 8601 in UTC with milliseconds; never earlier than the record before it. */
  readonly time: string;
};
