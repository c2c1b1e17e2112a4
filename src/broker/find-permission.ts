import { readAnswer } from '../approval/approval-store.js';
import { judgeApproval } from '../approval/judge-approval.js';
import { hashParams } from '../audit/hash-params.js';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Approval, Ask } from '../model/approval.js';
import type { GrantId } from '../model/ids.js';
import type { Principal } from '../model/principal.js';
import type { Grant } from '../model/tenant.js';
import type { Settings } from '../state/settings.js';
import { decide, type Decided, type Permitted, type Question, type Ungranted } from './decide.js';
import { makeAsk } from './make-ask.js';
import { approvalPlace } from './settle-approval.js';

type Known = Pick<Decided, 'params' | 'grants'>;

/**
 * What lets a request go on. A permission may hang on a person's approval (`ask`), which is looked for, and spent, under the audit lock;
 * `bind` is what that approval binds where it stands for a grant. `asking`: no grant permits the alias, and a person is to be asked.
 */
export type Permission = Known &
  (
    | { readonly kind: 'permission'; readonly permitted: Permitted; readonly ask: Ask | null; readonly bind: Approval['bind'] | null }
    | { readonly kind: 'asking'; readonly ask: Ask }
  );

type Decidable = Question & { readonly principal: Principal };

/** Turns a decision into a permission, or its denial. Settings that cannot be read turn nothing on. */
export async function findPermission(question: Decidable, decided: Decided, settings: Settings | Denial): Promise<Permission | Denial> {
  const { outcome, params, grants } = decided;
  if (isDenial(outcome)) return outcome;
  if (outcome.kind === 'permitted') {
    const rule = outcome.decision.approve;
    const ask = rule === null ? null : makeAsk({ ...question, ...outcome, rule, params });
    return { kind: 'permission', permitted: outcome, ask, bind: null, params, grants };
  }
  if (isDenial(settings) || !settings.requestUngranted) return outcome.denial;
  return considerUngranted(question, outcome, grants);
}

/** A forbid still beats an approval: policy decides once more, with the approval as a grant for this one alias. */
async function considerUngranted(question: Decidable, ungranted: Ungranted, grants: Known['grants']): Promise<Permission | Denial> {
  const { alias, state, tenant, nowMs } = question;
  const filled = ungranted.fill();
  if (isDenial(filled)) return filled;
  const params = hashParams(state.auditKey, filled.values);
  const ask = makeAsk({ ...question, ...filled, decision: null, rule: 'ungranted', params });
  const answer = readAnswer(approvalPlace(state), ask.tenant, ask.key);
  if (typeof answer === 'string') return deny('CONFIG_INVALID', { detail: answer });
  if (answer === null || judgeApproval(answer, ask, nowMs) !== 'approved') return { kind: 'asking', ask, params, grants };
  const again = await decide({ ...question, tenant: { ...tenant, grants: [...tenant.grants, standIn(answer, alias.alias)] } });
  if (isDenial(again.outcome)) return again.outcome;
  if (again.outcome.kind === 'ungranted') return again.outcome.denial;
  // Files were opened anew: the key is made of what this run will use.
  const asked = makeAsk({ ...question, ...again.outcome, decision: null, rule: 'ungranted', params: again.params });
  return { kind: 'permission', permitted: again.outcome, ask: asked, bind: answer.bind, params: again.params, grants: again.grants };
}

/** The approval as a grant: for this alias alone, with what the operator bound. Its id is the request's, so that the log names it. */
function standIn({ request, bind }: Approval, alias: string): Grant {
  return {
    id: request.id.toLowerCase().replace('_', '-') as GrantId,
    effect: 'permit',
    patterns: [alias],
    effects: null,
    projects: null,
    principals: null,
    bind,
    pin: {},
    rate: null,
    concurrency: null,
    window: null,
    expiresMs: null,
    // The operator approved these very arguments, and what the alias does with the folder.
    workspace: true,
    args: true,
    definition: request.key,
    requireSession: false,
    approve: null,
  };
}
