import type { ZodType } from 'zod';
import type { ConfigProblem } from '../model/problem.js';
import { suggestName } from '../model/suggest.js';
import { formatKeyPath } from './key-path.js';
import type { KeyPath } from './key-path.js';
import { wordIssue, type Issue } from './word-issue.js';
import type { InvalidFile, ParsedYaml } from './yaml.js';

/** The one version of every file that outloop reads and writes. */
const KNOWN_VERSION = 1;

/**
 * Checks a document against a zod 4 schema and gives the schema's output. Otherwise every problem with its file, place and
 * key path; an unknown key or enum value gets the nearest known one as a suggestion. No text holds a value of the file, as
 * long as the schema's own messages hold none. A `version` other than 1 is the only problem reported then, since nothing
 * else in the file can be judged.
 */
export function checkShape<T>(schema: ZodType<T>, parsed: ParsedYaml): { readonly kind: 'ok'; readonly value: T } | InvalidFile {
  const version = parsed.value['version'];
  if (typeof version === 'number' && version !== KNOWN_VERSION) {
    const message = `version ${version} is not known; this outloop reads version ${KNOWN_VERSION}`;
    return { kind: 'invalid', problems: [problemAt(parsed, ['version'], message, null)] };
  }
  const checked = schema.safeParse(parsed.value);
  if (checked.success) return { kind: 'ok', value: checked.data };
  const problems = checked.error.issues.flatMap((issue) => describeIssue(schema, parsed, [], issue));
  return { kind: 'invalid', problems: problems.sort(byPlace) };
}

/** Issues that say: another kind of value was meant here. */
const TYPE_ISSUES = ['invalid_type', 'invalid_value'];

function describeIssue(schema: ZodType, parsed: ParsedYaml, base: KeyPath, issue: Issue): ConfigProblem[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const { known, elsewhere, type } = knownKeys(schema, path, valueAt(parsed.value, path));
    return (issue.keys ?? []).map((key) =>
      type !== null && elsewhere.includes(key)
        ? problemAt(parsed, [...path, key], `unknown key; type ${type} has no ${key}`, null)
        : problemAt(parsed, [...path, key], 'unknown key', suggestOther(key, known)),
    );
  }
  if (issue.code === 'invalid_union' && (issue.errors ?? []).length > 0) {
    const nearest = nearestBranch(issue.errors ?? []);
    if (nearest !== null) return nearest.flatMap((inner) => describeIssue(schema, parsed, path, inner));
    return [problemAt(parsed, path, wordIssue(issue, 'has none of the shapes that are taken here'), null)];
  }
  // A union that a `type` chooses from, of which the type is none, has issues of no alternative.
  if (issue.code === 'invalid_value' || issue.options !== undefined) {
    const names = (issue.values ?? issue.options ?? []).filter((value) => typeof value === 'string');
    const given = valueAt(parsed.value, path);
    if (given === undefined) return [problemAt(parsed, path, missingMessage(path), null)];
    const suggestion = typeof given === 'string' ? suggestName(given, names) : null;
    const message = names.length > 0 ? `must be one of ${names.join(', ')}` : wordIssue(issue, 'not a known value');
    return [problemAt(parsed, path, message, suggestion)];
  }
  if (issue.code === 'invalid_key') {
    const [inner] = issue.issues ?? [];
    const reason = inner === undefined ? 'not a valid name' : wordIssue(inner, inner.message);
    return [problemAt(parsed, path, `not a valid key: ${reason}`, null)];
  }
  if (issue.code === 'invalid_type' && valueAt(parsed.value, path) === undefined)
    return [problemAt(parsed, path, missingMessage(path), null)];
  return [problemAt(parsed, path, wordIssue(issue, 'not valid', valueAt(parsed.value, path) === null), null)];
}

function missingMessage(path: KeyPath): string {
  return path.length === 1 && path[0] === 'version' ? `missing; this outloop reads version ${KNOWN_VERSION}` : 'missing';
}

/** The alternative that the value was most likely meant for: the one that accepts its type and has the fewest issues. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const meant = branches.filter((issues) => !issues.some((issue) => issue.path.length === 0 && TYPE_ISSUES.includes(issue.code ?? '')));
  return meant.toSorted((a, b) => a.length - b.length)[0] ?? null;
}

function problemAt(parsed: ParsedYaml, path: KeyPath, message: string, suggestion: string | null): ConfigProblem {
  let place = parsed.locate(path);
  // A missing key is shown where its mapping begins.
  for (let end = path.length - 1; place === null && end >= 0; end--) place = parsed.locate(path.slice(0, end));
  return { file: parsed.file, line: place?.line ?? null, column: place?.column ?? null, key: formatKeyPath(path), message, suggestion };
}

function valueAt(value: unknown, path: KeyPath): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

/** What this file reads of a schema's definition (zod 4, core/schemas): enough to walk to the object at a path. */
type Definition = {
  readonly type?: string;
  /** What a literal takes. */
  readonly values?: readonly unknown[];
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly valueType?: unknown;
  readonly element?: unknown;
  readonly items?: readonly unknown[];
  readonly innerType?: unknown;
  readonly in?: unknown;
  readonly out?: unknown;
  readonly options?: readonly unknown[];
  readonly left?: unknown;
  readonly right?: unknown;
  readonly getter?: () => unknown;
};

/** The keys of the alternatives that a value's own words choose (`type: file`), those that only others have, and the type; null: nothing chooses. */
type KnownKeys = { readonly known: readonly string[]; readonly elsewhere: readonly string[]; readonly type: string | null };

function knownKeys(schema: unknown, path: KeyPath, value: unknown): KnownKeys {
  let at = unwrap(schema);
  for (const key of path) at = at.flatMap((definition) => unwrap(childOf(definition, key)));
  const keysOf = (definitions: readonly Definition[]) => [...new Set(definitions.flatMap(({ shape }) => Object.keys(shape ?? {})))];
  const given = valueAt(value, ['type']);
  const chosen = at.filter(({ shape }) => unwrap(shape?.['type']).some(({ values }) => values?.includes(given) === true));
  if (chosen.length === 0 || typeof given !== 'string') return { known: keysOf(at), elsewhere: [], type: null };
  const known = keysOf(chosen);
  return { known, elsewhere: keysOf(at).filter((key) => !known.includes(key)), type: given };
}

/** A key that other alternatives have is not what was meant. */
function suggestOther(key: string, known: readonly string[]): string | null {
  return suggestName(
    key,
    known.filter((one) => one !== key),
  );
}

function childOf(definition: Definition, key: PropertyKey): unknown {
  if (definition.shape !== undefined) return definition.shape[String(key)];
  if (definition.items !== undefined) return definition.items[Number(key)];
  return definition.valueType ?? definition.element;
}

/** The definitions behind wrappers: optional, default, pipe, lazy, union, intersection. */
function unwrap(schema: unknown): Definition[] {
  if (typeof schema !== 'object' || schema === null || !('_zod' in schema)) return [];
  const { def } = schema._zod as { readonly def: Definition };
  const inner = [def.innerType, def.in, def.out, ...(def.options ?? []), def.left, def.right, def.getter?.()].filter(
    (part) => part !== undefined,
  );
  return inner.length === 0 ? [def] : inner.flatMap(unwrap);
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
