import type { Needle } from './needle.js';
import type { Symbols } from './scanner.js';

/**
 * How needles begin, packed: forms that tools print are waited for from their first symbols on, all others from EXOTIC symbols on, which ordinary
 * text does not meet by chance. `pairs` has a bit for the first two symbols of any.
 */
export type Heads = {
  readonly one: ReadonlySet<number>;
  readonly two: ReadonlySet<number>;
  readonly three: ReadonlySet<number>;
  readonly four: ReadonlyMap<number, readonly Head[]>;
  readonly six: ReadonlyMap<number, readonly Head[]>;
  readonly pairs: Uint8Array;
  /** Those that are waited for from their first symbols on. */
  readonly first: ReadonlyMap<number, readonly Head[]>;
};

/** A place of a needle that a stream may begin it at: its first symbol, the first of a line, or where a dump goes on with it. */
export type Head = { readonly needle: Needle; readonly place: number };

const EXOTIC = 6;
/** A longer beginning has been found as a fragment already, but for that of a secret of words, which may slip out up to here. */
export const MAX_BEGINNING = 128;
/** A key file has some thirty lines. */
const MAX_LINES = 128;

export function indexHeads(needles: readonly Needle[]): Heads {
  const heads = openHeads();
  for (const needle of needles) {
    note(heads, needle, 0);
    for (const place of linesOf(needle)) note(heads, needle, place);
  }
  return heads;
}

type Noted = ReturnType<typeof openHeads>;

function openHeads() {
  return {
    one: new Set<number>(),
    two: new Set<number>(),
    three: new Set<number>(),
    four: new Map<number, Head[]>(),
    six: new Map<number, Head[]>(),
    pairs: new Uint8Array(8192),
    first: new Map<number, Head[]>(),
  };
}

function note(heads: Noted, needle: Needle, place: number): void {
  const { symbols, held } = needle;
  const pair = pack(symbols, place, 2);
  heads.pairs[pair >> 3] = (heads.pairs[pair >> 3] ?? 0) | (1 << (pair & 7));
  const head = { needle, place };
  if (held === 0) {
    add(heads.six, pack(symbols, place, EXOTIC), head);
    return;
  }
  const first = pack(symbols, place, 1);
  if (held === 1) heads.one.add(first);
  add(heads.first, first, head);
  heads.two.add(pair);
  heads.three.add(pack(symbols, place, 3));
  add(heads.four, pack(symbols, place, 4), head);
}

function add(to: Map<number, Head[]>, key: number, head: Head): void {
  const there = to.get(key);
  if (there === undefined) to.set(key, [head]);
  else there.push(head);
}

const NO_PLACES: readonly number[] = [];

/** The first symbol of each line but the first one. */
function linesOf(needle: Needle): readonly number[] {
  const { symbols, spelled } = needle;
  const begin = spelled.indexOf(0x0a);
  if (begin < 0) return NO_PLACES;
  const places: number[] = [];
  const { at } = needle;
  for (let line = begin, place = 1; line >= 0 && places.length < MAX_LINES - 1; line = spelled.indexOf(0x0a, line + 1)) {
    while (place < at.length && (at[place] ?? 0) < line) place++;
    if (place + EXOTIC < symbols.length) places.push(place);
  }
  return places;
}

/**
 * The end of a stream that begins a needle: how many symbols, the first one's index, how many spelled characters (none where all of them are public), and a secret that it may be (0 for
 * fewer than four symbols).
 */
export type Beginning = { readonly index: number; readonly length: number; readonly span: number; readonly secret: number };

/**
 * The longest end of the symbols that begins a needle and is not all of it; null when there is none. `expected`: where needles may go on besides. `most`: it has no more symbols than that.
 */
export function findBeginning(
  heads: Heads,
  { symbols, count }: Pick<Symbols, 'symbols' | 'count'>,
  expected: readonly Head[],
  most: number,
): Beginning | null {
  for (let index = Math.max(0, count - most); index + 4 <= count; index++) {
    const going = expected.length === 0 ? undefined : expected.find((head) => begins(head, symbols, index, count));
    if (going !== undefined) return describe(going, index, count);
    if (!mayBegin(heads, symbols, index)) continue;
    const head = findHead(heads.four, pack(symbols, index, 4), symbols, index, count) ?? findExotic(heads, symbols, index, count);
    if (head !== null) return describe(head, index, count);
  }
  for (const length of [3, 2, 1] as const) {
    const index = count - length;
    if (index < 0) continue;
    const known = headsOf(heads, length).has(pack(symbols, index, length)) || expected.some((head) => begins(head, symbols, index, count));
    if (known) return { index, length, span: length, secret: 0 };
  }
  return null;
}

/** A longer beginning counts by itself. */
const MAX_BEGUN = 64;

/** The needles that begin right before the symbol `end`, each with its place that comes next, and by how many symbols. */
export function listBegun(heads: Heads, symbols: Uint8Array, end: number): readonly { readonly head: Head; readonly length: number }[] {
  const begun: { head: Head; length: number }[] = [];
  for (let index = Math.max(0, end - MAX_BEGUN); index < end; index++) {
    const length = end - index;
    if (length > 1 && !mayBegin(heads, symbols, index)) continue;
    const known = length < 4 ? heads.first.get(pack(symbols, index, 1)) : heads.four.get(pack(symbols, index, 4));
    const exotic = length < EXOTIC ? undefined : heads.six.get(pack(symbols, index, EXOTIC));
    for (const some of [known, exotic]) {
      for (const head of some ?? NO_HEADS) {
        if (begins(head, symbols, index, end)) begun.push({ head: { needle: head.needle, place: head.place + length }, length });
      }
    }
  }
  return begun;
}

const NO_HEADS: readonly Head[] = [];

/** Whether a needle may begin with the two symbols at `index`. No is certain. */
function mayBegin({ pairs }: Heads, symbols: Uint8Array, index: number): boolean {
  const pair = pack(symbols, index, 2);
  return (((pairs[pair >> 3] ?? 0) >> (pair & 7)) & 1) === 1;
}

function describe({ needle, place }: Head, index: number, count: number): Beginning {
  const { at, bits } = needle;
  const end = place + count - index;
  const span = bits[end] === bits[place] ? 0 : (at[end - 1] ?? 0) - (at[place] ?? 0) + 1;
  return { index, length: count - index, span, secret: needle.secret };
}

function findExotic({ six }: Heads, symbols: Uint8Array, index: number, count: number): Head | null {
  return index + EXOTIC > count ? null : findHead(six, pack(symbols, index, EXOTIC), symbols, index, count);
}

function findHead(
  heads: ReadonlyMap<number, readonly Head[]>,
  key: number,
  symbols: Uint8Array,
  index: number,
  count: number,
): Head | null {
  return heads.get(key)?.find((head) => begins(head, symbols, index, count)) ?? null;
}

function headsOf({ one, two, three }: Heads, length: 1 | 2 | 3): ReadonlySet<number> {
  if (length === 3) return three;
  return length === 2 ? two : one;
}

function begins({ needle, place }: Head, symbols: Uint8Array, index: number, count: number): boolean {
  if (place + count - index >= needle.symbols.length) return false;
  for (let i = index; i < count; i++) if (symbols[i] !== needle.symbols[place + i - index]) return false;
  return true;
}

function pack(symbols: Uint8Array, at: number, length: number): number {
  let packed = 0;
  for (let i = 0; i < length; i++) packed = packed * 256 + (symbols[at + i] ?? 0);
  return packed;
}
