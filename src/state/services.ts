import { errorCode } from '../model/error-code.js';
import { parseAliasName } from '../model/ids.js';
import { closeTable, listNames, lookUpAlias, openTable, writeTable } from './alias-table.js';
import type { AliasEntry, TableHeader } from './alias-table.js';
import { compileSource, faultProblem, readSource, summarizeProblems } from './compile-source.js';
import type { AliasAnswer, CompiledFile, ServiceDeps } from './compiled.js';
import type { State } from './open-state.js';
import { deriveSealKey } from './seal.js';
import type { SealKey } from './seal.js';
import { fingerprint, isRacy, listSources, nameOfSource } from './sources.js';
import type { Source } from './sources.js';

/** Stands in the table, under a name that no alias has, for a broken file that does not show what it would define: it may be what is asked for. */
const UNTOLD = '*';

/** Every service file with what it compiles to, and the aliases that more than one of them defines. */
export type ServiceList = {
  readonly services: readonly { readonly file: string; readonly compiled: CompiledFile }[];
  readonly duplicates: readonly { readonly alias: string; readonly files: readonly string[] }[];
};

/**
 * What the operator's services say of an alias. From the compiled table, if that was made from the files as they are now and
 * the one file that defines the alias still has the very bytes; otherwise from the YAML, and the table is written again where
 * it can be. Neither a stale nor a forged table changes an answer. Throws only what `deps` throws.
 */
export async function findAlias(state: State, name: string, deps: ServiceDeps): Promise<AliasAnswer> {
  const key = deriveSealKey(state, deps.build);
  const sources = trySources(state);
  if (typeof sources === 'string') return { kind: 'invalid', detail: sources };
  const answer = await answerFromTable(state, key, sources, name, deps.now());
  if (answer !== null) return answer;
  const loaded = await loadServices(state, key, sources, deps);
  writeTable(state, key, loaded.from, loaded.entries);
  const entry = loaded.entries.get(name) ?? loaded.entries.get(UNTOLD);
  return entry === undefined ? unknownAlias(name, [...loaded.entries.keys()]) : answerEntry(entry);
}

/** Every service, for the commands that show or change them; the compiled table is brought up to date on the way. */
export async function listServices(state: State, deps: ServiceDeps): Promise<ServiceList> {
  const key = deriveSealKey(state, deps.build);
  const sources = listSources(state.paths.services, state.uid);
  const loaded = await loadServices(state, key, sources, deps);
  const table = openTable(state, key);
  const current = table !== null && fits(state, table.header, sources, deps.now());
  if (table !== null) closeTable(table);
  if (!current) writeTable(state, key, loaded.from, loaded.entries);
  return { services: loaded.services, duplicates: loaded.duplicates };
}

function trySources(state: State): Source[] | string {
  try {
    return listSources(state.paths.services, state.uid);
  } catch (error) {
    return `services cannot be read (${errorCode(error)})`;
  }
}

/** Null when the table does not fit or cannot be trusted in this. */
async function answerFromTable(
  state: State,
  key: SealKey,
  sources: readonly Source[],
  name: string,
  nowMs: number,
): Promise<AliasAnswer | null> {
  const table = openTable(state, key);
  if (table === null) return null;
  try {
    if (!fits(state, table.header, sources, nowMs)) return null;
    const entry = parseAliasName(name) === null ? 'absent' : lookUpAlias(table, key, name);
    if (entry === 'damaged') return null;
    if (entry === 'absent') {
      const names = listNames(table);
      if (names === null || names.includes(name)) return null;
      const untold = names.includes(UNTOLD) ? lookUpAlias(table, key, UNTOLD) : 'absent';
      if (untold === 'damaged') return null;
      return untold === 'absent' ? await unknownAlias(name, names) : answerEntry(untold);
    }
    if (entry.kind === 'alias') {
      const source = readSource(state, entry.file);
      if (source.kind !== 'ok' || source.sha256 !== entry.sha256) return null;
    }
    return answerEntry(entry);
  } finally {
    closeTable(table);
  }
}

/** What a compiled form was made from, as its header keeps it. */
export type MadeFrom = Pick<TableHeader, 'fingerprint' | 'racy'>;

/** Whether a compiled form was made from these sources. Those that were racy then are compared by content until they have settled. */
export function fits(state: State, from: MadeFrom, sources: readonly Source[], nowMs: number): boolean {
  if (from.fingerprint !== fingerprint(sources)) return false;
  const racy = new Map(from.racy);
  if (racy.size === 0) return true;
  let settled = true;
  for (const source of sources) {
    const sha256 = racy.get(source.name);
    if (sha256 === undefined) continue;
    settled &&= !isRacy(source.changedNs, nowMs);
    const text = readSource(state, `services/${source.name}`, true);
    if (text.kind === 'ok' ? text.sha256 !== sha256 : sha256 !== '') return false;
  }
  return !settled;
}

/** Every service as its file has it, with the entry of each alias: what the compiled forms are written from. */
export type Loaded = ServiceList & {
  readonly from: MadeFrom;
  readonly entries: ReadonlyMap<string, AliasEntry>;
};

/** Reads every service file, from its own compiled form where that fits. */
export async function loadServices(state: State, key: SealKey, sources: readonly Source[], deps: ServiceDeps): Promise<Loaded> {
  // Before the first read: a change after it moves the stamp, or finds the file on the racy list.
  const nowMs = deps.now();
  const racy: [string, string][] = [];
  const loaded: { readonly file: string; readonly sha256: string; readonly compiled: CompiledFile }[] = [];
  for (const source of sources) {
    const file = `services/${source.name}`;
    const twin = sources.find((other) => other !== source && nameOfSource(other) === nameOfSource(source));
    const fault = source.fault ?? (twin === undefined ? null : `has the name of services/${twin.name}: keep one of them`);
    const one = await loadService(state, key, file, fault, deps);
    if (one === null) continue;
    loaded.push({ file, ...one });
    if (isRacy(source.changedNs, nowMs)) racy.push([source.name, one.sha256]);
  }
  const definers = new Map<string, string[]>();
  for (const { file, compiled } of loaded) {
    for (const alias of definedBy(compiled)) definers.set(alias, [...(definers.get(alias) ?? []), file]);
  }
  const entries = new Map<string, AliasEntry>();
  for (const { file, sha256, compiled } of loaded) {
    if (compiled.kind === 'ok') {
      for (const alias of compiled.aliases) entries.set(alias.alias, { kind: 'alias', file, sha256, alias });
    } else {
      const detail = summarizeProblems(file, compiled.problems);
      const defined = definedBy(compiled);
      for (const alias of defined.length === 0 ? [UNTOLD] : defined) entries.set(alias, { kind: 'invalid', detail });
    }
  }
  const duplicates = [...definers].filter(([, files]) => files.length > 1).map(([alias, files]) => ({ alias, files }));
  for (const { alias, files } of duplicates)
    entries.set(alias, { kind: 'invalid', detail: `${alias} is defined in ${files.join(' and ')}` });
  return {
    from: { fingerprint: fingerprint(sources), racy },
    entries,
    duplicates,
    services: loaded.map(({ file, compiled }) => ({ file, compiled })),
  };
}

/** One service file; null when it vanished meanwhile. A file that others may write is read only for the names it would define. */
async function loadService(
  state: State,
  key: SealKey,
  file: string,
  fault: string | null,
  deps: ServiceDeps,
): Promise<{ readonly sha256: string; readonly compiled: CompiledFile } | null> {
  const refuse = (why: string, defines: readonly string[], sha256: string) => {
    return { sha256, compiled: { kind: 'invalid', problems: [faultProblem(file, why)], defines } } as const;
  };
  const text = readSource(state, file, true);
  if (text.kind === 'absent') return null;
  if (text.kind === 'refused') return refuse(fault ?? text.why, [], '');
  const compiled = await compileSource(state, key, { file, text }, deps.compileService);
  if (fault !== null) return refuse(fault, definedBy(compiled), text.sha256);
  return { sha256: text.sha256, compiled };
}

/** The aliases that a file defines or would define; what is not spelt as an alias can never be asked for. */
function definedBy(compiled: CompiledFile): string[] {
  const names = compiled.kind === 'ok' ? compiled.aliases.map((alias) => String(alias.alias)) : compiled.defines;
  return [...new Set(names.filter((name) => parseAliasName(name) !== null))];
}

function answerEntry(entry: AliasEntry): AliasAnswer {
  if (entry.kind === 'invalid') return entry;
  return { kind: 'found', alias: entry.alias, file: entry.file };
}

async function unknownAlias(name: string, names: readonly string[]): Promise<AliasAnswer> {
  const { suggestName } = await import('../model/suggest.js');
  return { kind: 'unknown', suggestion: suggestName(name, names) };
}
