import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDenial, type Denial } from '../../denial/denial.js';
import type { ToolPin } from '../../model/action.js';
import type { ServiceName } from '../../model/ids.js';
import { hintAt, type ConfigProblem } from '../../model/problem.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import type { Alias, Service } from '../../model/service.js';
import { suggestName } from '../../model/suggest.js';
import { listScheduleNames, readSchedule } from '../../schedule/schedule-file.js';
import { vetTool } from '../../service/vet-tool.js';
import type { State } from '../../state/open-state.js';
import { removePrivateFile } from '../../state/private-file.js';
import { listServices as listCompiled } from '../../state/services.js';
import { findSettings } from '../../state/settings.js';
import { fileNames, listSources, nameOfSource } from '../../state/sources.js';
import { listTenants } from '../../state/tenants.js';
import { addToolPins, compareWithPin, warnOfLostPins, type ToolStanding } from '../check-pinned-tool.js';
import { serviceDeps, settingsDeps, tenantDeps } from '../configuration.js';
import { openOwnState } from '../open-own-state.js';
import type { World } from '../world.js';
import { administer, openForChange } from './administer.js';
import { listCovered } from './covered.js';
import { refuseTool } from './mend-tool.js';

/** A service as `service list` shows it; a broken file has its problems instead. */
export type ServiceLine =
  | {
      readonly kind: 'service';
      readonly file: string;
      readonly service: Service;
      readonly aliases: readonly Alias[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'invalid'; readonly file: string; readonly problems: readonly ConfigProblem[] };

/** Every service file, by file name. */
export async function listServices(world: World): Promise<readonly ServiceLine[] | Denial> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const { services } = await listCompiled(state, serviceDeps(world));
  return services.map(({ file, compiled }) =>
    compiled.kind === 'ok'
      ? { kind: 'service', file, service: compiled.service, aliases: compiled.aliases, warnings: compiled.warnings ?? [] }
      : { kind: 'invalid', file, problems: compiled.problems },
  );
}

/** The one of these whose file is called after a service. */
export function findService<T extends { readonly file: string }>(lines: readonly T[], service: string): T | undefined {
  return lines.find(({ file }) => fileNames(service).some((called) => file === `services/${called}`));
}

/** Takes a service away; its aliases are unknown from then on. Refused while a grant permits nothing else, or a schedule runs one of them. */
export function removeService(
  world: World,
  caller: Caller,
  service: ServiceName,
): Promise<{ readonly removed: ServiceName } | Refusal | Denial> {
  return administer(world, caller, { action: 'service remove', detail: { service } }, async (state) => {
    const file = await findRemovable(state, world, service);
    if (isRefusal(file)) return file;
    removePrivateFile(join(state.paths.services, file));
    return { removed: service };
  });
}

/** Why a service would not be taken away; null: it would. */
export async function refuseServiceRemoval(world: World, service: ServiceName): Promise<Refusal | Denial | null> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const file = await findRemovable(state, world, service);
  return isRefusal(file) ? file : null;
}

async function findRemovable(state: State, world: World, service: ServiceName): Promise<string | Refusal> {
  const file = findFile(state, service);
  if (file === null) return refuseUnknown(state, service);
  return (await refuseInUse(state, world, service)) ?? file;
}

/** What the file of a service is called; null: there is none. */
export function findFile({ paths }: State, service: string): string | null {
  return fileNames(service).find((called) => existsSync(join(paths.services, called))) ?? null;
}

/** A grant that permits aliases of other services too goes on without this one. */
async function refuseInUse(state: State, world: World, service: ServiceName): Promise<Refusal | null> {
  const { services } = await listCompiled(state, serviceDeps(world));
  const aliases = services.flatMap(({ compiled }) => (compiled.kind === 'ok' ? compiled.aliases : []));
  const own = aliases.filter((alias) => alias.service.service === service);
  const others = aliases.filter((alias) => alias.service.service !== service);
  const { tenants } = await listTenants(state, tenantDeps(world));
  for (const { compiled } of tenants) {
    if (compiled.kind !== 'ok') continue;
    const { tenant, grants } = compiled.tenant;
    const using = grants.find(
      (grant) => grant.effect === 'permit' && listCovered(grant, own).length > 0 && listCovered(grant, others).length === 0,
    );
    if (using !== undefined)
      return refusal(
        `grant ${using.id} of tenant ${tenant} permits aliases of service ${service} alone`,
        `outloop grant remove ${tenant} ${using.id}`,
      );
  }
  const names = new Set(own.map(({ alias }) => alias));
  for (const name of listScheduleNames(state)) {
    const file = readSchedule(state, name);
    if (file.kind === 'schedule' && names.has(file.schedule.alias))
      return refusal(`schedule ${name} runs ${file.schedule.alias} of service ${service}`, `outloop schedule remove ${name}`);
  }
  return null;
}

/** A tool as it is now, and how it stands to what was pinned before. */
export type SeenTool = ToolPin & { readonly standing: ToolStanding };

export type Vetted = { readonly pins: readonly SeenTool[]; readonly warnings: readonly string[] };

/** What `vetService` would pin now, for the operator to look at. Nothing is written. */
export async function lookAtTools(world: World, service: ServiceName): Promise<Vetted | Refusal | Denial> {
  const state = openForChange(world);
  return isDenial(state) || isRefusal(state) ? state : findTools(state, world, service);
}

/**
 * Pins the executables of a service's command aliases as they are now; all of them, or none. `seen` is what the operator looked at and agreed to:
 * anything else is refused.
 */
export function vetService(
  world: World,
  caller: Caller,
  service: ServiceName,
  seen: readonly ToolPin[],
): Promise<Vetted | Refusal | Denial> {
  return administer(world, caller, { action: 'service vet', detail: { service } }, async (state) => {
    const found = await findTools(state, world, service);
    if (isDenial(found) || isRefusal(found)) return found;
    const isSeen = ({ path, sha256 }: ToolPin) => seen.some((pin) => pin.path === path && pin.sha256 === sha256);
    if (!found.pins.every(isSeen)) return refusal('an executable changed while it was looked at', `outloop service vet ${service}`);
    addToolPins(state, found.byName);
    return found;
  });
}

function refuseUnknown({ paths, uid }: State, service: ServiceName): Refusal {
  const near = suggestName(service, listSources(paths.services, uid).map(nameOfSource));
  return refusal(`there is no service ${service}${hintAt(near)}`, 'outloop service list');
}

type Found = Vetted & { readonly byName: Readonly<Record<string, ToolPin>> };

async function findTools(state: State, world: World, service: ServiceName): Promise<Found | Refusal | Denial> {
  const settings = await findSettings(state, settingsDeps(world));
  if (isDenial(settings)) return settings;
  const { services } = await listCompiled(state, serviceDeps(world));
  const found = findService(services, service)?.compiled;
  if (found === undefined) return refuseUnknown(state, service);
  if (found.kind === 'invalid') return refusal(`service ${service} is not valid`, null, found.problems);
  const executables = new Set(found.aliases.flatMap(({ action }) => (action.kind === 'command' ? [action.executable] : [])));
  const byName: Record<string, ToolPin> = {};
  const warnings: string[] = [];
  for (const executable of executables) {
    const answer = vetTool(executable, { uid: state.uid, toolDirs: settings.toolDirs, service });
    if (isDenial(answer)) return refuseTool(answer, `outloop service vet ${service}`);
    byName[executable] = answer.pin;
    warnings.push(...answer.warnings);
  }
  warnings.push(...found.aliases.flatMap(warnOfTerminal));
  const lost = warnOfLostPins(state);
  if (lost !== null) warnings.push(lost);
  const pins = Object.entries(byName).map(([executable, pin]) => ({ ...pin, standing: compareWithPin(state, executable, pin) }));
  return { pins, byName, warnings };
}

/** What is typed on a terminal is shown by it at once, so that what the redactor waits for can be seen. */
function warnOfTerminal({ alias, action }: Alias): readonly string[] {
  if (action.kind !== 'command' || !action.tty || action.credentials.length === 0) return [];
  return [`${alias} has a terminal: who types there can find its credential out a character at a time, so grant it to people alone`];
}
