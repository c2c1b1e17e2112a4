import { Composer, isAlias, isMap, isScalar, isSeq, LineCounter, Parser } from 'yaml';
import type { CST, Document, Node, Pair, Scalar, YAMLMap } from 'yaml';
import type { ConfigProblem } from '../model/problem.js';
import type { Json } from '../model/service.js';
import { formatKeyPath } from './key-path.js';
import type { KeyPath } from './key-path.js';

export { checkShape } from './check-shape.js';

/** A place in a file; both count from 1. */
export type Place = { readonly line: number; readonly column: number };

/** A document that was read. `value` is a plain mapping that shares nothing with the parser. */
export type ParsedYaml = {
  readonly kind: 'ok';
  readonly file: string;
  readonly value: { readonly [key: string]: Json };
  /** Where the key (or list item) of that path stands; null when the file has none such. */
  readonly locate: (path: KeyPath) => Place | null;
};

export type InvalidFile = { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] };

/** A document larger than this is refused, unless its reader says otherwise. */
export const MAX_YAML_BYTES = 1024 * 1024;

/** As deep as JSON parameters may be; deeper ones would exhaust the composer's stack and, in V8's regular expressions, the process. */
const MAX_DEPTH = 64;
/** Enough to work on; the rest mostly follows from the first. */
const MAX_PROBLEMS = 20;

/**
 * Reads one YAML 1.2 document as strictly as JSON: a mapping with unique text keys, no anchors, aliases, tags, directives or
 * further documents, no warnings, valid UTF-8 without control characters, numbers that survive, at most 64 levels deep and
 * `maxBytes` long. `file` names it in problems, which quote no value. Throws nothing that the content can cause.
 */
export function parseYaml(file: string, source: Uint8Array | string, maxBytes: number = MAX_YAML_BYTES): ParsedYaml | InvalidFile {
  const size = typeof source === 'string' ? Buffer.byteLength(source) : source.length;
  if (size > maxBytes) return refuse(file, null, `larger than ${maxBytes} bytes`);
  const text = typeof source === 'string' ? source : decode(source);
  if (typeof text !== 'string') return refuse(file, { line: text.badLine, column: 1 }, 'not valid UTF-8');
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const control =
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.exec(
      text,
    );
  if (control !== null) return refuse(file, place(control.index), 'holds a control character');
  const tooDeep = findTooDeep(tokens);
  if (tooDeep !== null) return refuse(file, place(tooDeep), `nested more than ${MAX_DEPTH} levels deep`);
  // The library compares every key with every other; `readMap` finds duplicates in linear time.
  const documents = [
    ...new Composer({ version: '1.2', schema: 'core', strict: true, uniqueKeys: false, merge: false }).compose(tokens, true, text.length),
  ];
  const reader = { file, problems: [] as ConfigProblem[], place };
  const [document, second] = documents;
  if (document === undefined) return refuse(file, null, 'holds no document');
  checkSyntax(reader, document, second);
  const value = reader.problems.length > 0 || document.contents === null ? null : readNode(reader, document.contents, []);
  if (reader.problems.length > 0) return { kind: 'invalid', problems: reader.problems.slice(0, MAX_PROBLEMS) };
  if (!isMapping(value)) return refuse(file, { line: 1, column: 1 }, 'must be a mapping of keys to values');
  const root = document.contents;
  return { kind: 'ok', file, value, locate: (path) => locate(root, path, place) };
}

type Reader = { readonly file: string; readonly problems: ConfigProblem[]; readonly place: (offset: number) => Place };

function decode(bytes: Uint8Array): string | { readonly badLine: number } {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch {
    // No multi-byte sequence holds a line feed, so the first line that fails alone is the place.
    for (let line = 1, from = 0; ; line++) {
      const end = bytes.indexOf(10, from);
      try {
        new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(from, end < 0 ? undefined : end));
      } catch {
        return { badLine: line };
      }
      from = end + 1;
    }
  }
}

/** The offset of the first token below the permitted depth, without recursion; null when there is none. */
function findTooDeep(tokens: readonly CST.Token[]): number | null {
  const open: [CST.Token, number][] = [];
  for (const token of tokens) if (token.type === 'document' && token.value) open.push([token.value, 1]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [token, depth] = next;
    if (depth > MAX_DEPTH) return token.offset;
    if (!('items' in token)) continue;
    for (const item of token.items) {
      if (item.key) open.push([item.key, depth + 1]);
      if (item.value) open.push([item.value, depth + 1]);
    }
  }
  return null;
}

function checkSyntax(reader: Reader, document: Document.Parsed, second: Document.Parsed | undefined): void {
  for (const error of document.errors) report(reader, error.pos[0], [], SYNTAX[error.code] ?? 'not valid YAML');
  for (const warning of document.warnings) report(reader, warning.pos[0], [], SYNTAX[warning.code] ?? 'not valid YAML');
  if (document.directives.yaml.explicit === true || Object.keys(document.directives.tags).some((handle) => handle !== '!!')) {
    report(reader, 0, [], 'directives are not taken');
  }
  if (second !== undefined) report(reader, second.range[0], [], 'only one document may stand in a file');
}

/** Every code of the library whose own words might quote the file, in words that do not. */
const SYNTAX: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'anchors, aliases and tags are not taken',
  BAD_ALIAS: 'anchors, aliases and tags are not taken',
  BAD_DIRECTIVE: 'directives are not taken',
  BAD_DQ_ESCAPE: 'unknown escape in a double-quoted text',
  BAD_INDENT: 'wrong indentation',
  BAD_SCALAR_START: 'a text that starts with this character must stand in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a key cannot hold a list or mapping; is a text with a colon missing its quotes?',
  BLOCK_IN_FLOW: 'an indented block cannot stand inside brackets',
  KEY_OVER_1024_CHARS: 'a key is too long',
  MISSING_CHAR: 'a bracket, quote, comma, colon or dash is missing',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line',
  MULTIPLE_DOCS: 'only one document may stand in a file',
  TAB_AS_INDENT: 'a tab cannot indent',
  TAG_RESOLVE_FAILED: 'anchors, aliases and tags are not taken',
  UNEXPECTED_TOKEN: 'something stands here that does not belong',
};

function readNode(reader: Reader, node: Node, path: KeyPath): Json {
  const offset = node.range?.[0] ?? 0;
  if (isAlias(node) || node.tag !== undefined || ('anchor' in node && node.anchor !== undefined)) {
    report(reader, offset, path, 'anchors, aliases and tags are not taken');
    return null;
  }
  if (isMap<Node | null, Node | null>(node)) return readMap(reader, node, path);
  if (isSeq<Node | null>(node)) {
    return node.items.map((item, index) => (item === null ? null : readNode(reader, item, [...path, index])));
  }
  return isScalar(node) ? readScalar(reader, node, offset, path) : null;
}

function readMap(reader: Reader, map: YAMLMap<Node | null, Node | null>, path: KeyPath): Json {
  const entries: [string, Json][] = [];
  const seen = new Set<string>();
  for (const { key, value } of map.items as readonly Pair<Node | null, Node | null>[]) {
    const offset = key?.range?.[0] ?? map.range?.[0] ?? 0;
    if (key === null || !isScalar(key) || typeof key.value !== 'string') {
      report(reader, offset, path, 'a key must be text; put it in quotes');
      continue;
    }
    if (key.tag !== undefined || key.anchor !== undefined) report(reader, offset, path, 'anchors, aliases and tags are not taken');
    const keyPath = [...path, key.value];
    // JavaScript would take it for the object's prototype in places.
    if (key.value === '__proto__') report(reader, offset, path, 'this key is not taken');
    else if (seen.has(key.value)) report(reader, offset, keyPath, 'this key is here twice');
    else entries.push([key.value, value === null ? null : readNode(reader, value, keyPath)]);
    seen.add(key.value);
  }
  return Object.fromEntries(entries);
}

function readScalar(reader: Reader, { value, source }: Scalar, offset: number, path: KeyPath): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value) && (Math.abs(value) <= Number.MAX_SAFE_INTEGER || !Number.isInteger(value))) {
    // A version `7.0` would be sent as 7.
    if (source !== undefined && source !== String(value))
      report(reader, offset, path, `a number that would become ${value}; write that, or put it in quotes`);
    return value;
  }
  report(reader, offset, path, 'a number too large to be exact; put it in quotes');
  return null;
}

function report(reader: Reader, offset: number, path: KeyPath, message: string): void {
  const { line, column } = reader.place(offset);
  reader.problems.push({ file: reader.file, line, column, key: formatKeyPath(path), message, suggestion: null });
}

function locate(root: Node | null, path: KeyPath, place: (offset: number) => Place): Place | null {
  let node: Node | null = root;
  let offset = root?.range?.[0] ?? 0;
  for (const key of path) {
    if (isMap<Node | null, Node | null>(node)) {
      const pair: Pair<Node | null, Node | null> | undefined = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (pair === undefined) return null;
      offset = pair.key?.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq<Node | null>(node) && typeof key === 'number' && key < node.items.length) {
      node = node.items[key] ?? null;
      offset = node?.range?.[0] ?? offset;
    } else {
      return null;
    }
  }
  return place(offset);
}

function isMapping(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(file: string, place: Place | null, message: string): InvalidFile {
  const problem = { file, line: place?.line ?? null, column: place?.column ?? null, key: '', message, suggestion: null };
  return { kind: 'invalid', problems: [problem] };
}
