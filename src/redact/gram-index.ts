import type { Needle } from './needle.js';

/** How many symbols a gram has: two 32-bit words. */
export const GRAM = 8;
/** A stream is tried at every so many symbols at the most: a wider step would miss the shortest fragment that counts. */
export const MAX_STEP = 5;
/** The bitmap has 2^18 bits, 32 KiB: as much as a first-level cache holds. */
export const BITMAP_BITS = 18;

/**
 * Every gram of every needle, for looking up eight symbols of a stream at once. `bitmap` says no to nearly everything; `slots` is an open hash table of
 * two words for each gram, and `first` the first of its entries or -1; entries are chained by `next`.
 */
export type GramIndex = {
  readonly bitmap: Uint32Array;
  readonly slots: Uint32Array;
  readonly first: Int32Array;
  readonly slotBits: number;
  readonly needleOf: Int32Array;
  readonly placeOf: Int32Array;
  readonly next: Int32Array;
};

/** At most so many places of one gram: a secret of one repeated letter has the same gram everywhere, and one place finds it. */
const MAX_PLACES = 24;

/** Indexes needle after needle. */
export function* indexGrams(needles: readonly Needle[]): Generator<void, GramIndex> {
  const total = needles.reduce((sum, { symbols }) => sum + Math.max(0, symbols.length - GRAM + 1), 0);
  const slotBits = Math.max(6, Math.ceil(Math.log2(total * 2 + 1)));
  const mask = (1 << slotBits) - 1;
  const index = {
    bitmap: new Uint32Array(1 << (BITMAP_BITS - 5)),
    slots: new Uint32Array(2 << slotBits),
    first: new Int32Array(1 << slotBits).fill(-1),
    slotBits,
    needleOf: new Int32Array(total),
    placeOf: new Int32Array(total),
    next: new Int32Array(total),
  };
  const { bitmap, slots, first, needleOf, placeOf, next } = index;
  let entry = 0;
  for (const [needle, { symbols }] of needles.entries()) {
    for (let place = 0; place + GRAM <= symbols.length; place++) {
      const low = readWord(symbols, place);
      const high = readWord(symbols, place + 4);
      const hash = hashGram(low, high);
      const word = hash >>> 19;
      bitmap[word] = (bitmap[word] ?? 0) | (1 << ((hash >>> 14) & 31));
      let slot = hash >>> (32 - slotBits);
      while (first[slot] !== -1 && (slots[2 * slot] !== low >>> 0 || slots[2 * slot + 1] !== high >>> 0)) slot = (slot + 1) & mask;
      slots[2 * slot] = low;
      slots[2 * slot + 1] = high;
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
  const low = readWord(symbols, at);
  const high = readWord(symbols, at + 4);
  const hash = hashGram(low, high);
  if ((((index.bitmap[hash >>> 19] ?? 0) >>> ((hash >>> 14) & 31)) & 1) === 0) return -1;
  const mask = (1 << index.slotBits) - 1;
  for (let slot = hash >>> (32 - index.slotBits); index.first[slot] !== -1; slot = (slot + 1) & mask) {
    if (index.slots[2 * slot] === low >>> 0 && index.slots[2 * slot + 1] === high >>> 0) return slot;
  }
  return -1;
}

function countPlaces({ next }: Pick<GramIndex, 'next'>, from: number): number {
  let count = 0;
  for (let entry = from; entry >= 0 && count < MAX_PLACES; entry = next[entry] ?? -1) count++;
  return count;
}

function readWord(symbols: Uint8Array, at: number): number {
  return (symbols[at] ?? 0) | ((symbols[at + 1] ?? 0) << 8) | ((symbols[at + 2] ?? 0) << 16) | ((symbols[at + 3] ?? 0) << 24);
}

/** Multiplicative hashing (Knuth, The Art of Computer Programming 3, §6.4) of two words; the top bits are the good ones. */
export function hashGram(low: number, high: number): number {
  return Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 0;
}
