import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { findAhead } from '../model/ahead.js';
import type { SessionId } from '../model/ids.js';
import type { Session, SessionEvidence, SessionFault, SessionSight } from '../model/session.js';
import { isAlive } from '../state/live-process.js';
import { faultOfDirectory } from '../state/private-directory.js';
import { readPrivateFile } from '../state/private-file.js';
import { MAX_SESSION_BYTES, parseSession, type StoredSession } from './session-file.js';
import { hashToken, readToken } from './token.js';

/** Where sessions are kept, who must own them, and what time it is. */
export type SessionPlace = {
  readonly sessionsDir: string;
  readonly uid: number;
  /** The larger of the clock and the last audit record's time, so that a clock that was set back prolongs nothing. */
  readonly nowMs: number;
};

/** Looks up what a token names. Every fault is one: a token that is not known is never taken for none. Throws nothing that a file can cause. */
export function findSession({ token }: SessionEvidence, place: SessionPlace): SessionSight {
  const id = readToken(token);
  if (id === null) return { id, standing: { kind: 'fault', fault: 'unknown' } };
  const stored = readSession(place, id);
  if (typeof stored === 'string') return { id, standing: { kind: 'fault', fault: stored } };
  if (!timingSafeEqual(Buffer.from(stored.hash), Buffer.from(hashToken(token))))
    return { id, standing: { kind: 'fault', fault: 'unknown' } };
  const fault = judgeSession(stored.session, place);
  return { id, standing: fault === null ? { kind: 'live', session: stored.session } : { kind: 'fault', fault } };
}

/** Why a session does not hold now, or null. One that was started later than now, by a clock that was ahead, is over. */
export function judgeSession(session: Session, { uid, nowMs }: Omit<SessionPlace, 'sessionsDir'>): SessionFault | null {
  if (session.uid !== uid) return 'other-user';
  switch (session.ended?.why) {
    case 'operator':
      return 'ended-by-operator';
    case 'command':
      return 'ended-with-command';
    case 'expired':
      return 'expired';
    case undefined:
      break;
  }
  if (nowMs >= session.expiresMs || findAhead(session.startedMs, nowMs) !== null) return 'expired';
  return isAlive({ pid: session.pid, start: session.pidStart }) ? null : 'gone';
}

/** One session's file, or why it says nothing. */
export function readSession(
  { sessionsDir, uid }: Omit<SessionPlace, 'nowMs'>,
  id: SessionId,
): StoredSession | Extract<SessionFault, 'unknown' | 'unreadable'> {
  const fault = faultOfDirectory(sessionsDir, uid);
  if (fault !== null) return fault === 'is missing' ? 'unknown' : 'unreadable';
  const file = readPrivateFile(join(sessionsDir, `${id}.json`), { uid, maxBytes: MAX_SESSION_BYTES, ownerOnly: true });
  if (file.kind === 'absent') return 'unknown';
  const stored = file.kind === 'ok' ? parseSession(file.bytes) : null;
  return stored?.session.id === id ? stored : 'unreadable';
}
