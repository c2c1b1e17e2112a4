import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { ServiceDeps } from './compiled.js';
import type { State } from './open-state.js';
import { deriveSealKey, readSealedBytes, writeSealedText } from './seal.js';
import { fits, type MadeFrom } from './services.js';
import { listSources } from './sources.js';

/**
 * Whose menu it is, and all that decides it besides the services and the clock. `tenantSource`: SHA-256 of the tenant's file. `project`
 * and `principal` tell apart what the tenant's grants tell apart, and no more.
 */
export type MenuOwner = {
  readonly tenant: string;
  readonly tenantSource: string;
  readonly project: string;
  readonly principal: string;
  /** The caller is in a session, and a grant asks for one. */
  readonly session: boolean;
  readonly all: boolean;
};

/** What a menu was made from, and from when to when it holds: grants end. */
type Header = MadeFrom & { readonly fromMs: number; readonly untilMs: number | null };

/** So many menus are kept at most, however many callers there are: each may be megabytes. */
const SLOTS = 8;

/**
 * A menu's rows as they were written for this very owner, from these very services, and while no grant ended in between; null
 * when there is none, and it is made anew. It only lists: whether an alias may run is decided again by the run.
 */
export function readKeptMenu(state: State, deps: ServiceDeps, owner: MenuOwner, nowMs: number): Buffer | null {
  const body = readSealedBytes(state, deriveSealKey(state, deps.build), pathOf(state, owner), aboutOf(owner));
  if (body === null) return null;
  const end = body.indexOf(10);
  const header = JSON.parse(body.toString('utf8', 0, end)) as Header;
  if (nowMs < header.fromMs || (header.untilMs !== null && nowMs >= header.untilMs)) return null;
  return fits(state, header, listSources(state.paths.services, state.uid), deps.now()) ? body.subarray(end + 1) : null;
}

/** Keeps a menu's rows. False when they cannot be written. */
export function keepMenu(state: State, deps: ServiceDeps, owner: MenuOwner, header: Header, rows: string): boolean {
  const { fingerprint, racy, fromMs, untilMs } = header;
  const text = `${JSON.stringify({ fingerprint, racy, fromMs, untilMs })}\n${rows}`;
  return writeSealedText(deriveSealKey(state, deps.build), pathOf(state, owner), aboutOf(owner), text);
}

function aboutOf({ tenant, tenantSource, project, principal, session, all }: MenuOwner): readonly string[] {
  return ['menu', tenant, tenantSource, project, principal, String(session), String(all)];
}

function pathOf(state: State, { tenant, project, principal, session, all }: MenuOwner): string {
  const slot = hash('sha256', `${tenant}\0${project}\0${principal}\0${session}\0${all}`, 'buffer').readUInt8(0) % SLOTS;
  return join(state.paths.compiled, `menu-${slot}`);
}
