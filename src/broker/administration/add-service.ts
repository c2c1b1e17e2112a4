import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDenial, type Denial } from '../../denial/denial.js';
import { parseName, type ServiceName } from '../../model/ids.js';
import { hintAt } from '../../model/problem.js';
import { quoteWord } from '../../model/quote-word.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import type { Alias, Service } from '../../model/service.js';
import { suggestName } from '../../model/suggest.js';
import type { State } from '../../state/open-state.js';
import { writePrivateFile } from '../../state/private-file.js';
import { listServices } from '../../state/services.js';
import { fileNames } from '../../state/sources.js';
import { parseYaml } from '../../state/yaml.js';
import { compileFile } from '../compile-file.js';
import { serviceDeps } from '../configuration.js';
import { openOwnState } from '../open-own-state.js';
import type { World } from '../world.js';
import { administer } from './administer.js';
import { findServiceFaults } from './service-faults.js';
import { findFile } from './services.js';

/** A service file is at most this long. */
const MAX_BYTES = 8 * 1024 * 1024;

export type AddedService = {
  readonly service: ServiceName;
  readonly aliases: readonly string[];
  readonly warnings: readonly string[];
  readonly commands: boolean;
};

/** A service that can be added: its compiled form, and the bytes for its file. */
type Addition = {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly service: Service;
  readonly aliases: readonly Alias[];
  readonly warnings: readonly string[];
};

/** Adds a service from a template's name or a file; `replace` puts it in the place of the one that is there. It vets nothing. */
export function addService(world: World, caller: Caller, source: string, replace: boolean): Promise<AddedService | Refusal | Denial> {
  return administer(world, caller, { action: 'service add', detail: { source: nameSource(world, source) } }, async (state) => {
    const addition = await prepare(state, world, source, replace);
    if (isRefusal(addition)) return addition;
    const { file, bytes, service, aliases, warnings } = addition;
    writePrivateFile(join(state.paths.config, file), bytes);
    const commands = aliases.some(({ action }) => action.kind === 'command');
    const faults = findServiceFaults({ service, aliases }, state.uid).map(({ text }) => text);
    return { service: service.service, aliases: aliases.map(({ alias }) => alias as string), warnings: [...warnings, ...faults], commands };
  });
}

/** Why a service would not be added; null: it would. */
export async function refuseAddition(world: World, source: string, replace: boolean): Promise<Refusal | Denial | null> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const addition = await prepare(state, world, source, replace);
  return isRefusal(addition) ? addition : null;
}

async function prepare(state: State, world: World, source: string, replace: boolean): Promise<Addition | Refusal> {
  const read = readSource(world, source);
  if (isRefusal(read)) return read;
  const { name, bytes } = read;
  const there = findFile(state, name);
  const file = `services/${there ?? fileNames(name)[0]}`;
  if (there !== null && !replace) return refusal(`service ${name} is there already`, `outloop service add ${quoteWord(source)} --replace`);
  const compiled = await compileFile(file, bytes);
  // Nothing stands at `file` yet: the places are in what was given.
  if (compiled.kind === 'invalid')
    return refusal(
      `${source} is not a valid service`,
      null,
      compiled.problems.map((problem) => ({ ...problem, file: source })),
    );
  const { service, aliases, warnings = [] } = compiled;
  const names = aliases.map(({ alias }) => alias as string);
  const taken = await findTaken(state, world, file, names);
  return taken === null ? { file, bytes, service, aliases, warnings } : refusal(`alias ${taken.alias} is defined in ${taken.file} already`);
}

/** The names of the services that come with outloop. */
export function listTemplates(world: World): readonly string[] {
  return readdirSync(join(world.templates, 'services'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/** A source as the log names it. A word that is none may be a key that was pasted by mistake. */
function nameSource(world: World, source: string): string {
  return listTemplates(world).includes(source) || existsSync(source) ? source.slice(0, 200) : 'unknown';
}

function readSource(world: World, source: string): { readonly name: string; readonly bytes: Uint8Array } | Refusal {
  const template = parseName<ServiceName>(source);
  if (template !== null && !existsSync(source)) {
    const known = listTemplates(world);
    if (known.includes(template)) return { name: template, bytes: readFileSync(join(world.templates, 'services', `${template}.yaml`)) };
    return refusal(
      `there is no template ${source}${hintAt(suggestName(source, known))}`,
      `the templates are ${known.join(', ')}; or give a FILE.yaml`,
    );
  }
  try {
    const stat = statSync(source);
    if (!stat.isFile()) return refusal(`${source} is not a file`);
    if (stat.size > MAX_BYTES) return refusal(`${source} is longer than ${MAX_BYTES} bytes`);
    const bytes = readFileSync(source);
    return { name: readServiceName(source, bytes) ?? source.replace(/^.*\//, '').replace(/\.(ya?ml|json)$/, ''), bytes };
  } catch {
    return refusal(`${source} cannot be read`);
  }
}

/** The name of the service that a file says it defines; null where that cannot be read, or is no name. */
function readServiceName(source: string, bytes: Uint8Array): ServiceName | null {
  const parsed = parseYaml(source, bytes, MAX_BYTES);
  const named = parsed.kind === 'ok' ? parsed.value['service'] : null;
  return typeof named === 'string' ? parseName<ServiceName>(named) : null;
}

async function findTaken(
  state: State,
  world: World,
  file: string,
  names: readonly string[],
): Promise<{ alias: string; file: string } | null> {
  const { services } = await listServices(state, serviceDeps(world));
  for (const other of services) {
    if (other.file === file || other.compiled.kind !== 'ok') continue;
    const alias = other.compiled.aliases.find((one) => names.includes(one.alias));
    if (alias !== undefined) return { alias: alias.alias, file: other.file };
  }
  return null;
}
