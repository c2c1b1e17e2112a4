import { sendsNumber } from './keeps-number.js';

/**
 * Finds the first fault of a JSON text (RFC 8259) without giving any of it away: V8's own messages quote their input.
 * The answer is a clause that may name a position, counted from 1 in UTF-16 units; null when JSON.parse will take the text,
 * no object holds a key twice, no number would become another, and it nests at most `maxDepth` deep.
 */
export function findJsonFault(text: string, maxDepth: number): string | null {
  const closers: string[] = [];
  const keys: Set<string>[] = [];
  let expects: 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' = 'value';
  let at = skipBlank(text, 0);
  while (at < text.length) {
    const character = text.charAt(at);
    const inObject = closers.at(-1) === '}';
    if (expects === 'comma-or-end' && closers.length > 0 && character === ',') {
      expects = inObject ? 'key' : 'value';
      at++;
    } else if (expects.endsWith('-end') && closers.length > 0 && character === closers.at(-1)) {
      closers.pop();
      keys.pop();
      expects = 'comma-or-end';
      at++;
    } else if (expects === 'colon' && character === ':') {
      expects = 'value';
      at++;
    } else if ((expects === 'key' || expects === 'key-or-end') && character === '"') {
      const end = endOfToken(text, at);
      if (end < 0) return faultAt(at);
      const key = String(JSON.parse(text.slice(at, end)));
      if (keys.at(-1)?.has(key) === true) return `a key stands twice, at character ${at + 1}`;
      keys.at(-1)?.add(key);
      expects = 'colon';
      at = end;
    } else if ((expects === 'value' || expects === 'value-or-end') && (character === '{' || character === '[')) {
      if (closers.length >= maxDepth) return `it nests deeper than ${maxDepth} levels`;
      closers.push(character === '{' ? '}' : ']');
      keys.push(new Set());
      expects = character === '{' ? 'key-or-end' : 'value-or-end';
      at++;
    } else if (expects === 'value' || expects === 'value-or-end') {
      const end = endOfToken(text, at);
      if (end < 0) return faultAt(at);
      if (/[-0-9]/.test(character) && !sendsNumber(text.slice(at, end))) return `it holds ${INEXACT}, at character ${at + 1}`;
      expects = 'comma-or-end';
      at = end;
    } else {
      return faultAt(at);
    }
    at = skipBlank(text, at);
  }
  return closers.length === 0 && expects === 'comma-or-end' ? null : faultAt(at);
}

/** What such a number is called. */
export const INEXACT = 'a number that cannot be kept exactly';

const BLANK = /[ \t\n\r]*/y;
/** A string without bare controls, a number, or a literal. Each alternative starts with its own character: linear. */
const TOKEN =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

function skipBlank(text: string, at: number): number {
  BLANK.lastIndex = at;
  BLANK.test(text);
  return BLANK.lastIndex;
}

function endOfToken(text: string, at: number): number {
  TOKEN.lastIndex = at;
  return TOKEN.test(text) ? TOKEN.lastIndex : -1;
}

function faultAt(at: number): string {
  return `it is not JSON at character ${at + 1}`;
}
