import { closeSync } from 'node:fs';
import { verifyChain } from '../../audit/verify.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import { countWords } from '../../model/count-words.js';
import type { TenantName } from '../../model/ids.js';
import { BACKENDS_OWNER } from '../../model/owner.js';
import { formatProblem } from '../../model/problem.js';
import type { Caller } from '../../model/run.js';
import type { Alias } from '../../model/service.js';
import { checkRuntime } from '../../guard/check-runtime.js';
import { openOwnState } from '../open-own-state.js';
import { groundOf } from '../perform.js';
import type { State } from '../../state/open-state.js';
import { findSettings, type Settings } from '../../state/settings.js';
import { listServices } from '../../state/services.js';
import { listTenants } from '../../state/tenants.js';
import { acquireLock, openLockFile } from '../../state/lock.js';
import { removeLeftPlaces } from '../../state/private-places.js';
import { probeWriting } from '../../state/probe-writing.js';
import { basename, join } from 'node:path';
import { auditLock } from '../admit.js';
import { explainLock } from '../explain-lock.js';
import { findPty } from '../prepare-action.js';
import { checkPinnedTool } from '../check-pinned-tool.js';
import { serviceDeps, settingsDeps, tenantDeps } from '../configuration.js';
import { checkCiState } from '../check-ci-state.js';
import { openCiLinks, openRegistry } from '../find-link.js';
import { isRefusal } from '../../model/refusal.js';
import type { World } from '../world.js';
import { operatorLock } from './administer.js';
import { findReferenceFaults, listReferences, probeBackends } from './backends.js';
import type { Finding } from './finding.js';
import { findGrantFaults } from './grant-faults.js';
import { findLinkFaults, listProjects } from './link-lines.js';
import { fixTool } from './mend-tool.js';
import { findLimitFaults } from './repair-limits.js';
import { gatherRequests } from './requests.js';
import { findScheduleFaults } from './schedule-faults.js';
import { listSessions } from './sessions.js';
import { findVaultFaults, type Resting } from './vault-faults.js';
import { findOpenFaults, fixFile, fixLock, fixRegistry, fixState } from './state-faults.js';

/** Optional packages come with it unless npm is told to leave them out. */
const HOW_TO_GET_PTY = 'npm install --global outloop --include=optional';

/**
 * Looks at everything a run stands on. It asks no backend for a credential and gives none out (entries of the vault it looks at itself), and changes
 * nothing but for removing the private directories that killed runs left behind; whether a run could write, it finds out with a small file that it
 * takes away again.
 */
export async function examine(world: World, caller: Caller): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const add = (level: Finding['level'], about: string, text: string, fix: string | null = null) =>
    findings.push({ level, about, text, fix });

  const tampered = checkRuntime({ env: caller.env, execArgv: caller.execArgv });
  if (tampered === null) add('ok', 'runtime', 'Node runs unchanged');
  else add('bad', 'runtime', describeDenial(tampered).reason, `unset ${String(tampered.facts['marker'])}`);

  const state = openOwnState(world);
  if (isDenial(state)) {
    add('bad', 'state', describeDenial(state).reason, fixState(state, world));
    return findings;
  }
  const open = state.kind === 'ci' ? [] : findOpenFaults(state.paths);
  for (const { level, text, fix } of open) add(level, 'state', text, fix);
  if (open.length === 0) add('ok', 'state', `${state.paths.config} is private`);
  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) add('bad', 'settings', describeDenial(settings).reason, fixFile(state.paths.settings, state.uid));

  const { services, duplicates } = await listServices(state, serviceDeps(world));
  for (const { file, compiled } of services) {
    if (compiled.kind === 'invalid') {
      for (const problem of compiled.problems)
        add('bad', 'service', formatProblem(problem), fixFile(join(state.paths.config, file), state.uid));
      continue;
    }
    add('ok', 'service', `${file}: ${countWords(compiled.aliases.length, 'alias', 'aliases')}`);
    for (const warning of compiled.warnings ?? []) add('warn', 'service', `${file}: ${warning}`);
    const { service } = compiled.service;
    for (const alias of compiled.aliases) {
      if (alias.action.kind !== 'command' || isDenial(settings)) continue;
      const tool = checkPinnedTool(alias, alias.action.executable, { state, settings });
      if (isDenial(tool))
        add('bad', 'tool', `${alias.alias}: ${describeDenial(tool).reason}`, fixTool(tool, `outloop service vet ${service}`));
    }
  }
  const pty = await findPty(world.installation);
  const onTerminal = services.some(({ compiled }) => compiled.kind === 'ok' && compiled.aliases.some(isOnTerminal));
  if (!isDenial(pty)) add('ok', 'terminal', 'aliases with tty: true can have one');
  else
    add(
      onTerminal ? 'bad' : 'ok',
      'terminal',
      `aliases with tty: true cannot run on a terminal: ${String(pty.facts['detail'])}`,
      onTerminal ? HOW_TO_GET_PTY : null,
    );
  for (const { alias, files } of duplicates) add('bad', 'service', `alias ${alias} is defined in ${files.join(' and ')}`);

  const aliases = services.some(({ compiled }) => compiled.kind === 'invalid')
    ? null
    : services.flatMap(({ compiled }) => (compiled.kind === 'ok' ? compiled.aliases : []));
  const links = state.kind === 'ci' ? null : openRegistry(state);
  const projectsOf = (tenant: TenantName) => (links === null || isDenial(links) ? null : listProjects(links, tenant));
  const tenants = await listTenants(state, tenantDeps(world));
  for (const { file, compiled } of tenants.tenants) {
    if (compiled.kind === 'invalid') {
      for (const problem of compiled.problems)
        add('bad', 'tenant', formatProblem(problem), fixFile(join(state.paths.config, file), state.uid));
      continue;
    }
    add('ok', 'tenant', `${file}: ${countWords(compiled.tenant.grants.length, 'grant')}`);
    const known = { aliases, projects: projectsOf(compiled.tenant.tenant) };
    for (const { level, text, fix } of findGrantFaults(compiled.tenant, known, world.now())) add(level, 'grant', text, fix);
  }
  for (const { tenant, files } of tenants.duplicates) add('bad', 'tenant', `tenant ${tenant} is named in ${files.join(' and ')}`);

  const registry = state.kind === 'ci' ? openCiLinks(state) : openRegistry(state);
  if (isDenial(registry)) add('bad', 'links', describeDenial(registry).reason, state.kind === 'ci' ? null : fixRegistry(state, registry));
  else add('ok', 'links', countWords(registry.links.length, 'linked folder'));
  if (links !== null && !isDenial(links))
    for (const { level, text, fix } of await findLinkFaults(links, { state, world })) add(level, 'links', text, fix);
  const unsealed = await checkCiState(state, world);
  if (unsealed !== null) add('bad', 'seal', describeDenial(unsealed).reason);
  else if (state.kind === 'ci') add('ok', 'seal', 'the CI’s state is as outloop ci init wrote it');

  const limits = findLimitFaults(state);
  if (!limits.isSure) add('bad', 'limits', 'which limit files there were is not known: audit/head.json was lost', 'outloop audit repair');
  for (const { tenant, grant, why } of limits.broken) {
    add('bad', 'limits', `the limit file of grant ${grant} of tenant ${tenant} ${why}`, 'outloop audit repair');
  }

  for (const { level, text, fix } of findScheduleFaults({ state, world, caller, aliases })) add(level, 'schedules', text, fix);

  const sessions = listSessions(world);
  if (isRefusal(sessions) || isDenial(sessions))
    add('bad', 'sessions', isRefusal(sessions) ? sessions.message : describeDenial(sessions).reason);
  else
    for (const line of sessions) if (line.kind === 'broken') add('warn', 'sessions', `sessions/${line.id}.json cannot be read; remove it`);

  const requests = await gatherRequests(state, world);
  if (isRefusal(requests)) add('bad', 'requests', requests.message);
  else {
    for (const { why } of requests.broken) add('bad', 'requests', why, 'outloop requests prune');
    for (const [tenant, times] of Object.entries(requests.overflow)) {
      add('warn', 'requests', `${times} of tenant ${tenant} were not kept, because too many wait`, 'outloop requests prune --waiting');
    }
    const waiting = requests.lines.filter((line) => line.state === 'waiting').length;
    if (waiting > 0) add('ok', 'requests', `${waiting} wait for an answer: outloop requests list`);
  }

  for (const { name, kind, detail, isUsed, fix } of await probeBackends(world, state)) {
    const weight = kind === 'ready' ? 'ok' : kind === 'damaged' && isUsed ? 'bad' : 'warn';
    add(weight, 'backend', `${name}: ${kind}${detail === '' ? '' : `, ${detail}`}`, fix);
  }
  if (!isDenial(settings)) for (const { level, text } of await findReferenceFaults(world, state, settings)) add(level, 'credential', text);

  for (const { level, text, fix } of await findVaultFaults(world, state, await listResting(world, state, settings)))
    add(level, 'credential', text, fix);

  const left = removeLeftPlaces(groundOf(world), Infinity);
  if (left > 0) add('ok', 'leftovers', `removed the private directories of ${left} runs that had been killed`);

  for (const directory of [state.paths.audit, state.paths.limits]) {
    const fault = probeWriting(directory);
    if (fault === null) continue;
    add('bad', basename(directory), `nothing can be written to ${directory}: ${fault}`);
    break;
  }
  const lock = acquireLock(auditLock(state));
  if ('kind' in lock)
    add('bad', 'audit', `the audit log cannot be locked: ${explainLock(lock, auditLock(state))}`, fixLock(lock, auditLock(state)));
  else lock.release();
  if (state.kind === 'operator') {
    const file = operatorLock(state);
    const opened = openLockFile(file);
    if (typeof opened === 'number') closeSync(opened);
    else add('bad', 'state', `the operator state cannot be changed: ${explainLock(opened, file)}`, fixLock(opened, file));
  }
  const chain = await verifyChain(state.paths.audit);
  if (isDenial(chain)) add('bad', 'audit', describeDenial(chain).reason);
  else if (chain.firstBad !== null)
    add('bad', 'audit', `the chain is broken in ${chain.firstBad.file} at line ${chain.firstBad.line}`, 'outloop audit repair');
  else if (chain.head === 'absent' && chain.records > 0)
    add('warn', 'audit', 'audit/head.json was lost: whether records are missing at the end is not known', 'outloop audit repair');
  else add('ok', 'audit', `${countWords(chain.records, 'record')}, chain intact`);
  return findings;
}

function isOnTerminal({ action }: Alias): boolean {
  return action.kind === 'command' && action.tty;
}

/** What rests in the vault: credentials, and the own tokens of backends. */
async function listResting(world: World, state: State, settings: Settings | Denial): Promise<readonly Resting[]> {
  const credentials = (await listReferences(world, state)).filter(({ backend }) => backend === 'embedded');
  const backends = isDenial(settings) ? [] : Object.keys(settings.backends);
  const tokens = backends.map((name) => ({ tenant: BACKENDS_OWNER, name, ref: `${BACKENDS_OWNER}/${name}` }));
  return [...credentials, ...tokens];
}
