import { deny, isDenial } from '../denial/denial.js';
import { parseAliasName } from '../model/ids.js';
import type { Caller, RunRequest } from '../model/run.js';
import { checkAlias, checkGrants } from '../schedule/check-schedule.js';
import { findSettings } from '../state/settings.js';
import { findAlias, settingsDeps } from './configuration.js';
import { denyFailure } from './deny-failure.js';
import { findPermission } from './find-permission.js';
import { findStanding } from './find-standing.js';
import { openJudgement, type Judgement, type Refused } from './judgement.js';
import type { Asked, Firing, Plan } from './plan.js';
import { prepareAction } from './prepare-action.js';
import { decide } from './decide.js';
import type { World } from './world.js';

/**
 * Judges a request in the order of a run, up to the credential: `run`, `run --dry-run` and `explain` all come through here.
 * It reads operator state and asks no backend. What it cannot judge it refuses. `firing`: a schedule asks, and everything must be as it was
 * when that was made.
 */
export async function evaluate(
  request: RunRequest,
  caller: Caller,
  world: World,
  firing: Firing | null = null,
): Promise<Plan | Asked | Refused> {
  const named = splitQualifier(request.alias);
  const judgement = openJudgement(named.alias, world, firing?.schedule ?? null);
  try {
    return await judge(request, named, { caller, firing, judgement }, world);
  } catch (error) {
    return judgement.refuse(denyFailure(error, 'CONFIG_INVALID', 'judging the request'));
  }
}

async function judge(
  request: RunRequest,
  named: QualifiedAlias,
  { caller, firing, judgement }: { readonly caller: Caller; readonly firing: Firing | null; readonly judgement: Judgement },
  world: World,
): Promise<Plan | Asked | Refused> {
  const schedule = firing?.schedule ?? null;
  const asserted = named.tenant === null ? [] : [{ from: 'alias', tenant: named.tenant }];
  const assertedTenants = [...request.assertedTenants, ...asserted];
  const standing = await findStanding({ claim: request.claim, assertedTenants, caller, firing }, judgement, world);
  if (standing.kind === 'refused') return standing;
  const { state, link, tenant, principal, inSession, nowMs } = standing;
  const { note, refuse } = judgement;

  const aliasName = parseAliasName(named.alias);
  if (aliasName === null) return refuse(deny('ALIAS_UNKNOWN', { alias: named.alias }));
  const found = await findAlias(state, aliasName, world);
  if (isDenial(found)) return refuse(found);
  const { alias } = found;
  const delivery = alias.action.kind === 'http' ? 'http' : alias.action.delivery;
  note({ delivery, sources: { ...judgement.trail().sources, [found.file]: alias.source } });
  if (firing !== null && firing.unfit !== null) return { kind: 'refused', trail: judgement.trail(), denial: firing.unfit, state };
  const stale = schedule === null ? null : checkAlias(schedule, alias);
  if (stale !== null) return refuse(stale);

  const question = { alias, request, link, tenant, inSession, nowMs, state };
  const decided = await decide({ ...question, principal });
  note({ params: decided.params, grants: decided.grants });
  if (isDenial(decided.outcome)) return refuse(decided.outcome);
  if (isDenial(principal)) return refuse(principal);
  // Nobody is asked on a schedule's behalf for what no grant permits.
  if (firing !== null && decided.outcome.kind === 'ungranted') return refuse(decided.outcome.denial);
  const regranted =
    schedule === null || decided.outcome.kind === 'ungranted' ? null : checkGrants(schedule, decided.outcome.decision.grants);
  if (regranted !== null) return refuse(regranted);

  const settings = await findSettings(state, settingsDeps(world));
  const permission = await findPermission({ ...question, principal }, decided, settings);
  if (isDenial(permission)) return refuse(permission);
  note({ params: permission.params, grants: permission.grants });
  if (permission.kind === 'asking') return { kind: 'asked', trail: judgement.trail(), ask: permission.ask, state };
  if (isDenial(settings)) return refuse(settings);
  const { permitted, ask, bind } = permission;
  // A schedule that is being made will not fire on the terminal of whoever makes it.
  const terminalFrom = caller.terminal.stdout && firing?.schedule !== null ? world.installation : null;
  const prepared = await prepareAction({ alias, permitted, extra: request.extra, state, tenant, settings, terminalFrom });
  if (isDenial(prepared)) return refuse(prepared);
  note({ tool: prepared.tool?.sha256 ?? null, credentials: prepared.credentials.map(({ name }) => name) });

  return {
    kind: 'plan',
    trail: judgement.trail(),
    state,
    link,
    tenant,
    principal,
    alias,
    settings,
    schedule,
    decision: permitted.decision,
    ask,
    bind,
    ...prepared,
  };
}

type QualifiedAlias = { readonly tenant: string | null; readonly alias: string };

/** `acme/github.issues.list` asserts tenant acme; what stands before the slash is an assertion even where it is no tenant's name. */
function splitQualifier(typed: string): QualifiedAlias {
  const slash = typed.indexOf('/');
  return slash < 0 ? { tenant: null, alias: typed } : { tenant: typed.slice(0, slash), alias: typed.slice(slash + 1) };
}
