import type { ProjectName, SessionId, TenantName } from './ids.js';

/** Where a session's token stands in the environment of its processes. */
export const SESSION_VARIABLE = 'OUTLOOP_SESSION';

/** What a caller shows of a session: the token that it inherited, as it stands there. A claim until it is looked up. */
export type SessionEvidence = { readonly token: string };

/** Why a session ended: its command did, its time passed, or the operator ended it. */
export type SessionEnd = { readonly why: 'command' | 'expired' | 'operator'; readonly atMs: number };

/**
 * A process tree that the operator pinned to one client. It holds while the process that started it lives, until `expiresMs`,
 * and until it is ended. Times are milliseconds since the epoch.
 */
export type Session = {
  readonly id: SessionId;
  readonly tenant: TenantName;
  /** Null: every project of the tenant. */
  readonly project: ProjectName | null;
  /** The user who started it. */
  readonly uid: number;
  /** The `outloop session start` that waits for the command. */
  readonly pid: number;
  /** `readProcessStart(pid)` of then. */
  readonly pidStart: string | null;
  readonly startedMs: number;
  /** At that moment it is over. */
  readonly expiresMs: number;
  /** The base name of the command, for people; its arguments are not kept. */
  readonly command: string;
  readonly ended: SessionEnd | null;
};

/** Why a session does not hold. `gone`: the process that started it does not run any more. */
export type SessionFault = 'unknown' | 'unreadable' | 'other-user' | 'expired' | 'gone' | 'ended-by-operator' | 'ended-with-command';

/** What was found of the session that a caller shows. `id` is null where the token is not spelt as one. */
export type SessionSight = {
  readonly id: SessionId | null;
  readonly standing: { readonly kind: 'live'; readonly session: Session } | { readonly kind: 'fault'; readonly fault: SessionFault };
};
