import { join } from 'node:path';
import type { Alias, AliasOutline } from '../model/service.js';
import type { ServiceDeps } from './compiled.js';
import type { State } from './open-state.js';
import { deriveSealKey, readSealed, writeSealed } from './seal.js';
import { fits, loadServices, type MadeFrom } from './services.js';
import { listSources } from './sources.js';

/** What a seal of it is about, with the version of its form. */
const ABOUT = ['outlines', '3'];

type Outline = Omit<AliasOutline, 'service'>;

/** compiled/outlines.json: each service once, with its aliases, and why others are not among them. `from` says which files it was made from. */
type Outlines = MadeFrom & {
  readonly services: readonly (readonly [AliasOutline['service'], readonly Outline[]])[];
  readonly faults: readonly string[];
};

/** `faults`: what is wrong with files whose aliases cannot be asked for, in the words in which a run is denied for them. */
export type OutlineList = { readonly from: MadeFrom; readonly aliases: readonly AliasOutline[]; readonly faults: readonly string[] };

/**
 * Every alias that can be asked for, in outline and sorted by name: those of broken files, and those that two files define,
 * are not among them. From one sealed file when that was made from the services as they are now, so that a menu of
 * thousands is read at once; otherwise from the services, and the file is written again where it can be. Throws only what `deps` throws.
 */
export async function listOutlines(state: State, deps: ServiceDeps): Promise<OutlineList> {
  const key = deriveSealKey(state, deps.build);
  const path = join(state.paths.compiled, 'outlines.json');
  const sources = listSources(state.paths.services, state.uid);
  const kept = readSealed(state, key, path, ABOUT) as Outlines | null;
  if (kept !== null && fits(state, kept, sources, deps.now())) return { from: kept, aliases: unfold(kept), faults: kept.faults };
  const { from, entries } = await loadServices(state, key, sources, deps);
  const services = new Map<string, [AliasOutline['service'], Outline[]]>();
  for (const entry of entries.values()) {
    if (entry.kind !== 'alias') continue;
    const { service } = entry.alias;
    const group = services.get(entry.file) ?? [{ service: service.service, slots: service.slots }, []];
    group[1].push(outlineOf(entry.alias));
    services.set(entry.file, group);
  }
  const faults = new Set([...entries.values()].flatMap((entry) => (entry.kind === 'invalid' ? [entry.detail] : [])));
  const made: Outlines = { ...from, services: [...services.values()], faults: [...faults] };
  writeSealed(key, path, ABOUT, made);
  return { from, aliases: unfold(made), faults: made.faults };
}

function outlineOf({ alias, title, effect, params, action }: Alias): Outline {
  switch (action.kind) {
    case 'http':
      return { alias, title, effect, params, action: { kind: 'http', slots: action.slots } };
    case 'command':
      return {
        alias,
        title,
        effect,
        params,
        action: { kind: 'command', credentials: action.credentials, cwd: action.cwd, extra: action.extra },
      };
  }
}

function unfold({ services }: Outlines): readonly AliasOutline[] {
  return services
    .flatMap(([service, aliases]) => aliases.map((alias): AliasOutline => ({ ...alias, service })))
    .sort((a, b) => (a.alias < b.alias ? -1 : 1));
}
