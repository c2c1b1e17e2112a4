import { deny, isDenial, type Denial } from '../denial/denial.js';
import { hashParams } from '../audit/hash-params.js';
import type { FileValue } from '../model/action.js';
import type { Decision } from '../model/decision.js';
import type { Link } from '../model/link.js';
import type { Principal } from '../model/principal.js';
import type { RunRequest } from '../model/run.js';
import type { Alias, Json } from '../model/service.js';
import type { Grant, Tenant } from '../model/tenant.js';
import { evaluatePolicy } from '../policy/evaluate.js';
import { needsWindowClock, pinnedNames } from '../policy/may-run.js';
import { loadWindowClock } from '../policy/window.js';
import { checkFilled, readParameters } from '../service/read-parameters.js';
import { openFiles } from '../service/workspace-file.js';
import type { State } from '../state/open-state.js';
import { checkPlaces } from './check-places.js';

export type Question = {
  readonly alias: Alias;
  readonly request: RunRequest;
  readonly link: Link;
  readonly tenant: Tenant;
  readonly principal: Principal | Denial;
  readonly inSession: boolean;
  /** The time that policy goes by, in milliseconds since the epoch. */
  readonly nowMs: number;
  readonly state: State;
};

/** Every parameter filled: given, else pinned, else the default. */
export type Filled = { readonly values: Readonly<Record<string, Json>>; readonly files: Readonly<Record<string, FileValue>> };

/** A permit with every parameter filled. */
export type Permitted = Filled & { readonly kind: 'permitted'; readonly decision: Extract<Decision, { kind: 'permit' }> };

/** No grant is meant for the alias and none forbids it. `fill` gives the parameters as an approval would have them. */
export type Ungranted = { readonly kind: 'ungranted'; readonly denial: Denial; fill(): Filled | Denial };

/** What was decided, with the names and keyed hashes of the parameters and the grants that determined it. */
export type Decided = {
  readonly outcome: Permitted | Ungranted | Denial;
  readonly params: Readonly<Record<string, string>>;
  readonly grants: readonly string[];
};

/** Parameters, then the principal, then policy: the part of the order of a run that turns a known alias into a decision. */
export async function decide(question: Question): Promise<Decided> {
  const { alias, request, link, tenant, principal, inSession, nowMs, state } = question;
  const given = readParameters(alias, request.params, link.directory);
  if (isDenial(given)) return { outcome: given, params: {}, grants: [] };
  const params = hashParams(state.auditKey, given.values);
  const refuse = (outcome: Denial, grants: readonly string[] = []): Decided => ({ outcome, params, grants });

  const pinned = pinnedNames(tenant, alias, nowMs);
  const missing = given.missing.find((name) => !pinned.includes(name));
  if (missing !== undefined) return refuse(missingParameter(missing));
  const misplaced = await checkPlaces(alias, given, { pinned, extra: request.extra });
  if (misplaced !== null) return refuse(misplaced);
  if (isDenial(principal)) return refuse(principal);

  const insideWindow = needsWindowClock(tenant, alias, nowMs) ? await loadWindowClock() : null;
  const decision = evaluatePolicy({
    alias,
    given: given.values,
    tenant,
    project: link.project,
    principal,
    inSession,
    nowMs,
    extraCount: request.extra.length,
    insideWindow,
  });
  const pinning = decision.kind === 'permit' ? decision.grants : [];
  const fill = (params: Readonly<Record<string, Json>>): Filled | Denial => {
    const values = { ...given.defaults, ...params };
    const unfilled = given.missing.find((name) => !Object.hasOwn(values, name));
    if (unfilled !== undefined) return missingParameter(unfilled);
    const unfit = checkFilled(alias, values);
    if (unfit !== null) return blamePin(unfit, given.values, pinning);
    const files = openFiles({ alias, values, workspace: link.directory, opened: given.files });
    return isDenial(files) ? files : { values, files };
  };
  if (decision.kind === 'deny' && decision.ungranted) {
    return { outcome: { kind: 'ungranted', denial: decision.denial, fill: () => fill(given.values) }, params, grants: decision.grants };
  }
  if (decision.kind === 'deny') return refuse(decision.denial, decision.grants);

  const grants = decision.grants.map(({ id }) => id);
  const filled = fill(decision.params);
  if (isDenial(filled)) return refuse(filled, grants);
  return { outcome: { kind: 'permitted', decision, ...filled }, params: hashParams(state.auditKey, filled.values), grants };
}

function missingParameter(param: string): Denial {
  return deny('PARAM_INVALID', { param, detail: 'it is required' });
}

/** A value that a pin put in is the operator's to mend, not the caller's. */
function blamePin(unfit: Denial, given: Readonly<Record<string, Json>>, pinning: readonly Grant[]): Denial {
  const { param, detail } = unfit.facts;
  if (typeof param !== 'string' || Object.hasOwn(given, param)) return unfit;
  const grant = pinning.find(({ pin }) => Object.hasOwn(pin, param));
  if (grant === undefined) return unfit;
  return deny('CONFIG_INVALID', {
    detail: `grant ${grant.id} pins parameter ${param} to a value that it does not take: ${String(detail)}`,
  });
}
