import { inside } from '../model/inside.js';
import { errorCode } from '../model/error-code.js';
import { parseName } from '../model/ids.js';
import { compileSource, faultProblem, readSource, summarizeProblems } from './compile-source.js';
import type { CompiledTenantFile, TenantAnswer, TenantDeps } from './compiled.js';
import type { State } from './open-state.js';
import { deriveSealKey, readSealed, writeSealed } from './seal.js';
import type { SealKey } from './seal.js';
import { fileNames, isRacy, listSources, nameOfSource, stampDirectory } from './sources.js';
import type { Source } from './sources.js';

/** Every tenant file with what it compiles to, and the tenants that more than one file names or a wrongly named file defines. */
export type TenantList = {
  readonly tenants: readonly { readonly file: string; readonly compiled: CompiledTenantFile }[];
  readonly duplicates: readonly { readonly tenant: string; readonly files: readonly string[] }[];
};

/**
 * What the operator's tenants say of one. Its file is `tenants/<name>.yaml` (or `.yml`), read on every call; the compiled form
 * answers only for those very bytes. That no other file names the same tenant is checked again whenever a name in the
 * directory was added, removed or replaced, and for a tenant that another file named. Throws only what `deps` throws.
 */
export async function findTenant(state: State, name: string, deps: TenantDeps): Promise<TenantAnswer> {
  if (parseName(name) === null) return { kind: 'unknown' };
  const key = deriveSealKey(state, deps.build);
  const contested = await findContested(state, key, name, deps);
  if (typeof contested === 'string') return { kind: 'invalid', detail: contested };
  const files = Object.hasOwn(contested, name) ? contested[name] : undefined;
  if (files !== undefined) return { kind: 'invalid', detail: contestedDetail(name, files) };
  for (const file of fileNames(name).map((called) => `tenants/${called}`)) {
    const text = readSource(state, file);
    if (text.kind === 'absent') continue;
    if (text.kind === 'refused') return { kind: 'invalid', detail: `${file} ${text.why}` };
    const compiled = await compileSource(state, key, { file, text }, deps.compileTenant);
    if (compiled.kind === 'invalid') return { kind: 'invalid', detail: summarizeProblems(file, compiled.problems) };
    if (compiled.tenant.tenant !== name) return { kind: 'invalid', detail: `${file} names another tenant` };
    return { kind: 'found', tenant: compiled.tenant, file };
  }
  return { kind: 'unknown' };
}

/** Every tenant, for the commands that show or change them. Throws the file system's error when the directory cannot be read. */
export async function listTenants(state: State, deps: TenantDeps): Promise<TenantList> {
  const key = deriveSealKey(state, deps.build);
  const tenants: { file: string; compiled: CompiledTenantFile }[] = [];
  const names = lookAtNames(state, deps.now());
  for (const source of names.sources) {
    const loaded = await loadTenant(state, key, source, deps);
    if (loaded !== null) tenants.push({ file: `tenants/${source.name}`, compiled: loaded.compiled });
  }
  const contested = await checkNames(state, key, names, deps);
  return { tenants, duplicates: Object.entries(contested).map(([tenant, files]) => ({ tenant, files })) };
}

/** Tenant → the files that name it, for every tenant that is not defined by exactly the one file of its name. */
type Contested = Readonly<Record<string, readonly string[]>>;

/** compiled/tenants.json: what a run reads. `stamp` is the directory's when the names were checked. */
type Head = { readonly stamp: string; readonly racy: boolean; readonly contested: Contested };

/** compiled/tenants-index.json: base name → what its file says, so that a check reads only the files that changed. */
type Index = Readonly<
  Record<string, { readonly stamp: string; readonly racy: boolean; readonly sha256: string; readonly says: string | null }>
>;

/**
 * The contested tenants. Not every run looks at every file: with a thousand tenants that would cost it a fifth more. So a file that comes to name another's
 * tenant in place is found later, and defines nothing until then; but what is contested is looked at again, for a mend in place moves no stamp of the directory.
 */
async function findContested(state: State, key: SealKey, name: string, deps: TenantDeps): Promise<Contested | string> {
  const head = readSealed(state, key, inside(state.paths.compiled, 'tenants.json'), ['tenants']) as Head | null;
  let names: Names;
  try {
    if (head !== null && isCurrent(head, state) && !Object.hasOwn(head.contested, name)) return head.contested;
    names = lookAtNames(state, deps.now());
  } catch (error) {
    return `tenants cannot be read (${errorCode(error)})`;
  }
  return checkNames(state, key, names, deps);
}

function isCurrent({ stamp, racy }: Head, { paths }: State): boolean {
  return !racy && stamp === stampDirectory(paths.tenants).stamp;
}

/** The directory as it was at one moment. The clock and the stamp come first: a later change moves a stamp or is caught as racy. */
type Names = { readonly nowMs: number; readonly stamp: string; readonly changedNs: bigint; readonly sources: readonly Source[] };

function lookAtNames(state: State, nowMs: number): Names {
  const directory = stampDirectory(state.paths.tenants);
  return { nowMs, ...directory, sources: listSources(state.paths.tenants, state.uid) };
}

/** Learns which tenant each file names, reading only those that changed since the last time, and keeps the result. */
async function checkNames(state: State, key: SealKey, names: Names, deps: TenantDeps): Promise<Contested> {
  const indexPath = inside(state.paths.compiled, 'tenants-index.json');
  const known = readSealed(state, key, indexPath, ['tenants-index']) as Index | null;
  const index = new Map<string, Index[string]>();
  const namers = new Map<string, string[]>();
  for (const source of names.sources) {
    const kept = known !== null && Object.hasOwn(known, source.name) ? known[source.name] : undefined;
    const entry = await learnName(state, key, source, kept, deps);
    if (entry === null) continue;
    index.set(source.name, { ...entry, racy: isRacy(source.changedNs, names.nowMs) });
    const stem = nameOfSource(source);
    for (const tenant of new Set([stem, entry.says ?? stem])) namers.set(tenant, [...(namers.get(tenant) ?? []), source.name]);
  }
  const contested = [...namers].filter(([tenant, files]) => files.length > 1 || !files.every((name) => name.startsWith(`${tenant}.y`)));
  const head: Head = {
    stamp: names.stamp,
    racy: isRacy(names.changedNs, names.nowMs),
    contested: Object.fromEntries(contested.map(([tenant, files]) => [tenant, files.map((name) => `tenants/${name}`)])),
  };
  writeSealed(key, indexPath, ['tenants-index'], Object.fromEntries(index));
  writeSealed(key, inside(state.paths.compiled, 'tenants.json'), ['tenants'], head);
  return head.contested;
}

async function learnName(
  state: State,
  key: SealKey,
  source: Source,
  kept: Index[string] | undefined,
  deps: TenantDeps,
): Promise<Omit<Index[string], 'racy'> | null> {
  if (kept !== undefined && !kept.racy && kept.stamp === source.stamp && source.fault === null) return kept;
  const loaded = await loadTenant(state, key, source, deps);
  if (loaded === null) return null;
  const { compiled, sha256 } = loaded;
  return { stamp: source.stamp, sha256, says: compiled.kind === 'ok' ? compiled.tenant.tenant : compiled.defines };
}

/** One tenant file; null when it vanished meanwhile. */
async function loadTenant(
  state: State,
  key: SealKey,
  source: Source,
  deps: TenantDeps,
): Promise<{ readonly sha256: string; readonly compiled: CompiledTenantFile } | null> {
  const file = `tenants/${source.name}`;
  const refuse = (why: string) =>
    ({ sha256: '', compiled: { kind: 'invalid', problems: [faultProblem(file, why)], defines: null } }) as const;
  if (source.fault !== null) return refuse(source.fault);
  const text = readSource(state, file);
  if (text.kind === 'absent') return null;
  if (text.kind === 'refused') return refuse(text.why);
  return { sha256: text.sha256, compiled: await compileSource(state, key, { file, text }, deps.compileTenant) };
}

function contestedDetail(tenant: string, files: readonly string[]): string {
  const [only, second] = files;
  if (only !== undefined && second === undefined) return `${only} defines tenant ${tenant} and does not have its name`;
  return `tenant ${tenant} is defined in ${files.join(' and ')}`;
}
