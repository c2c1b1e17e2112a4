import type { Needle } from './needle.js';

/** How many symbols a gram has: two 32-bit words. */
export const GRAM = 8;
/** A stream is tried at every so many symbols at the most: a wider step would miss the shortest fragment that counts. */
export const MAX_STEP = 5;
/** The bitmap has 2^18 bits, 32 KiB: as much as a first-level cache holds. */
export const BITMAP_BITS = 18;

/**
 * Every gram of every needle, for looking up eight symbols of a stream at once. `bitmap` says no to nearly everything; `first` is an open hash table with, for each gram,
 * the first of its entries, or -1; entries are chained by `next`. Which gram a slot has is read where its first entry says it stands.
 */
export type GramIndex = {
  readonly bitmap: Uint32Array;
  readonly first: Int32Array;
  readonly slotBits: number;
  /** Each needle's symbols. */
  readonly symbols: readonly Uint8Array[];
  readonly needleOf: Uint16Array | Int32Array;
  readonly placeOf: Uint16Array | Int32Array;
  readonly next: Int32Array;
};

/** The table of slots is no fuller than that: what is not there is found out in a few steps. */
const FULLEST = 0.85;
/** At most so many places of one gram: a secret of one repeated letter has the same gram everywhere, and one place finds it. */
const MAX_PLACES = 24;

/** Indexes needle after needle. */
export function* indexGrams(needles: readonly Needle[]): Generator<void, GramIndex> {
  const total = needles.reduce((sum, { symbols }) => sum + Math.max(0, symbols.length - GRAM + 1), 0);
  const slotBits = Math.max(6, Math.ceil(Math.log2(total / FULLEST + 1)));
  const symbols = needles.map((needle) => needle.symbols);
  const index = {
    bitmap: new Uint32Array(1 << (BITMAP_BITS - 5)),
    first: new Int32Array(1 << slotBits).fill(-1),
    slotBits,
    symbols,
    needleOf: new (symbols.length > 0xffff ? Int32Array : Uint16Array)(total),
    placeOf: new (symbols.some(({ length }) => length > 0xffff) ? Int32Array : Uint16Array)(total),
    next: new Int32Array(total),
  };
  const { bitmap, first, needleOf, placeOf, next } = index;
  let entry = 0;
  for (const [needle, own] of symbols.entries()) {
    for (let place = 0; place + GRAM <= own.length; place++) {
      const hash = hashAt(own, place);
      const word = hash >>> 19;
      bitmap[word] = (bitmap[word] ?? 0) | (1 << ((hash >>> 14) & 31));
      const slot = findSlot(index, own, place, hash);
      if (countPlaces(index, first[slot] ?? -1) >= MAX_PLACES) continue;
      needleOf[entry] = needle;
      placeOf[entry] = place;
      next[entry] = first[slot] ?? -1;
      first[slot] = entry++;
    }
    yield;
  }
  return index;
}

/** The slot of the eight symbols at `at`, or -1. */
export function findGram(index: GramIndex, symbols: Uint8Array, at: number): number {
  const hash = hashAt(symbols, at);
  if ((((index.bitmap[hash >>> 19] ?? 0) >>> ((hash >>> 14) & 31)) & 1) === 0) return -1;
  const slot = findSlot(index, symbols, at, hash);
  return index.first[slot] === -1 ? -1 : slot;
}

/** Where a gram is, or would be. */
function findSlot(index: GramIndex, symbols: Uint8Array, at: number, hash: number): number {
  const { first, slotBits } = index;
  const mask = (1 << slotBits) - 1;
  let slot = hash >>> (32 - slotBits);
  while (first[slot] !== -1 && !isGram(index, first[slot] ?? 0, symbols, at)) slot = (slot + 1) & mask;
  return slot;
}

function isGram({ symbols: needles, needleOf, placeOf }: GramIndex, entry: number, symbols: Uint8Array, at: number): boolean {
  const own = needles[needleOf[entry] ?? 0];
  const place = placeOf[entry] ?? 0;
  for (let i = 0; i < GRAM; i++) if (own?.[place + i] !== symbols[at + i]) return false;
  return true;
}

/** Writes each slot's gram, eight bytes, for a scanner that has no other table. Eight zeros stand where there is none: no symbol is 0. */
export function writeGrams({ first, symbols, needleOf, placeOf }: GramIndex, to: Uint8Array): void {
  first.forEach((entry, slot) => {
    if (entry < 0) return;
    const place = placeOf[entry] ?? 0;
    to.set(symbols[needleOf[entry] ?? 0]?.subarray(place, place + GRAM) ?? [], slot * GRAM);
  });
}

function countPlaces({ next }: Pick<GramIndex, 'next'>, from: number): number {
  let count = 0;
  for (let entry = from; entry >= 0 && count < MAX_PLACES; entry = next[entry] ?? -1) count++;
  return count;
}

function readWord(symbols: Uint8Array, at: number): number {
  return (symbols[at] ?? 0) | ((symbols[at + 1] ?? 0) << 8) | ((symbols[at + 2] ?? 0) << 16) | ((symbols[at + 3] ?? 0) << 24);
}

function hashAt(symbols: Uint8Array, at: number): number {
  return hashGram(readWord(symbols, at), readWord(symbols, at + 4));
}

/** Multiplicative hashing (Knuth, The Art of Computer Programming 3, §6.4) of two words; the top bits are the good ones. */
function hashGram(low: number, high: number): number {
  return Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 0;
}
