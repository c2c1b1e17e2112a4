import { hashDefinition, makeRequestKey } from '../approval/request-key.js';
import { showValues } from '../approval/show-values.js';
import type { FileValue } from '../model/action.js';
import type { Ask, AskRule } from '../model/approval.js';
import type { Link } from '../model/link.js';
import { formatPrincipal, type Principal } from '../model/principal.js';
import type { RunRequest } from '../model/run.js';
import type { Alias, Json } from '../model/service.js';
import type { State } from '../state/open-state.js';
import type { Permitted } from './decide.js';

/** All that a person's answer is bound to, or shown. `params`: name → keyed hash of the value. */
export type Asking = {
  readonly rule: AskRule;
  /** Null where no grant permits it. */
  readonly decision: Pick<Permitted['decision'], 'grants' | 'bind'> | null;
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
export function makeAsk({ rule, decision, alias, values, files, params, request, link, principal, state }: Asking): Ask {
  const { tenant, project } = link;
  const same = { tenant, project, principal: formatPrincipal(principal), alias: alias.alias, params, files, extra: request.extra };
  const worksInFolder = alias.action.kind === 'command' && alias.action.cwd === 'workspace';
  return {
    key: makeRequestKey(state.auditKey, { ...same, workspace: worksInFolder ? link.directory : null }),
    rule,
    tenant,
    project,
    alias: alias.alias,
    principal: same.principal,
    definition: hashDefinition(alias),
    grants: Object.fromEntries(decision?.grants.map(({ id, definition }) => [id, definition]) ?? []),
    bind: decision?.bind ?? {},
    link: link.id,
    folder: link.directory,
    ...showValues(values, files, request.extra),
    reason: request.reason,
  };
}
