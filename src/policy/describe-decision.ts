import type { Decision } from '../model/decision.js';
import { formatPrincipal } from '../model/principal.js';
import type { Json } from '../model/service.js';
import type { Grant, Rate } from '../model/tenant.js';
import { assessGrant } from './assess-grant.js';
import type { PolicyQuestion } from './assess-grant.js';
import { describeMisses } from './miss-words.js';

const PERIODS: Readonly<Record<number, string>> = { 1000: 'second', 60_000: 'minute', 3_600_000: 'hour', 86_400_000: 'day' };

/**
 * A decision with its reasons, as JSON: what was asked; the verdict with its code; each grant whose patterns match the
 * alias, whether it applies and why not; how many others were left out; and, of a permit, what it binds, which parameters
 * its pins filled in, and the limits that must have room. Names and counts only, no parameter's value.
 */
export function describeDecision(question: PolicyQuestion, decision: Decision): { readonly [key: string]: Json } {
  const assessments = question.tenant.grants.map((grant) => assessGrant(grant, question));
  const considered = assessments.filter(({ misses }) => !misses.includes('pattern'));
  return {
    decision: decision.kind,
    code: decision.kind === 'deny' ? decision.denial.code : null,
    retry_after_ms: decision.kind === 'deny' ? decision.denial.retryAfterMs : null,
    tenant: question.tenant.tenant,
    project: question.project,
    alias: question.alias.alias,
    effect: question.alias.effect,
    principal: formatPrincipal(question.principal),
    grants: considered.map(({ grant, misses }) => ({
      id: grant.id,
      effect: grant.effect,
      applies: misses.length === 0,
      reason: misses.length === 0 ? `${grant.effect}s it` : describeMisses(misses),
    })),
    other_grants: assessments.length - considered.length,
    determined_by: decision.grants.map((grant) => (typeof grant === 'string' ? grant : grant.id)),
    bind: decision.kind === 'permit' ? { ...decision.bind } : null,
    pinned: decision.kind === 'permit' ? Object.keys(decision.params).filter((name) => !Object.hasOwn(question.given, name)) : null,
    approve: decision.kind === 'permit' ? decision.approve : null,
    limits: decision.kind === 'permit' ? decision.grants.filter(isLimited).map(describeLimits) : null,
  };
}

function isLimited(grant: Grant): boolean {
  return grant.rate !== null || grant.concurrency !== null;
}

function describeLimits(grant: Grant): Json {
  return { grant: grant.id, rate: grant.rate === null ? null : describeRate(grant.rate), concurrency: grant.concurrency };
}

function describeRate({ count, periodMs }: Rate): string {
  return `${count}/${PERIODS[periodMs] ?? `${periodMs}ms`}`;
}
