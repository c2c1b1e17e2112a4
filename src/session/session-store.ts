import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, rethrowBug } from '../model/error-code.js';
import { parseSessionId, type SessionId } from '../model/ids.js';
import type { SessionEnd } from '../model/session.js';
import { faultOfDirectory, makePrivateDirectory } from '../state/private-directory.js';
import { writePrivateFile } from '../state/private-file.js';
import { judgeSession, readSession, type SessionPlace } from './find-session.js';
import { formatSession, type StoredSession } from './session-file.js';

/** A session file, or one of that name which cannot be read. */
export type SessionLine = StoredSession | { readonly id: SessionId; readonly broken: true };

/** A session that is over is kept so long, to say why it is denied; then the next start takes its file away. */
const KEEP_MS = 7 * 86_400_000;

/** Writes a session's file, and makes the directory for the first one. Null, or why it cannot be, as a clause. */
export function writeSession({ sessionsDir, uid }: Omit<SessionPlace, 'nowMs'>, stored: StoredSession): string | null {
  const fault = makePrivateDirectory(sessionsDir, uid);
  if (fault !== null) return `sessions ${fault}`;
  try {
    writePrivateFile(join(sessionsDir, `${stored.session.id}.json`), formatSession(stored));
    return null;
  } catch (error) {
    return `sessions cannot be written (${errorCode(error)})`;
  }
}

/** What became of an end: on file now, there already (the first end stays), or not, with why as a clause. */
export type Marked = { readonly kind: 'marked' | 'ended-before' } | { readonly kind: 'refused'; readonly why: string };

/** Puts the end of a session on file. */
export function markEnded(place: Omit<SessionPlace, 'nowMs'>, id: SessionId, end: SessionEnd): Marked {
  const stored = readSession(place, id);
  if (stored === 'unknown') return { kind: 'refused', why: 'there is no such session' };
  if (stored === 'unreadable') return { kind: 'refused', why: `the file of session ${id} cannot be read` };
  if (stored.session.ended !== null) return { kind: 'ended-before' };
  const why = writeSession(place, { ...stored, session: { ...stored.session, ended: end } });
  return why === null ? { kind: 'marked' } : { kind: 'refused', why };
}

/** Every session on file, the newest first; a clause where the directory cannot be read. */
export function listSessions(place: Omit<SessionPlace, 'nowMs'>): readonly SessionLine[] | string {
  const fault = faultOfDirectory(place.sessionsDir, place.uid);
  if (fault !== null) return fault === 'is missing' ? [] : `sessions ${fault}`;
  const ids = listIds(place.sessionsDir);
  if (typeof ids === 'string') return `sessions ${ids}`;
  return ids
    .sort((a, b) => (a < b ? 1 : -1))
    .flatMap((id): SessionLine[] => {
      const stored = readSession(place, id);
      if (stored === 'unknown') return [];
      return [stored === 'unreadable' ? { id, broken: true } : stored];
    });
}

function listIds(directory: string): SessionId[] | string {
  try {
    return readdirSync(directory)
      .map((name) => (name.endsWith('.json') ? parseSessionId(name.slice(0, -'.json'.length)) : null))
      .filter((id) => id !== null);
  } catch (error) {
    return `cannot be read (${errorCode(error)})`;
  }
}

/** Takes away the files of sessions that have been over for a week. One that cannot be read stays for the operator to look at. */
export function forgetSessions(place: SessionPlace): void {
  const lines = listSessions(place);
  if (typeof lines === 'string') return;
  for (const line of lines) {
    if ('broken' in line || judgeSession(line.session, place) === null) continue;
    const overMs = Math.min(line.session.expiresMs, line.session.ended?.atMs ?? Infinity);
    if (overMs > place.nowMs - KEEP_MS) continue;
    try {
      unlinkSync(join(place.sessionsDir, `${line.session.id}.json`));
    } catch (error) {
      rethrowBug(error);
    }
  }
}
