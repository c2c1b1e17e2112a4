import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { encodeUlid, type ProjectName, type SessionId, type TenantName } from '../../src/model/ids.js';
import type { Session } from '../../src/model/session.js';
import type { SessionPlace } from '../../src/session/find-session.js';
import { formatToken, hashToken } from '../../src/session/token.js';
import { writeSession } from '../../src/session/session-store.js';
import { readProcessStart } from '../../src/state/live-process.js';

export const UID = process.getuid?.() ?? 0;
export const NOW_MS = 1_800_000_000_000;
export const HOUR_MS = 3_600_000;

let made = 0;

/** A place for sessions that is gone with the test; its directory is not made yet. */
export function makePlace(): SessionPlace {
  const home = mkdtempSync(join(tmpdir(), 'outloop-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return { sessionsDir: join(home, 'sessions'), uid: UID, nowMs: NOW_MS };
}

/** A session of this very process: acme, every project, an hour. */
export function makeSession(changes: Partial<Session> = {}): Session {
  return {
    id: `ses_${encodeUlid(NOW_MS, new Uint8Array(10).fill(++made))}` as SessionId,
    tenant: 'acme' as TenantName,
    project: null,
    uid: UID,
    pid: process.pid,
    pidStart: readProcessStart(process.pid),
    startedMs: NOW_MS,
    expiresMs: NOW_MS + HOUR_MS,
    command: 'claude',
    ended: null,
    ...changes,
  };
}

export const someProject = 'website' as ProjectName;

/** Puts a session on file and gives the token that its command would have. */
export function keep(place: SessionPlace, session: Session, random = new Uint8Array(32).fill(7)): string {
  const token = formatToken(session.id, random);
  const fault = writeSession(place, { session, hash: hashToken(token) });
  if (fault !== null) throw new Error(fault);
  return token;
}
