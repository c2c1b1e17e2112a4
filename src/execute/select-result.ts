import { deny, type Denial } from '../denial/denial.js';
import { keepsNumber } from '../model/keeps-number.js';
import type { Json } from '../model/service.js';

/** What a selection gave; `null` is a result like any other. */
export type Selected = { readonly kind: 'ok'; readonly value: Json };

/** Real answers nest some 20 deep; a printer that recurses overflows at some thousands. */
const MAX_DEPTH = 256;
/** A selection is a line or two. */
const MAX_EXPRESSION = 16_384;
/** The library reads fields with plain indexing; an expression that may name one of these gets objects that inherit nothing. */
const INHERITED = new RegExp(Object.getOwnPropertyNames(Object.prototype).join('|'));

/**
 * Evaluates a JMESPath expression over a JSON answer. `contentType` is the answer's header or null; it only matters where it names an encoding
 * other than UTF-8. An empty body gives null. What cannot be read or selected is OUTPUT_WITHHELD, and no text quotes the answer.
 */
export async function selectResult(expression: string, body: Uint8Array, contentType: string | null): Promise<Selected | Denial> {
  if (body.length === 0) return { kind: 'ok', value: null };
  const parsed = parseAnswer(body, contentType, INHERITED.test(expression));
  if (parsed.kind === 'unreadable') return deny('OUTPUT_WITHHELD', { detail: parsed.detail });
  const { search } = await import('@jmespath-community/jmespath');
  try {
    // The library's own JSON type is Json without its `readonly`. Written and read again, the result is JSON and nothing else.
    const found: unknown = search(parsed.value as Parameters<typeof search>[0], expression);
    return { kind: 'ok', value: JSON.parse(JSON.stringify(found ?? null)) as Json };
  } catch {
    return deny('OUTPUT_WITHHELD', { detail: 'the alias’s selection does not fit the answer' });
  }
}

/** What is wrong with a JMESPath expression, in a clause that may quote it; null when it compiles and every function it calls exists. */
export async function compileExpression(text: string): Promise<string | null> {
  if (text.length > MAX_EXPRESSION) return `the expression is longer than ${String(MAX_EXPRESSION)} characters`;
  const { compile, getRegisteredFunctions } = await import('@jmespath-community/jmespath');
  try {
    const known = new Set(getRegisteredFunctions());
    const unknown = calledFunctions(compile(text)).find((name) => !known.has(name));
    return unknown === undefined ? null : `there is no function ${unknown}`;
  } catch (error) {
    return error instanceof Error ? error.message : 'the expression cannot be read';
  }
}

type Parsed = { readonly kind: 'ok'; readonly value: Json } | { readonly kind: 'unreadable'; readonly detail: string };

function parseAnswer(body: Uint8Array, contentType: string | null, inherits: boolean): Parsed {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
  if (!['utf-8', 'utf8', 'us-ascii'].includes(charset)) return { kind: 'unreadable', detail: 'the answer is not in UTF-8' };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return { kind: 'unreadable', detail: 'the answer is not in UTF-8' };
  }
  if (isDeeperThan(text, MAX_DEPTH)) return { kind: 'unreadable', detail: 'the answer is nested too deep' };
  try {
    const reviver = inherits ? dropPrototype : undefined;
    const value = JSON.parse(text, reviver) as Json;
    const quoted = quoteNumbers(text);
    return { kind: 'ok', value: quoted === text ? value : (JSON.parse(quoted, reviver) as Json) };
  } catch {
    return { kind: 'unreadable', detail: 'the answer is not JSON' };
  }
}

/** Some numbers that would become others, and some that would not. */
const MAY_CHANGE = /[0-9]{16}|[0-9][eE]\+?[0-9]|[eE]-[0-9]{2}/;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** JSON in which a number that JavaScript would change is text, digit for digit: who takes the identifier of one record for another's writes to the wrong one. */
function quoteNumbers(text: string): string {
  if (!MAY_CHANGE.test(text)) return text;
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) === 0x22) {
      at = endOfString(text, at + 1);
      continue;
    }
    NUMBER.lastIndex = at;
    if (!NUMBER.test(text)) continue;
    const number = text.slice(at, NUMBER.lastIndex);
    if (!keepsNumber(number)) {
      pieces.push(text.slice(from, at), `"${number}"`);
      from = NUMBER.lastIndex;
    }
    at = NUMBER.lastIndex - 1;
  }
  return pieces.join('') + text.slice(from);
}

/** A reviver for JSON.parse. */
function dropPrototype(_key: string, value: unknown): unknown {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
  return plain ? Object.assign(Object.create(null) as object, value) : value;
}

/** Counts brackets outside of strings, so that nothing deep is ever built. */
function isDeeperThan(text: string, max: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (character === 0x22) index = endOfString(text, index + 1);
    else if (character === 0x5b || character === 0x7b) {
      if (++depth > max) return true;
    } else if (character === 0x5d || character === 0x7d) depth--;
  }
  return false;
}

/** The place of the quotation mark that ends the string, or the text's end. */
function endOfString(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (character === 0x22) return index;
    if (character === 0x5c) index++;
  }
  return text.length;
}

function calledFunctions(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'type' in node && node.type === 'Function' && 'name' in node && typeof node.name === 'string' ? [node.name] : [];
  return [...own, ...Object.values(node).flatMap(calledFunctions)];
}
