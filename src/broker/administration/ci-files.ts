import { lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { readEntryFile, writeEntryFile } from '../../credential/embedded/entry-file.js';
import { idOfKey, NONCE_BYTES, openEntry, sealEntry } from '../../credential/embedded/entry.js';
import { createStore } from '../../credential/embedded/store-file.js';
import type { OwnReference } from '../../credential/reference.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { formatCiLinks, readCiLinks } from '../../link/ci-registry.js';
import { VAULT_KEY_VARIABLE, type CiProvider } from '../../model/ci.js';
import { findCode } from '../../model/error-code.js';
import { isTable } from '../../model/json-table.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import { formatToolPins } from '../../service/tool-pins.js';
import { sealCiState } from '../../state/ci-seal.js';
import type { State } from '../../state/open-state.js';
import { locateState } from '../../state/paths.js';
import { flushDirectory, readPrivateFile, writePrivateFile } from '../../state/private-file.js';
import { parseYaml } from '../../state/yaml.js';
import type { CiPlan } from './ci-plan.js';
import type { World } from '../world.js';

/** What a CI's state is written from. `values` are the credentials' by their place in the vault; they stay the caller's. */
export type CiState = {
  readonly plan: CiPlan;
  readonly operator: State;
  readonly id: string;
  readonly key: Uint8Array;
  readonly values: readonly { readonly place: OwnReference; readonly value: Uint8Array }[];
};

/**
 * Writes a CI's state at `home`, in place of the one that was there. It is filled beside that; then the one before is renamed away, and this one to
 * `home`. `keep` is called when it stands there and lasts; where the renaming or `keep` fails, the one before stands again. An entry whose value is the
 * same keeps its bytes, so that writing it again changes nothing.
 */
export function writeCiState(world: World, home: string, made: CiState, keep: () => void): null | Refusal | Denial {
  mkdirSync(dirname(home), { recursive: true });
  const fresh = mkdtempSync(join(dirname(home), `.${basename(home)}-`));
  try {
    const filled = fill(world, { fresh, before: home }, made);
    if (filled !== null) return filled;
    const old = `${fresh}-old`;
    const there = stateAt(world, home, made.id);
    const stands = !isDenial(there) && readPrivateFile(there.paths.identity, { uid: world.uid, maxBytes: 4096 }).kind === 'ok';
    if (stands) renameSync(home, old);
    let placed = false;
    try {
      renameSync(fresh, home);
      placed = true;
      flushDirectory(dirname(home));
      keep();
    } catch (error) {
      if (placed) renameSync(home, fresh);
      if (stands) renameSync(old, home);
      throw error;
    }
    rmSync(old, { recursive: true, force: true });
    return null;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** The first part of a path within `top` that is a symbolic link, and could lead out of it; null: none. */
export function findLinkOnWay(top: string, path: string): string | null {
  const parts = path.split('/');
  const ways = parts.map((_, at) => parts.slice(0, at + 1).join('/'));
  return ways.find((way) => lstatSync(join(top, way), { throwIfNoEntry: false })?.isSymbolicLink() === true) ?? null;
}

/** The id of the CI's state that stands at `home`; null: nothing stands there. */
export function readCiState(world: World, home: string): string | null | Refusal {
  const foreign = refusal(`${home} is there and is no CI’s state`, 'choose another folder with --home, or take it away');
  const { uid } = world;
  const file = readPrivateFile(join(home, 'state.json'), { uid, maxBytes: 4096 });
  if (file.kind === 'refused') return foreign;
  if (file.kind === 'absent') return isEmptyOrAbsent(home) ? null : foreign;
  const value = parseYaml('state.json', file.bytes);
  const identity = value.kind === 'invalid' ? null : value.value;
  return isTable(identity) && identity['kind'] === 'ci' && typeof identity['id'] === 'string' ? identity['id'] : foreign;
}

/** Which CI the state is for that stands at `home`; null: its links cannot be read. */
export function readCiProvider({ uid }: World, home: string): CiProvider | null {
  const file = readPrivateFile(join(home, 'ci.json'), { uid, maxBytes: 1024 * 1024 });
  const links = file.kind === 'ok' ? readCiLinks(file.bytes) : null;
  return links === null || isDenial(links) ? null : links.provider;
}

/** The seal of the state that stands at `home`, as it is in its file; null: there is none. */
export function readCiSeal({ uid }: World, home: string): string | null {
  const file = readPrivateFile(join(home, 'seal.json'), { uid, maxBytes: 4096 });
  return file.kind === 'ok' ? file.bytes.toString('utf8') : null;
}

function isEmptyOrAbsent(home: string): boolean {
  try {
    return readdirSync(home).length === 0;
  } catch (error) {
    return findCode(error) === 'ENOENT';
  }
}

function fill(
  world: World,
  { fresh, before }: { readonly fresh: string; readonly before: string },
  made: CiState,
): null | Refusal | Denial {
  const { plan, id, key, values, operator } = made;
  const state = stateAt(world, fresh, id);
  const earlier = stateAt(world, before, id);
  if (isDenial(state)) return state;
  if (isDenial(earlier)) return earlier;
  const { paths } = state;
  for (const directory of [paths.services, paths.tenants, paths.vault]) mkdirSync(directory, { mode: 0o700 });
  // Git must not touch line ends: every byte is under the seal.
  writePrivateFile(join(fresh, '.gitattributes'), '* -text\n');
  // What runs write here, where nothing names another place for it.
  writePrivateFile(
    join(fresh, '.gitignore'),
    ['audit/', 'compiled/', 'firings/', 'limits/', '*.token', '*.successor', '*lock', ''].join('\n'),
  );
  writePrivateFile(paths.identity, `${JSON.stringify({ version: 1, id, kind: 'ci' })}\n`);
  writePrivateFile(paths.ciLinks, formatCiLinks(plan.links));
  writePrivateFile(paths.tools, formatToolPins(plan.services.pins));
  for (const { tenant, text } of plan.tenants) writePrivateFile(join(paths.tenants, `${tenant}.yaml`), text);
  for (const { file, bytes } of plan.services.files) writePrivateFile(join(fresh, file), bytes);
  const settings = settingsFor(plan, operator);
  if (isRefusal(settings)) return settings;
  writePrivateFile(paths.settings, settings);
  createStore(state, { key: `env:${VAULT_KEY_VARIABLE}`, keyId: idOfKey(key), next: null });
  for (const { place, value } of values) {
    const there = readEntryFile(earlier, place);
    const kept = there.kind === 'ok' && holds(there.bytes, { key, place, value }) ? there.bytes : null;
    const fault = writeEntryFile(state, place, kept ?? sealEntry({ key, nonce: world.random(NONCE_BYTES), place, value }));
    if (fault !== null) return refusal(fault);
  }
  const unsealed = sealCiState(state, key);
  return unsealed === null ? null : refusal(unsealed);
}

type Held = { readonly key: Uint8Array; readonly place: OwnReference; readonly value: Uint8Array };

function holds(entry: Uint8Array, { key, place, value }: Held): boolean {
  const opened = openEntry(entry, key, place);
  const same = opened !== null && Buffer.compare(opened, value) === 0;
  opened?.fill(0);
  return same;
}

/** The backends that the tenants need, as the operator wrote them, with the lists of these tenants alone. */
function settingsFor({ tenants }: CiPlan, { paths, uid }: State): string | Refusal {
  const names = new Set(tenants.flatMap(({ backends }) => backends));
  if (names.size === 0) return 'version: 1\n';
  const file = readPrivateFile(paths.settings, { uid, maxBytes: 1024 * 1024 });
  const parsed = file.kind === 'ok' ? parseYaml('settings.yaml', file.bytes) : null;
  const written = parsed === null || parsed.kind === 'invalid' ? null : parsed.value['backends'];
  if (!isTable(written)) return refusal('settings.yaml changed while it was read');
  const backends = Object.entries(written).flatMap(([name, entry]) => {
    if (!names.has(name) || !isTable(entry)) return [];
    const listed = Object.entries(isTable(entry['tenants']) ? entry['tenants'] : {});
    const own = listed.filter(([tenant]) => tenants.some((planned) => planned.tenant === tenant));
    return [[name, 'tenants' in entry ? { ...entry, tenants: Object.fromEntries(own) } : entry] as const];
  });
  return stringify({ version: 1, backends: Object.fromEntries(backends) }, { lineWidth: 0 });
}

/** A CI's state that is being written: nothing of it is checked, and its log lies elsewhere. */
function stateAt({ uid }: World, home: string, id: string): State | Denial {
  const paths = locateState({ OUTLOOP_HOME: home }, '/nonexistent');
  return isDenial(paths) ? paths : { paths, id, kind: 'ci', uid, auditKey: new Uint8Array(0) };
}
