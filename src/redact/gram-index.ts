import type { Needle } from './needle.js';

/** How many symbols a gram has: two 32-bit words. */
export const GRAM = 8;
/** The bitmap has 2^18 bits, 32 KiB: as much as a first-level cache holds. */
export const BITMAP_BITS = 18;

/**
 * Every gram of every needle, for looking up eight symbols of a stream at once. `bitmap` says no to nearly everything by two bits of one word; `first` is an open hash table with, for each gram,
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
  const index = {
    bitmap: new Uint32Array(1 << (BITMAP_BITS - 5)),
    first: new Int32Array(1 << slotBits).fill(-1),
    slotBits,
    symbols: needles.map(({ symbols }) => symbols),
    needleOf: new (needles.length > 0xffff ? Int32Array : Uint16Array)(total),
    placeOf: new (needles.some(({ symbols }) => symbols.length > 0xffff) ? Int32Array : Uint16Array)(total),
    next: new Int32Array(total),
  };
  const { bitmap, first, needleOf, placeOf, next } = index;
  const counts = new Uint8Array(1 << slotBits);
  let entry = 0;
  for (const [needle, { symbols }] of needles.entries()) {
    let low = readWord(symbols, 0);
    let high = readWord(symbols, 4);
    for (let place = 0; place + GRAM <= symbols.length; place++) {
      const hash = hashGram(low, high);
      const word = hash >>> 19;
      bitmap[word] = (bitmap[word] ?? 0) | bitsOf(hash);
      const slot = findSlot(index, low, high, hash);
      const count = counts[slot] ?? 0;
      if (count < MAX_PLACES) {
        counts[slot] = count + 1;
        needleOf[entry] = needle;
        placeOf[entry] = place;
        next[entry] = first[slot] ?? -1;
        first[slot] = entry++;
      }
      low = (low >>> 8) | (high << 24);
      high = (high >>> 8) | ((symbols[place + GRAM] ?? 0) << 24);
    }
    yield;
  }
  return index;
}

/** The slot of the eight symbols at `at`, or -1. */
export function findGram(index: GramIndex, symbols: Uint8Array, at: number): number {
  const low = readWord(symbols, at);
  const high = readWord(symbols, at + 4);
  const hash = hashGram(low, high);
  const bits = bitsOf(hash);
  if (((index.bitmap[hash >>> 19] ?? 0) & bits) !== bits) return -1;
  const slot = findSlot(index, low, high, hash);
  return index.first[slot] === -1 ? -1 : slot;
}

/** Where a gram is, or would be. */
function findSlot(index: GramIndex, low: number, high: number, hash: number): number {
  const { first, slotBits } = index;
  const mask = (1 << slotBits) - 1;
  for (let slot = hash >>> (32 - slotBits); ; slot = (slot + 1) & mask) {
    const entry = first[slot] ?? -1;
    if (entry === -1 || isGram(index, entry, low, high)) return slot;
  }
}

function isGram({ symbols, needleOf, placeOf }: GramIndex, entry: number, low: number, high: number): boolean {
  const own = symbols[needleOf[entry] ?? 0];
  const place = placeOf[entry] ?? 0;
  return own !== undefined && readWord(own, place) === low && readWord(own, place + 4) === high;
}

/** Writes each slot's gram, two words, for a scanner that has no other table. Zeros stand where there is none: no symbol is 0. */
export function writeGrams({ first, symbols, needleOf, placeOf }: GramIndex, to: Int32Array): void {
  first.forEach((entry, slot) => {
    const own = symbols[needleOf[entry] ?? 0];
    if (entry < 0 || own === undefined) return;
    const place = placeOf[entry] ?? 0;
    to[2 * slot] = readWord(own, place);
    to[2 * slot + 1] = readWord(own, place + 4);
  });
}

function readWord(symbols: Uint8Array, at: number): number {
  return (symbols[at] ?? 0) | ((symbols[at + 1] ?? 0) << 8) | ((symbols[at + 2] ?? 0) << 16) | ((symbols[at + 3] ?? 0) << 24);
}

/** A gram's two bits in its word of the bitmap: with one alone, of five secrets' grams every twentieth stretch of a stream would pass for one. */
function bitsOf(hash: number): number {
  return (1 << ((hash >>> 14) & 31)) | (1 << ((hash >>> 9) & 31));
}

/** Multiplicative hashing (Knuth, The Art of Computer Programming 3, §6.4) of two words; the top bits are the good ones. */
function hashGram(low: number, high: number): number {
  return Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 0;
}
