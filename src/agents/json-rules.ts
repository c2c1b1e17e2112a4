import { parseTree, visit, type Node, type ParseError } from 'jsonc-parser';

/** What is put into a settings file: lists of texts and single values, at their keys. */
export type Rules = { readonly [key: string]: Rules | readonly string[] | boolean };

/** A text with the rules put in or taken out; null: the file is to be removed, for it holds nothing else. `line` counts from 1. */
export type RulesEdit =
  | { readonly kind: 'ok'; readonly text: string | null; readonly changed: boolean }
  | { readonly kind: 'refused'; readonly line: number; readonly why: string };

/** Characters `start` to `end` become `text`. */
type Splice = { readonly start: number; readonly end: number; readonly text: string };

/** A parsed text, with the places of its commas and comments. */
type Document = { readonly root: Node; readonly body: string; readonly commas: readonly number[]; readonly comments: readonly number[] };

const BOM = '\u00ef\u00bb\u00bf';

/** A refusal on its way out of the walk; it never leaves this file. */
class Refused extends Error {
  constructor(
    readonly at: number,
    readonly why: string,
  ) {
    super(why);
  }
}

/*
 * A JSON file has no place for marks, so the form of what is put in tells it from what was there: the rules come first in their
 * list or object, all of them together, and only what outloop makes begins on a line of its own. What is put into an empty list or object
 * that was there begins right after its bracket. So taking them out gives the very bytes back, with no other record.
 * Texts are bytes, one character each (latin1): what a person wrote stays as it is. Comments and trailing commas are allowed.
 */

/** Puts rules in. `text` null: there is no file. What is there already is not put in again. */
export function addRules(text: string | null, rules: Rules): RulesEdit {
  if (text === null) return { kind: 'ok', text: `${formatValue(rules, { unit: '  ', eol: '\n', depth: 0 })}\n`, changed: true };
  return edit(text, ({ root }) => {
    const style = { unit: /\n([ \t]+)["}]/.exec(text)?.[1] ?? '  ', eol: /\r?\n/.exec(text)?.[0] ?? '\n' };
    return planAdding(root, rules, { ...style, depth: 0 });
  });
}

/** Takes rules out again that were put in whole; a file that only they made is removed. What was changed among them is refused. */
export function removeRules(text: string, rules: Rules): RulesEdit {
  return edit(text, (document) => {
    const { root, body } = document;
    const plan = planRemoving(root, rules, document);
    if (plan !== 'gone' || /^\s*$/.test(body.slice(0, root.offset) + body.slice(root.offset + root.length))) return plan;
    // Somebody wrote something around what outloop made.
    return cutRuns(
      root,
      (root.children ?? []).map(() => true),
      document,
    );
  });
}

function edit(text: string, plan: (document: Document) => readonly Splice[] | 'gone'): RulesEdit {
  const start = text.startsWith(BOM) ? BOM.length : 0;
  const body = text.slice(start);
  try {
    const splices = plan(parseDocument(body));
    if (splices === 'gone') return { kind: 'ok', text: null, changed: true };
    if (splices.length === 0) return { kind: 'ok', text, changed: false };
    let edited = body;
    for (const { start: from, end, text: put } of [...splices].sort((a, b) => b.start - a.start))
      edited = edited.slice(0, from) + put + edited.slice(end);
    parseDocument(edited);
    return { kind: 'ok', text: text.slice(0, start) + edited, changed: true };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { kind: 'refused', line: body.slice(0, error.at).split('\n').length, why: error.why };
  }
}

function parseDocument(body: string): Document {
  const errors: ParseError[] = [];
  const options = { allowTrailingComma: true };
  const root = parseTree(body, errors, options);
  if (root === undefined || errors[0] !== undefined) throw new Refused(errors[0]?.offset ?? 0, 'it is not valid JSON: mend it first');
  if (root.type !== 'object') throw new Refused(root.offset, 'it is not a JSON object');
  const commas: number[] = [];
  const comments: number[] = [];
  visit(
    body,
    { onSeparator: (mark, offset) => mark === ',' && commas.push(offset), onComment: (offset) => comments.push(offset) },
    options,
  );
  return { root, body, commas, comments };
}

type Style = { readonly unit: string; readonly eol: string; readonly depth: number };

function planAdding(node: Node, rules: Rules, style: Style): readonly Splice[] {
  const missing: string[] = [];
  const splices: Splice[] = [];
  const inner = { ...style, depth: style.depth + 1 };
  for (const [key, wanted] of Object.entries(rules)) {
    const value = findValue(node, key);
    if (value === null) missing.push(`${JSON.stringify(key)}: ${formatValue(wanted, inner)}`);
    else if (isList(wanted)) {
      if (value.type !== 'array') throw new Refused(value.offset, `${key} is not a list`);
      if (findRun(value, wanted) === null)
        splices.push(
          putFirst(
            value,
            wanted.map((one) => JSON.stringify(one)),
            inner,
          ),
        );
    } else if (typeof wanted === 'boolean') {
      if (value.value !== wanted) throw new Refused(value.offset, `${key} is set otherwise already`);
    } else {
      if (value.type !== 'object') throw new Refused(value.offset, `${key} is not an object`);
      splices.push(...planAdding(value, wanted, inner));
    }
  }
  return missing.length === 0 ? splices : [...splices, putFirst(node, missing, style)];
}

/** What goes right after the bracket of a list or object. */
function putFirst(node: Node, parts: readonly string[], { unit, eol, depth }: Style): Splice {
  const at = node.offset + 1;
  const isEmpty = (node.children ?? []).length === 0;
  const text = isEmpty ? parts.join(', ') : parts.map((part) => `${eol}${unit.repeat(depth + 1)}${part},`).join('');
  return { start: at, end: at, text };
}

function formatValue(value: Rules[string], { unit, eol, depth }: Style): string {
  if (typeof value === 'boolean') return String(value);
  const open = `${eol}${unit.repeat(depth + 1)}`;
  const close = `${eol}${unit.repeat(depth)}`;
  if (isList(value)) return `[${value.map((one) => `${open}${JSON.stringify(one)}`).join(',')}${close}]`;
  const parts = Object.entries(value).map(
    ([key, inner]) => `${open}${JSON.stringify(key)}: ${formatValue(inner, { unit, eol, depth: depth + 1 })}`,
  );
  return `{${parts.join(',')}${close}}`;
}

/** `gone`: outloop made the whole of it. */
function planRemoving(node: Node, rules: Rules, document: Document): readonly Splice[] | 'gone' {
  const children = node.children ?? [];
  const splices: Splice[] = [];
  const gone: boolean[] = children.map(() => false);
  for (const [key, wanted] of Object.entries(rules)) {
    const value = findValue(node, key);
    if (value === null) continue;
    const plan = isList(wanted)
      ? planList(value, wanted, document)
      : typeof wanted === 'boolean'
        ? planValue(value, wanted)
        : planObject(value, wanted, document);
    if (plan !== 'gone') splices.push(...plan);
    else gone[children.findIndex((child) => child === value.parent)] = true;
  }
  if (children.length > 0 && gone.every(Boolean) && wasMade(node)) {
    refuseComments(document, node.offset, node.offset + node.length);
    return 'gone';
  }
  return [...splices, ...cutRuns(node, gone, document)];
}

function planObject(value: Node, wanted: Rules, document: Document): readonly Splice[] | 'gone' {
  return value.type === 'object' ? planRemoving(value, wanted, document) : [];
}

function planValue(value: Node, wanted: boolean): readonly Splice[] | 'gone' {
  return value.value === wanted ? 'gone' : [];
}

function planList(value: Node, wanted: readonly string[], document: Document): readonly Splice[] | 'gone' {
  const children = value.children ?? [];
  if (value.type !== 'array') return [];
  const run = findRun(value, wanted);
  if (run === null) {
    const ours = children.find(
      (child) => typeof child.value === 'string' && wanted.includes(child.value) && /\boutloop\b/.test(child.value),
    );
    if (ours === undefined) return [];
    throw new Refused(ours.offset, 'outloop’s rules were changed by hand: take them out by hand');
  }
  if (run === 0 && children.length === wanted.length && wasMade(value)) {
    refuseComments(document, value.offset, value.offset + value.length);
    return 'gone';
  }
  return cutRuns(
    value,
    children.map((_, i) => i >= run && i < run + wanted.length),
    document,
  );
}

/** What outloop makes begins on a line of its own; what it only fills does not. */
function wasMade(node: Node): boolean {
  const first = node.children?.[0];
  return first !== undefined && first.offset > node.offset + 1;
}

/** Cuts the children that are marked, each run of them with the commas that came with it. */
function cutRuns(node: Node, marked: readonly boolean[], document: Document): readonly Splice[] {
  const children = node.children ?? [];
  const splices: Splice[] = [];
  for (let i = 0; i < children.length; i++) {
    if (marked[i] !== true) continue;
    let last = i;
    while (marked[last + 1] === true) last++;
    const before = children[i - 1];
    const start = before === undefined ? node.offset + 1 : before.offset + before.length;
    const lastChild = children[last];
    const endOfLast = lastChild === undefined ? start : lastChild.offset + lastChild.length;
    const end = before === undefined ? afterComma(document, endOfLast) : endOfLast;
    refuseComments(document, start, end);
    splices.push({ start, end, text: '' });
    i = last;
  }
  return splices;
}

/** The place after the comma that follows, with blanks at most in between; `from` where none does. */
function afterComma({ body, commas }: Document, from: number): number {
  const comma = commas.find((offset) => offset >= from);
  return comma !== undefined && /^\s*$/.test(body.slice(from, comma)) ? comma + 1 : from;
}

function refuseComments({ comments }: Document, start: number, end: number): void {
  const inside = comments.find((offset) => offset >= start && offset < end);
  if (inside !== undefined) throw new Refused(inside, 'a comment stands among outloop’s rules: move it away first');
}

/** The value at a key; null when there is none. A key that stands twice is refused: which one counts is the reader's choice. */
function findValue(node: Node, key: string): Node | null {
  const found = (node.children ?? []).filter((property) => property.children?.[0]?.value === key);
  const second = found[1];
  if (second !== undefined) throw new Refused(second.offset, `${key} stands there twice`);
  return found[0]?.children?.[1] ?? null;
}

/** Where all of the texts stand together and in order; null where they do not. */
function findRun(node: Node, texts: readonly string[]): number | null {
  const values = (node.children ?? []).map((child) => (child.type === 'string' ? (child.value as unknown) : null));
  const start = values.findIndex((_, i) => texts.every((text, j) => values[i + j] === text));
  return start < 0 ? null : start;
}

function isList(value: Rules[string]): value is readonly string[] {
  return Array.isArray(value);
}
