import { deny, type Denial } from '../denial/denial.js';
import type { Link } from '../model/link.js';
import type { Caller } from '../model/run.js';
import type { SessionFault, SessionSight } from '../model/session.js';
import { findSession } from '../session/find-session.js';
import type { State } from '../state/open-state.js';

const FAULTS: Readonly<Record<SessionFault, string>> = {
  unknown: 'is not one that outloop started here',
  unreadable: 'cannot be read from the operator state',
  'other-user': 'belongs to another user',
  expired: 'is over: its time has passed',
  gone: 'is over: the process that started it has ended',
  'ended-by-operator': 'is over: the operator ended it',
  'ended-with-command': 'is over: its command has ended',
};

/** What the caller's session is, or null where it shows none. `nowMs` is the larger of the clock and the last audit record's time. */
export function sightSession(caller: Caller, state: State, nowMs: number): SessionSight | null {
  return caller.session === null ? null : findSession(caller.session, { sessionsDir: state.paths.sessions, uid: state.uid, nowMs });
}

/** Whether the session that the caller shows lets it act here: null, or TENANT_MISMATCH. One that does not hold is never taken for none. */
export function checkSession({ standing }: SessionSight, { tenant, project }: Link): Denial | null {
  if (standing.kind === 'fault') return deny('TENANT_MISMATCH', { tenant, fault: FAULTS[standing.fault] });
  const { session } = standing;
  if (session.tenant !== tenant) return deny('TENANT_MISMATCH', { tenant, pinned: session.tenant });
  if (session.project === null || session.project === project) return null;
  return deny('TENANT_MISMATCH', { tenant, project, pinned: `${session.tenant}/${session.project}` });
}
