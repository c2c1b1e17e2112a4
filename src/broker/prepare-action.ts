import { deny, isDenial, type Denial } from '../denial/denial.js';
import { checkReference, findBackend } from '../credential/find-backend.js';
import type { CredentialName, SlotName, TenantName } from '../model/ids.js';
import type { Alias } from '../model/service.js';
import type { Credential, Tenant } from '../model/tenant.js';
import { withoutBrackets } from '../model/without-brackets.js';
import type { Pty } from '../execute/terminal.js';
import { fillCommand } from '../service/fill-command.js';
import type { State } from '../state/open-state.js';
import type { Settings } from '../state/settings.js';
import { neededSlots } from '../policy/evaluate.js';
import type { Permitted } from './decide.js';
import type { Needed, Prepared } from './plan.js';
import { checkBackendTool, checkPinnedTool } from './check-pinned-tool.js';

export type Preparation = {
  readonly alias: Alias;
  readonly permitted: Permitted;
  readonly extra: readonly string[];
  readonly state: State;
  readonly tenant: Tenant;
  readonly settings: Settings;
  /** The folder that outloop is installed in, where the child is to have a terminal if its alias says so; null: the caller has none for it. */
  readonly terminalFrom: string | null;
};

/** The last stage before the audit intent: the destination or the tool, the filled action, and whose credentials it takes. */
export async function prepareAction(preparation: Preparation): Promise<Prepared | Denial> {
  const { alias, permitted, extra, state } = preparation;
  const credentials = await findReferences(preparation);
  if (isDenial(credentials)) return credentials;
  const exchanges = await findExchanges(alias, state.uid);
  if (isDenial(exchanges)) return exchanges;

  if (alias.action.kind === 'http') {
    const { checkBase, fillHttp } = await import('./http-action.js');
    const blocked = checkBase({ service: alias.service, alias: alias.alias, uid: state.uid });
    if (blocked !== null) return blocked;
    const action = fillHttp(alias, permitted.values, permitted.files);
    return isDenial(action) ? action : { action, tool: null, pty: null, credentials, exchanges };
  }
  const tool = checkPinnedTool(alias, alias.action.executable, { state, settings: preparation.settings });
  if (isDenial(tool)) return tool;
  const pty = alias.action.tty && preparation.terminalFrom !== null ? await findPty(preparation.terminalFrom) : null;
  if (isDenial(pty)) return pty;
  const action = fillCommand(alias, permitted.values, permitted.files, extra);
  return isDenial(action) ? action : { action, tool, pty, credentials, exchanges };
}

/** What makes pseudo-terminals: a native module, loaded for those who need it. */
export async function findPty(folder: string): Promise<Pty | Denial> {
  const { loadPty } = await import('../execute/pty.js');
  return loadPty(folder);
}

/** The slots whose credential is exchanged for a token. Where it goes is judged as the service's own base is. */
async function findExchanges(alias: Alias, uid: number): Promise<Prepared['exchanges'] | Denial> {
  const found: SlotName[] = [];
  for (const name of neededSlots(alias)) {
    const slot = alias.service.slots[name];
    if (slot?.exchange === undefined) continue;
    const host = withoutBrackets(new URL(slot.exchange).hostname);
    if (!slot.hosts.includes(host)) return deny('DESTINATION_NOT_ALLOWED', { alias: alias.alias, host });
    const { checkBase } = await import('./http-action.js');
    const blocked = checkBase({ service: { ...alias.service, base: slot.exchange }, alias: alias.alias, uid });
    if (blocked !== null) return blocked;
    found.push(name);
  }
  return found;
}

/** Each credential once, however many slots it fills. */
async function findReferences(preparation: Preparation): Promise<readonly Needed[] | Denial> {
  const { alias, permitted, tenant } = preparation;
  const names = new Set(neededSlots(alias).map((slot) => permitted.decision.bind[slot]));
  const found: Needed[] = [];
  for (const name of names) {
    const credential = name === undefined ? undefined : tenant.credentials[name];
    if (name === undefined || credential === undefined) return deny('CONFIG_INVALID', { detail: `a slot of ${alias.alias} is not bound` });
    const needed = await findNeeded(name, credential, { ...preparation, tenant: tenant.tenant });
    if (isDenial(needed)) return needed;
    found.push(needed);
  }
  return found;
}

/** A credential with its backend, once its reference and the backend's program have passed their checks; nobody is asked for anything. */
export async function findNeeded(
  name: CredentialName,
  credential: Credential,
  { tenant, settings, state }: { readonly tenant: TenantName; readonly settings: Settings; readonly state: State },
): Promise<Needed | Denial> {
  const use = await findBackend(credential.backend, settings.backends);
  if (typeof use === 'string') return deny('CONFIG_INVALID', { detail: `credential ${name}: ${use}` });
  const unfit = checkReference(use, credential.ref, tenant);
  if (unfit !== null) return deny('CONFIG_INVALID', { detail: `credential ${name}: ${unfit}` });
  const backendTool = checkBackendTool(use, { state, settings });
  return isDenial(backendTool) ? backendTool : { name, credential, use, backendTool };
}
