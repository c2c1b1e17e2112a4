import type { Denial } from '../denial/denial.js';
import { deny } from '../denial/denial.js';
import type { AliasOutline, Json } from '../model/service.js';
import type { ApprovalRule, Grant, Tenant } from '../model/tenant.js';
import { assessGrant, coversName, isOver } from './assess-grant.js';
import type { PolicyQuestion } from './assess-grant.js';
import { combinePermits, evaluatePolicy } from './evaluate.js';
import { isSameJson } from './same-json.js';

/** A question about an alias before any parameter is known. */
export type MenuQuestion = Omit<PolicyQuestion, 'given' | 'extraCount'>;

/** A line of a caller's menu. */
export type MenuAnswer =
  | {
      readonly kind: 'runnable';
      /** The parameters that every permit pins, with the values that one or another accepts; with one value it may be left out. */
      readonly pins: Readonly<Record<string, readonly Json[]>>;
      /** Whether some permit lets the caller pass extra arguments after `--`. */
      readonly args: boolean;
      /** What approval every way needs; null where there is one that needs none. */
      readonly approve: ApprovalRule | null;
    }
  | { readonly kind: 'refused'; readonly denial: Denial };

/**
 * Whether this caller could run the alias here and now with some parameters. Limits are not looked at. A permit counts when
 * its own pins, given out, lead to a permit: what other permits require of other values does not spoil it.
 */
export function mayRun(question: MenuQuestion): MenuAnswer {
  const bare: PolicyQuestion = { ...question, given: {}, extraCount: 0 };
  const decision = evaluatePolicy(bare);
  const applying = question.tenant.grants.filter((grant) => assessGrant(grant, bare).misses.length === 0);
  const isOpen = question.tenant.status === 'active' && applying.every(({ effect }) => effect === 'permit');
  const ways: Grant[] = [];
  const rules: (ApprovalRule | null)[] = [];
  for (const way of isOpen ? applying : []) {
    const combined = combinePermits(applyingWith(way, applying), bare);
    if (combined.kind === 'deny') continue;
    ways.push(way);
    rules.push(combined.approve);
  }
  if (ways.length > 0)
    return { kind: 'runnable', pins: commonPins(ways), args: ways.some(({ args }) => args), approve: mildestRule(rules) };
  if (decision.kind === 'deny') return { kind: 'refused', denial: decision.denial };
  return { kind: 'refused', denial: deny('ALIAS_NOT_ALLOWED', { alias: question.alias.alias }) };
}

/**
 * Gives, for an alias, the tenant with no grant but those whose patterns match it: the answers are the same, and a menu of
 * thousands of aliases does not try every pattern of a hundred grants on each of them.
 */
export function narrowByName(tenant: Tenant): (alias: AliasOutline) => Tenant {
  const near = new Map<string, readonly Grant[]>();
  return (alias) => {
    const family = alias.alias.slice(0, alias.alias.indexOf('.') + 1);
    const grants = near.get(family) ?? tenant.grants.filter(({ patterns }) => patterns.some((pattern) => mayMatch(pattern, family)));
    near.set(family, grants);
    return { ...tenant, grants: grants.filter((grant) => coversName(grant, alias)) };
  };
}

/** Whether a pattern can match a name that begins with `family`, a first part with its dot. */
function mayMatch(pattern: string, family: string): boolean {
  const star = pattern.indexOf('*');
  const literal = star < 0 ? pattern : pattern.slice(0, star);
  return literal.startsWith(family) || (star >= 0 && family.startsWith(literal));
}

/**
 * The names of the parameters that some permit with a fitting pattern pins and that the alias has; a grant that is over
 * does not count. A required parameter among them may be left out before policy is asked, and must be looked for again
 * afterwards.
 */
export function pinnedNames(tenant: Tenant, alias: AliasOutline, nowMs: number): readonly string[] {
  const permits = tenant.grants.filter((grant) => grant.effect === 'permit' && !isOver(grant, nowMs) && coversName(grant, alias));
  const names = new Set(permits.flatMap((grant) => Object.keys(grant.pin)));
  return [...names].filter((name) => Object.hasOwn(alias.params, name));
}

/** Whether a grant that could bear on the alias has a window, so that a window clock must be loaded before policy is asked. */
export function needsWindowClock(tenant: Tenant, alias: AliasOutline, nowMs: number): boolean {
  return tenant.grants.some((grant) => grant.window !== null && !isOver(grant, nowMs) && coversName(grant, alias));
}

/** The permits that apply whenever `way` does: those that pin nothing but what it pins, to the same values. */
function applyingWith(way: Grant, permits: readonly Grant[]): readonly Grant[] {
  return permits.filter((grant) =>
    Object.entries(grant.pin).every(([name, value]) => {
      const pin = Object.hasOwn(way.pin, name) ? way.pin[name] : undefined;
      return pin !== undefined && isSameJson(pin, value);
    }),
  );
}

function commonPins(ways: readonly Grant[]): Readonly<Record<string, readonly Json[]>> {
  const [first, ...others] = ways;
  if (first === undefined) return {};
  const names = Object.keys(first.pin).filter((name) => others.every(({ pin }) => Object.hasOwn(pin, name)));
  return Object.fromEntries(names.map((name) => [name, distinct(ways.map(({ pin }) => pin[name]).filter((value) => value !== undefined))]));
}

function mildestRule(rules: readonly (ApprovalRule | null)[]): ApprovalRule | null {
  if (rules.includes(null)) return null;
  return rules.includes('once') ? 'once' : 'always-ask';
}

function distinct(values: readonly Json[]): readonly Json[] {
  return values.filter((value, i) => values.findIndex((other) => isSameJson(other, value)) === i);
}
