import { deny, isDenial } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import type { Decision } from '../model/decision.js';
import type { CredentialName, SlotName } from '../model/ids.js';
import type { AliasOutline, Json } from '../model/service.js';
import type { ApprovalRule, Grant } from '../model/tenant.js';
import { assessGrant, coversName } from './assess-grant.js';
import type { Assessment, PolicyQuestion } from './assess-grant.js';
import { describeMisses } from './miss-words.js';
import { isSameJson } from './same-json.js';

/**
 * Decides a question. Without a permit that applies the answer is deny; a forbid that applies beats every permit. All
 * permits that apply determine the decision together: their pins and bindings must agree, and each of their limits must
 * have room. A permit's `params` are the given ones with what the pins filled in; defaults, and the check that no required
 * parameter is missing, are the caller's to do afterwards. No denial names a parameter's value.
 */
export function evaluatePolicy(question: PolicyQuestion): Decision {
  const { alias, tenant } = question;
  if (tenant.status !== 'active') return refuse(deny('TENANT_REVOKED', { tenant: tenant.tenant }), []);

  // One whose patterns do not match bears on nothing, and there may be a thousand of them.
  const assessments = tenant.grants.filter((grant) => coversName(grant, alias)).map((grant) => assessGrant(grant, question));
  const applying = assessments.filter(({ misses }) => misses.length === 0).map(({ grant }) => grant);

  const forbids = applying.filter(({ effect }) => effect === 'forbid');
  if (forbids[0] !== undefined) {
    return refuse(deny('ALIAS_NOT_ALLOWED', { alias: alias.alias, detail: `grant ${forbids[0].id} forbids it` }), forbids);
  }

  const permits = applying.filter(({ effect }) => effect === 'permit');
  if (permits.length === 0) return explainRefusal(assessments, question);
  return combinePermits(permits, question);
}

/**
 * The decision that permits which apply give together; deny where they contradict one another or grant too little.
 * `permits` holds one or more grants, all of which apply to the question.
 */
export function combinePermits(permits: readonly Grant[], question: PolicyQuestion): Decision {
  const { alias, extraCount } = question;
  const workspace = permits.some((grant) => grant.workspace);
  if (alias.action.kind === 'command' && alias.action.cwd === 'workspace' && !workspace) {
    const detail = 'it works in the linked folder, and no grant here says workspace';
    return refuse(deny('ALIAS_NOT_ALLOWED', { alias: alias.alias, detail }), permits);
  }

  const args = permits.some((grant) => grant.args);
  if (extraCount > 0 && !args) {
    const detail = 'extra arguments were given, and no grant here says args';
    return refuse(deny('ALIAS_NOT_ALLOWED', { alias: alias.alias, detail }), permits);
  }

  const params = fillPins(permits, question.given);
  if (isDenial(params)) return refuse(params, permits);

  const bind = bindSlots(permits, question);
  if (isDenial(bind)) return refuse(bind, permits);

  const approve = strictestRule(permits);
  return { kind: 'permit', grants: permits, bind: Object.fromEntries(bind), params: Object.fromEntries(params), workspace, args, approve };
}

function strictestRule(permits: readonly Grant[]): ApprovalRule | null {
  if (permits.some(({ approve }) => approve === 'always-ask')) return 'always-ask';
  return permits.some(({ approve }) => approve === 'once') ? 'once' : null;
}

/**
 * The slots that must be bound before the alias can run: those that an HTTP action presents with a scheme other than
 * `none`, and every slot that a command takes into its environment.
 */
export function neededSlots({ action, service }: AliasOutline): readonly SlotName[] {
  switch (action.kind) {
    case 'http':
      return action.slots.filter((slot) => !Object.hasOwn(service.slots, slot) || service.slots[slot]?.scheme !== 'none');
    case 'command':
      return [...new Set(action.credentials.map(([, slot]) => slot))];
  }
}

/** Why no permit applies: the one that misses least says it, and a pin or a window only when nothing else is missed. */
function explainRefusal(assessments: readonly Assessment[], { alias, tenant }: PolicyQuestion): Decision {
  const near = assessments.filter(({ grant }) => grant.effect === 'permit').sort((a, b) => a.misses.length - b.misses.length);

  const byPin = near.filter(({ misses }) => misses.length === 1 && misses[0] === 'pin');
  const param = byPin[0]?.mismatched[0];
  if (param !== undefined) return refuse(deny('PIN_MISMATCH', { param, tenant: tenant.tenant }), grantsOf(byPin));

  const byWindow = near.filter(({ misses }) => misses.length === 1 && misses[0] === 'window');
  if (byWindow.length > 0) {
    const openings = byWindow.map(({ opensInMs }) => opensInMs).filter((ms) => ms !== null);
    const retryAfterMs = openings.length === 0 ? null : Math.min(...openings);
    return refuse(deny('OUTSIDE_WINDOW', { alias: alias.alias }, retryAfterMs), grantsOf(byWindow));
  }

  const nearest = near[0];
  if (nearest === undefined) return { ...refuse(deny('ALIAS_NOT_ALLOWED', { alias: alias.alias }), []), ungranted: true };
  const detail = `grant ${nearest.grant.id} ${describeMisses(nearest.misses)}`;
  // A pin, a window or a session that a permit asks for is the operator's word on this alias already.
  const ungranted = near.every(({ misses }) => !misses.some((miss) => miss === 'pin' || miss === 'window' || miss === 'session'));
  return { ...refuse(deny('ALIAS_NOT_ALLOWED', { alias: alias.alias, detail }), [nearest.grant]), ungranted };
}

/** The given parameters, and each pinned one that was left out with the value that all pins of it agree on. */
function fillPins(permits: readonly Grant[], given: Readonly<Record<string, Json>>): ReadonlyMap<string, Json> | Denial {
  const params = new Map(Object.entries(given));
  for (const grant of permits) {
    for (const [name, value] of Object.entries(grant.pin)) {
      const taken = params.get(name);
      if (taken !== undefined && !isSameJson(taken, value)) {
        return deny('PARAM_INVALID', { param: name, detail: 'several grants pin it to different values, so it must be given' });
      }
      params.set(name, value);
    }
  }
  return params;
}

function bindSlots(permits: readonly Grant[], { alias, tenant }: PolicyQuestion): ReadonlyMap<SlotName, CredentialName> | Denial {
  const bind = new Map<SlotName, CredentialName>();
  for (const slot of neededSlots(alias)) {
    const bound = new Set(permits.filter((grant) => Object.hasOwn(grant.bind, slot)).map((grant) => grant.bind[slot]));
    const [credential] = bound;
    if (credential === undefined) return contradiction(`no grant of tenant ${tenant.tenant} binds slot ${slot} for ${alias.alias}`);
    if (bound.size > 1) {
      return contradiction(`grants of tenant ${tenant.tenant} bind slot ${slot} to different credentials for ${alias.alias}`);
    }
    if (!Object.hasOwn(tenant.credentials, credential)) {
      return contradiction(`tenant ${tenant.tenant} has no credential ${credential}, which a grant binds to slot ${slot}`);
    }
    bind.set(slot, credential);
  }
  return bind;
}

function contradiction(detail: string): Denial {
  return deny('CONFIG_INVALID', { detail });
}

function grantsOf(assessments: readonly Assessment[]): readonly Grant[] {
  return assessments.map(({ grant }) => grant);
}

function refuse(denial: Denial, grants: readonly Grant[]): Extract<Decision, { kind: 'deny' }> {
  return { kind: 'deny', denial, grants: grants.map(({ id }) => id), ungranted: false };
}
