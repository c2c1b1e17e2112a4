import { lstatSync } from 'node:fs';
import { inside } from '../model/inside.js';
import { compileSource, readSource, summarizeProblems } from './compile-source.js';
import type { CompileDeps } from './compiled.js';
import { deny } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import type { ConfigProblem } from '../model/problem.js';
import type { Json } from '../model/service.js';
import type { State } from './open-state.js';
import { deriveSealKey } from './seal.js';

/**
 * A backend as settings.yaml sets it up, checked by its kind. `tenants`: the references that each tenant may use, as patterns in
 * which `*` is one or more characters; null where there is no such list. `options` are the kind's own.
 */
export type BackendEntry = {
  readonly kind: string;
  readonly tenants: Readonly<Record<string, readonly string[]>> | null;
  readonly options: Json;
};

/** What the operator set for all of outloop. */
export type Settings = {
  /** Absolute directories that may hold vetted tools although others than root and the operator can write to them. */
  readonly toolDirs: readonly string[];
  /** The origin of an HTTP proxy for outloop's own requests (`http://127.0.0.1:3128`), or null for none. */
  readonly proxy: string | null;
  /** A request for what no grant permits is recorded for a person to approve. */
  readonly requestUngranted: boolean;
  /** Backends by the name that a tenant's credential gives. */
  readonly backends: Readonly<Record<string, BackendEntry>>;
};

export type SettingsAnswer =
  { readonly kind: 'ok'; readonly settings: Settings } | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] };

/** What holds when there is no settings.yaml. */
export const DEFAULT_SETTINGS: Settings = { toolDirs: [], proxy: null, requestUngranted: false, backends: {} };

const FILE = 'settings.yaml';

/** What the settings are compiled with. The compiler is loaded when the file has changed, which a run seldom sees. */
export type SettingsDeps = Pick<CompileDeps, 'build'> & { readonly compileSettings: (state: State) => Promise<SettingsAnswer> };

/**
 * The settings, for a run: the compiled form where it was made from these very bytes, else what `compileSettings` reads. CONFIG_INVALID when
 * the file is broken, a link, another user's or open to others, or what could run code stands beside it, whether it has been compiled before or not.
 */
export async function findSettings(state: State, deps: SettingsDeps): Promise<Settings | Denial> {
  const text = readSource(state, FILE);
  if (text.kind === 'absent') return DEFAULT_SETTINGS;
  if (text.kind === 'refused') return deny('CONFIG_INVALID', { detail: `${FILE} ${text.why}` });
  const code = findCodeBeside(state);
  if (code !== null) return deny('CONFIG_INVALID', { detail: `${FILE}: ${code}` });
  const source = { file: FILE, text };
  const answer = await compileSource<SettingsAnswer>(state, deriveSealKey(state, deps.build), source, () => deps.compileSettings(state));
  if (answer.kind === 'invalid') return deny('CONFIG_INVALID', { detail: summarizeProblems(FILE, answer.problems) });
  return answer.settings;
}

/** What cosmiconfig 9 looks for in the directory that it is constructed in (dist/defaults.js, metaSearchPlaces). */
const CODE_PLACES = ['package.json', 'package.yaml', '.config'];

/** What is there that the library that reads settings could run, as a clause; null: nothing. */
export function findCodeBeside({ paths }: State): string | null {
  const code = CODE_PLACES.find((name) => lstatSync(inside(paths.config, name), { throwIfNoEntry: false }) !== undefined);
  return code === undefined ? null : `${code} beside it could run code; remove it`;
}
