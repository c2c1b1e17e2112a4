import { parseName, parseSessionId, type ProjectName, type TenantName } from '../model/ids.js';
import { isTable, parseJson } from '../model/json-table.js';
import type { Session, SessionEnd } from '../model/session.js';
import { isSha256 } from '../model/sha256.js';

/** A session as its file holds it. `hash` is that of its token. */
export type StoredSession = { readonly session: Session; readonly hash: string };

export const MAX_SESSION_BYTES = 4096;

const KEYS = ['version', 'id', 'hash', 'tenant', 'project', 'uid', 'pid', 'pidStart', 'startedMs', 'expiresMs', 'command', 'ended'];
const ENDS: readonly SessionEnd['why'][] = ['command', 'expired', 'operator'];

/** A session file's text. */
export function formatSession({ session, hash }: StoredSession): string {
  const { id, tenant, project, uid, pid, pidStart, startedMs, expiresMs, command, ended } = session;
  return `${JSON.stringify({ version: 1, id, hash, tenant, project, uid, pid, pidStart, startedMs, expiresMs, command, ended })}\n`;
}

/** Reads a session file; null when it is not one, to the last field. */
export function parseSession(bytes: Uint8Array): StoredSession | null {
  const value = parseJson(Buffer.from(bytes).toString('utf8'));
  if (!isTable(value) || value['version'] !== 1 || Object.keys(value).length !== KEYS.length || !KEYS.every((key) => key in value))
    return null;
  const { hash, uid, pid, pidStart, startedMs, expiresMs, command } = value;
  const id = typeof value['id'] === 'string' ? parseSessionId(value['id']) : null;
  const tenant = typeof value['tenant'] === 'string' ? parseName<TenantName>(value['tenant']) : null;
  const project = typeof value['project'] === 'string' ? parseName<ProjectName>(value['project']) : null;
  if (id === null || tenant === null || (project === null && value['project'] !== null)) return null;
  if (!isSha256(hash) || typeof command !== 'string') return null;
  if (!isCount(uid) || !isCount(pid) || pid === 0 || !isCount(startedMs) || !isCount(expiresMs)) return null;
  if (pidStart !== null && typeof pidStart !== 'string') return null;
  const ended = value['ended'] === null ? null : parseEnd(value['ended']);
  if (ended === null && value['ended'] !== null) return null;
  return { hash, session: { id, tenant, project, uid, pid, pidStart, startedMs, expiresMs, command, ended } };
}

function parseEnd(value: unknown): SessionEnd | null {
  if (!isTable(value) || Object.keys(value).length !== 2 || !isCount(value['atMs'])) return null;
  const why = ENDS.find((end) => end === value['why']);
  return why === undefined ? null : { why, atMs: value['atMs'] };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
