import type { Needle } from './needle.js';
import type { Symbols } from './scanner.js';

/** How needles begin: their first two, three and four symbols, packed, of those whose beginning is waited for. */
export type Heads = {
  readonly one: ReadonlySet<number>;
  readonly two: ReadonlySet<number>;
  readonly three: ReadonlySet<number>;
  readonly four: ReadonlyMap<number, readonly Head[]>;
};

/** A place of a needle that a stream may begin it at: its first symbol, or the first of a line. */
type Head = { readonly needle: Needle; readonly place: number };

/** A longer beginning has been found as a fragment already, but for that of a secret of words, which may slip out up to here. */
const MAX_BEGINNING = 64;
/** A key file has some thirty lines. */
const MAX_LINES = 128;

export function indexHeads(needles: readonly Needle[]): Heads {
  const heads = { one: new Set<number>(), two: new Set<number>(), three: new Set<number>(), four: new Map<number, Head[]>() };
  for (const needle of needles) {
    if (needle.held === 0 || needle.symbols.length <= 4) continue;
    for (const place of placesToBegin(needle)) {
      if (needle.held === 1) heads.one.add(pack(needle.symbols, place, 1));
      heads.two.add(pack(needle.symbols, place, 2));
      heads.three.add(pack(needle.symbols, place, 3));
      const key = pack(needle.symbols, place, 4);
      heads.four.set(key, [...(heads.four.get(key) ?? []), { needle, place }]);
    }
  }
  return heads;
}

function placesToBegin({ symbols, at, spelled }: Needle): number[] {
  const places = [0];
  for (let place = 1; place + 4 < symbols.length && places.length < MAX_LINES; place++) {
    if (spelled.subarray((at[place - 1] ?? 0) + 1, at[place] ?? 0).includes(0x0a)) places.push(place);
  }
  return places;
}

/**
 * The end of a stream that begins a needle: how many symbols, the first one's index, how many spelled characters, and a secret that it may be (0 for
 * fewer than four symbols).
 */
export type Beginning = { readonly index: number; readonly length: number; readonly span: number; readonly secret: number };

/** The longest end of the symbols that begins a needle and is not all of it; null when there is none. */
export function findBeginning(heads: Heads, { symbols, count }: Pick<Symbols, 'symbols' | 'count'>): Beginning | null {
  for (let index = Math.max(0, count - MAX_BEGINNING); index + 4 <= count; index++) {
    const head = heads.four.get(pack(symbols, index, 4))?.find((one) => begins(one, symbols, index, count));
    if (head === undefined) continue;
    const { needle, place } = head;
    const span = (needle.at[place + count - index - 1] ?? 0) - (needle.at[place] ?? 0) + 1;
    return { index, length: count - index, span, secret: needle.secret };
  }
  for (const length of [3, 2, 1] as const) {
    const index = count - length;
    if (index < 0) continue;
    if (headsOf(heads, length).has(pack(symbols, index, length))) return { index, length, span: length, secret: 0 };
  }
  return null;
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
