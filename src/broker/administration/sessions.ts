import { basename } from 'node:path';
import { isDenial, type Denial } from '../../denial/denial.js';
import { encodeUlid, type ProjectName, type SessionId, type TenantName } from '../../model/ids.js';
import { refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { SESSION_VARIABLE, type Session, type SessionEnd, type SessionFault } from '../../model/session.js';
import { judgeSession, type SessionPlace } from '../../session/find-session.js';
import { forgetSessions, listSessions as listStored, markEnded, writeSession } from '../../session/session-store.js';
import { formatToken, hashToken, TOKEN_BYTES } from '../../session/token.js';
import { readProcessStart } from '../../state/live-process.js';
import type { State } from '../../state/open-state.js';
import { checkActive } from '../../tenant/check-tenant.js';
import { findTenant } from '../configuration.js';
import { openRegistry } from '../find-link.js';
import { openOwnState } from '../open-own-state.js';
import { readNow } from '../read-now.js';
import type { World } from '../world.js';
import { administer, noteChange } from './administer.js';

/** What an operator pins, for how long, and to which command's process tree. */
export type SessionWish = {
  readonly tenant: TenantName;
  readonly project: ProjectName | null;
  readonly ttlMs: number;
  /** The command's argv; of it the base name is kept. */
  readonly command: readonly string[];
};

/** A session that has begun. `env` is what the command gets besides its starter's own environment; its token stands nowhere else. */
export type StartedSession = {
  readonly session: Session;
  readonly env: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
};

/** A session as `session list` shows it; `fault` null: it holds. A file that cannot be read has its id alone. */
export type SessionLine =
  | { readonly kind: 'session'; readonly session: Session; readonly fault: SessionFault | null }
  | { readonly kind: 'broken'; readonly id: SessionId };

/** Pins the process tree of a command to a client: from now until this process ends, the time is over, or the session is ended. */
export function startSession(world: World, caller: Caller, wish: SessionWish): Promise<StartedSession | Refusal | Denial> {
  const { tenant, project, ttlMs } = wish;
  const id = `ses_${encodeUlid(world.now(), world.random(10))}` as SessionId;
  const change = { action: 'session start', tenant, detail: { session: id, project, ttl_ms: ttlMs } };
  return administer(world, caller, change, async (state) => {
    const found = await findTenant(state, tenant, world);
    if (isDenial(found)) return found;
    const revoked = checkActive(found.tenant);
    if (revoked !== null) return revoked;
    const place = placeOf(state, world);
    forgetSessions(place);
    const token = formatToken(id, world.random(TOKEN_BYTES));
    const session: Session = {
      id,
      tenant,
      project,
      uid: state.uid,
      pid: world.pid,
      pidStart: readProcessStart(world.pid),
      startedMs: place.nowMs,
      expiresMs: place.nowMs + ttlMs,
      command: basename(wish.command[0] ?? '').slice(0, 100),
      ended: null,
    };
    const fault = writeSession(place, { session, hash: hashToken(token) });
    if (fault !== null) return refusal(`the session cannot be kept: ${fault}`, 'outloop doctor');
    return { session, env: { [SESSION_VARIABLE]: token }, warnings: warn(state, wish) };
  });
}

/** Puts the end of a session on file and on record, for the process that started it. The first end stays. Null, or what could not be done. */
export function concludeSession(world: World, caller: Caller, { id, tenant }: Session, why: SessionEnd['why']): Refusal | Denial | null {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const place = placeOf(state, world);
  const marked = markEnded(place, id, { why, atMs: place.nowMs });
  if (marked.kind === 'refused') return refusal(`the end of session ${id} cannot be kept: ${marked.why}`);
  if (marked.kind === 'ended-before') return null;
  return noteChange(state, world, caller, { action: 'session end', tenant, detail: { session: id, why } });
}

/** Ends a session for the operator. What its command started goes on without access; a run that has begun comes to its end. */
export function endSession(world: World, caller: Caller, id: SessionId): Promise<{ readonly ended: SessionId } | Refusal | Denial> {
  return administer(world, caller, { action: 'session end', detail: { session: id, why: 'operator' } }, (state) => {
    const place = placeOf(state, world);
    const marked = markEnded(place, id, { why: 'operator', atMs: place.nowMs });
    if (marked.kind === 'refused') return refusal(marked.why, 'outloop session list --all');
    return marked.kind === 'marked' ? { ended: id } : refusal(`session ${id} has ended already`);
  });
}

/** Every session on file, the newest first. */
export function listSessions(world: World): readonly SessionLine[] | Refusal | Denial {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const place = placeOf(state, world);
  const lines = listStored(place);
  if (typeof lines === 'string') return refusal(lines, 'outloop doctor');
  return lines.map((line) =>
    'broken' in line
      ? { kind: 'broken', id: line.id }
      : { kind: 'session', session: line.session, fault: judgeSession(line.session, place) },
  );
}

function placeOf(state: State, world: World): SessionPlace {
  const nowMs = readNow(state, world);
  return { sessionsDir: state.paths.sessions, uid: state.uid, nowMs };
}

/** A project is a word that links use: one that no link uses may be a slip. */
function warn(state: State, { tenant, project }: SessionWish): string[] {
  const registry = openRegistry(state);
  if (isDenial(registry) || registry.links.some((link) => link.tenant === tenant && (project ?? link.project) === link.project)) return [];
  return [`no folder is linked to ${tenant}${project === null ? '' : `/${project}`} yet, so nothing may run in this session`];
}
