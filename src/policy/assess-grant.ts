import type { ProjectName } from '../model/ids.js';
import type { Principal } from '../model/principal.js';
import { formatPrincipal } from '../model/principal.js';
import type { AliasOutline, Json } from '../model/service.js';
import type { Grant, Tenant } from '../model/tenant.js';
import { matchesWildcard } from '../model/wildcard.js';
import { isSameJson } from './same-json.js';
import type { WindowClock, WindowState } from './window.js';

/** What policy is asked: may this caller perform this action for this tenant, here and now? */
export type PolicyQuestion = {
  readonly alias: AliasOutline;
  /** The parameters that the caller gave, typed; no defaults among them, or a default would count as the caller's word. */
  readonly given: Readonly<Record<string, Json>>;
  /** How many extra arguments the caller gave after `--`. */
  readonly extraCount: number;
  readonly tenant: Tenant;
  readonly project: ProjectName;
  readonly principal: Principal;
  /** The caller is in a session that holds for this tenant and project. */
  readonly inSession: boolean;
  /** Milliseconds since the epoch; the larger of the clock and the last audit record's time. */
  readonly nowMs: number;
  /** Null where no window need be looked at (`needsWindowClock`); a permit with a window is then closed, and a forbid applies. */
  readonly insideWindow: WindowClock | null;
};

/** A condition of a grant that the question does not meet. `parameter`: the alias lacks one that the grant pins. */
export type Miss = 'pattern' | 'expired' | 'project' | 'principal' | 'effect' | 'session' | 'parameter' | 'pin' | 'window';

/** How one grant bears on a question; it applies when it misses nothing. */
export type Assessment = {
  readonly grant: Grant;
  /** In the order of `Miss`; a grant whose patterns do not match is not looked at further. */
  readonly misses: readonly Miss[];
  /** Pinned parameters that were given another value. */
  readonly mismatched: readonly string[];
  /** Milliseconds until the grant's window opens; null: it is open, there is none, or it will not open before the grant ends. */
  readonly opensInMs: number | null;
};

/** A question as far as a grant's conditions go. */
type Asked = Omit<PolicyQuestion, 'alias'> & { readonly alias: Pick<AliasOutline, 'alias' | 'effect' | 'params'> };

/** Holds one grant against a question. Permits and forbids have the same conditions; only a permit pins. */
export function assessGrant(grant: Grant, question: Asked): Assessment {
  if (!coversName(grant, question.alias)) return { grant, misses: ['pattern'], mismatched: [], opensInMs: null };
  const pinned = Object.keys(grant.pin);
  const mismatched = pinned.filter((name) => !keepsPin(grant, name, question.given));
  const window = stateOfWindow(grant, question);
  const misses: Miss[] = [];
  if (isOver(grant, question.nowMs)) misses.push('expired');
  if (grant.projects !== null && !grant.projects.includes(question.project)) misses.push('project');
  if (grant.principals !== null && !namesPrincipal(grant.principals, question.principal)) misses.push('principal');
  if (grant.effects !== null && !grant.effects.includes(question.alias.effect)) misses.push('effect');
  if (grant.requireSession && !question.inSession) misses.push('session');
  if (!pinned.every((name) => Object.hasOwn(question.alias.params, name))) misses.push('parameter');
  if (mismatched.length > 0) misses.push('pin');
  if (!window.inside) misses.push('window');
  return { grant, misses, mismatched, opensInMs: opensBeforeEnd(grant, question.nowMs, window) };
}

/** Whether one of the grant's patterns matches the alias's name. */
export function coversName(grant: Grant, alias: Pick<AliasOutline, 'alias'>): boolean {
  return grant.patterns.some((pattern) => matchesWildcard(pattern, alias.alias));
}

/** Whether the grant has ended: it is over at the very moment that `expiresMs` names. This holds for forbids too. */
export function isOver(grant: Grant, nowMs: number): boolean {
  return grant.expiresMs !== null && nowMs >= grant.expiresMs;
}

/** A left-out parameter keeps its pin, for it will take the pin's value. */
function keepsPin(grant: Grant, name: string, given: Readonly<Record<string, Json>>): boolean {
  if (!Object.hasOwn(given, name)) return true;
  const value = given[name];
  const pin = grant.pin[name];
  return value !== undefined && pin !== undefined && isSameJson(value, pin);
}

/** `agent` names every agent, `agent:claude` that one. */
function namesPrincipal(principals: readonly string[], principal: Principal): boolean {
  return principals.includes(principal.kind) || principals.includes(formatPrincipal(principal));
}

function stateOfWindow(grant: Grant, question: Pick<PolicyQuestion, 'insideWindow' | 'nowMs'>): WindowState {
  if (grant.window === null) return { inside: true, opensInMs: null };
  if (question.insideWindow === null) return { inside: grant.effect === 'forbid', opensInMs: null };
  return question.insideWindow(grant.window, question.nowMs);
}

function opensBeforeEnd(grant: Grant, nowMs: number, window: WindowState): number | null {
  if (window.inside || window.opensInMs === null || isOver(grant, nowMs + window.opensInMs)) return null;
  return window.opensInMs;
}
