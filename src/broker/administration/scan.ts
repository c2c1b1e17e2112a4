import { lstatSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundKey } from '../../credential/found/find-keys.js';
import { crontabsOf, HOME_FILES, type PlaceKind } from '../../credential/found/places.js';
import { readPlainFile } from '../../credential/found/plain-file.js';
import { walkFolder, type Passed, type Place } from '../../credential/found/walk-folder.js';
import { isDenial } from '../../denial/denial.js';
import type { LinkEntry } from '../../link/registry.js';
import type { TenantName } from '../../model/ids.js';
import { refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { openRegistry } from '../find-link.js';
import { openOwnState } from '../open-own-state.js';
import type { World } from '../world.js';
import { listKnownServices } from './import-grants.js';

/** Where to look. `folders` empty: the linked ones. `places`: the user's own well-known files too. */
export type ScanWish = { readonly folders: readonly string[]; readonly places: boolean; readonly kinds: readonly PlaceKind[] };

/** A key by its place and kind. No value is in it. `tenant`: whose linked folder the file lies in; null: in none. */
export type Finding = FoundKey & { readonly file: string; readonly place: PlaceKind; readonly tenant: TenantName | null };

/** What was found, in the order of the files, and what could not be looked at. */
export type ScanReport = {
  readonly findings: readonly Finding[];
  /** Left out on purpose: folders of other people's code, links that lead out, what is too large. */
  readonly skipped: readonly Passed[];
  readonly unreadable: readonly Passed[];
  readonly folders: readonly string[];
  readonly files: number;
};

/** A shell's history, and the state file of an agent, can be some MiB. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Looks for keys that lie about. It reads, and needs no operator state; a value never leaves it. */
export async function scanForKeys(world: World, caller: Caller, wish: ScanWish): Promise<ScanReport | Refusal> {
  const links = listLinked(world);
  const folders = wish.folders.length > 0 ? openFolders(wish.folders) : foldersOf(links);
  if ('kind' in folders) return folders;
  const skipped: Passed[] = [];
  const unreadable: Passed[] = [];
  const places = new Map<string, Place>();
  for (const folder of folders) {
    const walked = walkFolder(folder);
    for (const place of walked.places) places.set(place.path, place);
    for (const passed of walked.passed) (/cannot be read/.test(passed.why) ? unreadable : skipped).push(passed);
  }
  if (wish.places) for (const place of ownPlaces(world, caller, skipped)) places.set(place.path, place);

  const { findKeys } = await import('../../credential/found/find-keys.js');
  const names = await knownVariables(world);
  const findings: Finding[] = [];
  let files = 0;
  for (const { path, kind } of places.values()) {
    if (!wish.kinds.includes(kind)) continue;
    const file = readPlainFile(path, MAX_BYTES, true);
    if (file.kind !== 'ok') {
      if (file.kind === 'refused') (/larger|regular|link|text/.test(file.why) ? skipped : unreadable).push({ path, why: file.why });
      continue;
    }
    files++;
    for (const key of await findKeys(path, file.text, names))
      findings.push({ file: path, place: kind, tenant: findOwner(path, links), ...key });
  }
  return { findings, skipped, unreadable, folders, files };
}

function openFolders(folders: readonly string[]): readonly string[] | Refusal {
  const real: string[] = [];
  for (const folder of folders) {
    try {
      const path = realpathSync(folder);
      if (!statSync(path).isDirectory()) return refusal(`${folder} is not a folder`);
      real.push(path);
    } catch {
      return refusal(`${folder} cannot be opened`);
    }
  }
  return real;
}

/** What is linked; nothing where there is no operator state, or where it cannot be read. */
function listLinked(world: World): readonly LinkEntry[] {
  const state = openOwnState(world);
  const registry = isDenial(state) ? state : openRegistry(state);
  return isDenial(registry) ? [] : registry.links;
}

function foldersOf(links: readonly LinkEntry[]): readonly string[] {
  return links.flatMap(({ directory }) => {
    try {
      return [realpathSync(directory)];
    } catch {
      return [];
    }
  });
}

/** The tenant of the nearest linked folder above a file. */
function findOwner(path: string, links: readonly LinkEntry[]): TenantName | null {
  const above = links.filter(({ directory }) => path.startsWith(`${directory}/`));
  return above.sort((a, b) => b.directory.length - a.directory.length)[0]?.tenant ?? null;
}

/** The user's own files: those of their home that are known, their crontab, and the history that HISTFILE names. */
function ownPlaces({ home, user }: World, { env }: Caller, skipped: Passed[]): readonly Place[] {
  const found: Place[] = [];
  for (const [name, kind] of HOME_FILES) {
    const path = join(home, name);
    if (!name.endsWith('/')) found.push({ path, kind });
    else if (isFolder(path)) {
      const walked = walkFolder(realpathSync(path));
      found.push(...walked.places.map((place) => ({ ...place, kind })));
      skipped.push(...walked.passed);
    }
  }
  for (const path of crontabsOf(user)) found.push({ path, kind: 'schedule' });
  const history = env['HISTFILE'] ?? '';
  if (history.startsWith('/')) found.push({ path: history, kind: 'history' });
  return found;
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** The variables in which commands of known services get a credential. */
async function knownVariables(world: World): Promise<ReadonlySet<string>> {
  const state = openOwnState(world);
  if (isDenial(state)) return new Set();
  const services = await listKnownServices(world, state);
  return new Set(
    services.flatMap(({ aliases }) =>
      aliases.flatMap(({ action }) => (action.kind === 'command' ? action.credentials.map(([variable]) => variable) : [])),
    ),
  );
}
