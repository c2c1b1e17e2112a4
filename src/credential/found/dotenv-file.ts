import { parse } from 'dotenv';

/** One assignment of a `.env` file. `from` and `to` are the offsets of its raw value, quotes included; `line` counts from 1. */
export type Assignment = {
  readonly key: string;
  readonly value: string;
  readonly line: number;
  readonly from: number;
  readonly to: number;
};

/** A `.env` file as dotenv reads it: every assignment in order, and the assignments that stand in comments, which it does not read. */
export type DotenvText = {
  readonly kind: 'ok';
  readonly assignments: readonly Assignment[];
  readonly commented: readonly { readonly key: string; readonly value: string; readonly line: number }[];
};

const BLANK = /[^\S\r\n]*/y;
const KEY = /(?:export[^\S\r\n]+)?([\w.-]+)/y;
const SIGN = /[^\S\r\n]*=|:(?=\s)/y;

/**
 * Finds where the values of a `.env` file stand. The grammar is dotenv's, and dotenv has the last word: each piece is read by it, and
 * all of them together must give what it gives for the whole file; else `refused`, since nothing could be replaced safely.
 */
export function readDotenv(text: string): DotenvText | { readonly kind: 'refused'; readonly why: string } {
  const assignments: Assignment[] = [];
  const commented: { key: string; value: string; line: number }[] = [];
  const lineOf = startLineCounter(text);
  for (let at = 0; at < text.length;) {
    const start = skip(text, BLANK, at);
    const found = text[start] === '#' ? null : readAssignment(text, start);
    if (found === null) {
      const end = endOfLine(text, start);
      if (text[start] === '#') commented.push(...readComment(text.slice(start + 1, end), lineOf(start)));
      at = end + 1;
      continue;
    }
    assignments.push({ ...found, line: lineOf(start) });
    at = endOfLine(text, found.to) + 1;
  }
  const together = Object.fromEntries(assignments.map(({ key, value }) => [key, value]));
  if (!isSame(together, parse(text))) return { kind: 'refused', why: 'has a line that cannot be told apart safely' };
  return { kind: 'ok', assignments, commented };
}

/**
 * The text without the values that dotenv gives for these keys, else byte for byte as it was; null when dotenv would read anything else differently
 * then. An earlier line of such a key that has another value keeps it: nobody has read it.
 */
export function emptyValues(text: string, file: DotenvText, keys: ReadonlySet<string>): string | null {
  const read = parse(text);
  let emptied = '';
  let at = 0;
  for (const { key, value, from, to } of file.assignments) {
    if (!keys.has(key) || value !== read[key]) continue;
    emptied += text.slice(at, from);
    at = to;
  }
  emptied += text.slice(at);
  const expected = Object.fromEntries(Object.entries(read).map(([key, value]) => [key, keys.has(key) ? '' : value]));
  return isSame(parse(emptied), expected) ? emptied : null;
}

function readAssignment(text: string, start: number): Omit<Assignment, 'line'> | null {
  KEY.lastIndex = start;
  const key = KEY.exec(text)?.[1];
  if (key === undefined) return null;
  const sign = skip(text, SIGN, KEY.lastIndex);
  if (sign === KEY.lastIndex) return null;
  const from = skip(text, BLANK, sign);
  const to = findEnd(text, from);
  const value = parse(text.slice(start, to))[key];
  return value === undefined ? null : { key, value, from, to };
}

/** Where a value that begins here ends: after its closing quote, when nothing but a comment follows that on its line; else before a comment or the line's end. */
function findEnd(text: string, from: number): number {
  const quote = text[from] ?? '';
  if (quote === '"' || quote === "'" || quote === '`') {
    const escaped: number[] = [];
    for (let at = text.indexOf(quote, from + 1); at >= 0; at = text.indexOf(quote, at + 1)) {
      if (text[at - 1] === '\\' && at - 1 > from) {
        escaped.push(at);
        continue;
      }
      if (endsHere(text, at + 1)) return at + 1;
      break;
    }
    const last = escaped.findLast((at) => endsHere(text, at + 1));
    if (last !== undefined) return last + 1;
  }
  const line = text.slice(from, endOfLine(text, from));
  const hash = line.indexOf('#');
  return from + (hash < 0 ? line : line.slice(0, hash)).trimEnd().length;
}

function endsHere(text: string, at: number): boolean {
  const after = skip(text, BLANK, at);
  return after >= text.length || /[#\r\n]/.test(text[after] ?? '');
}

/** `# KEY=value`, as people leave an old value behind. */
function readComment(comment: string, line: number): { key: string; value: string; line: number }[] {
  return Object.entries(parse(comment.replace(/^[#\s]+/, ''))).map(([key, value]) => ({ key, value, line }));
}

function skip(text: string, pattern: RegExp, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function endOfLine(text: string, at: number): number {
  const found = /[\r\n]/g;
  found.lastIndex = at;
  return found.exec(text)?.index ?? text.length;
}

/** Counts the lines up to an offset; offsets must not go back. A CR LF is one line's end. */
function startLineCounter(text: string): (offset: number) => number {
  let line = 1;
  let counted = 0;
  return (offset) => {
    for (; counted < offset; counted++) {
      if (text[counted] === '\n' || (text[counted] === '\r' && text[counted + 1] !== '\n')) line++;
    }
    return line;
  };
}

function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && one[key] === other[key]);
}
