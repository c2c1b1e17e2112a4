import { hashDefinition, makeRequestKey } from '../approval/request-key.js';
import { showValues } from '../approval/show-values.js';
import type { FileValue } from '../model/action.js';
import type { Ask, AskRule } from '../model/approval.js';
import type { Link } from '../model/link.js';
import { formatPrincipal, type Principal } from '../model/principal.js';
import type { RunRequest } from '../model/run.js';
import type { Alias, Json } from '../model/service.js';
import type { State } from '../state/open-state.js';

/** All that a person's answer is bound to, or shown. `params`: name → keyed hash of the value. */
export type Asking = {
  readonly rule: AskRule;
  readonly alias: Alias;
  readonly values: Readonly<Record<string, Json>>;
  readonly files: Readonly<Record<string, FileValue>>;
  readonly params: Readonly<Record<string, string>>;
  readonly request: RunRequest;
  readonly link: Link;
  readonly principal: Principal;
  readonly state: State;
};

/** The question that a run puts to a person. */
export function makeAsk({ rule, alias, values, files, params, request, link, principal, state }: Asking): Ask {
  const { tenant, project } = link;
  const same = { tenant, project, principal: formatPrincipal(principal), alias: alias.alias, params, files, extra: request.extra };
  return {
    key: makeRequestKey(state.auditKey, same),
    rule,
    tenant,
    project,
    alias: alias.alias,
    principal: same.principal,
    definition: hashDefinition(alias),
    link: link.id,
    folder: link.directory,
    ...showValues(values, files, request.extra),
    reason: request.reason,
  };
}
