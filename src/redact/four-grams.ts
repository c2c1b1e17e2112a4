import { gradually } from './lazily.js';
import type { Needle } from './needle.js';

/** Bits for each place of a needle, so that other text seldom passes, and the most and fewest there are: 2^19 bits are 64 KiB, and the caches have other things to hold. */
const BITS_EACH = 32;
const MOST_BITS = 19;
const FEWEST_BITS = 15;

/** How many symbols a four has. */
export const FOUR = 4;

/** Which four symbols may stand in a row in a needle. */
export type FourGrams = {
  /** Of four symbols, packed with the first one lowest. No is certain. */
  mayStand(packed: number): boolean;
  /** A bit for each of the 2^bits places that four symbols may have; made when it is asked for first. */
  readonly bitmap: Uint8Array;
  readonly bits: number;
  /** Makes a little of the bitmap; false when it is there. */
  advance(): boolean;
};

export function openFours(needles: readonly Needle[]): FourGrams {
  const total = needles.reduce((sum, { symbols }) => sum + symbols.length, 0);
  const bits = Math.max(FEWEST_BITS, Math.min(MOST_BITS, Math.ceil(Math.log2(total * BITS_EACH))));
  const bitmap = gradually(() => fillBitmap(needles, bits));
  return {
    mayStand(packed) {
      const place = placeOf(packed, bits);
      return (((bitmap.value[place >>> 3] ?? 0) >> (place & 7)) & 1) === 1;
    },
    get bitmap() {
      return bitmap.value;
    },
    bits,
    advance: () => bitmap.advance(),
  };
}

/** The four symbols from `at` on, packed. */
export function packFour(symbols: Uint8Array, at: number): number {
  return (symbols[at] ?? 0) | ((symbols[at + 1] ?? 0) << 8) | ((symbols[at + 2] ?? 0) << 16) | ((symbols[at + 3] ?? 0) << 24);
}

function placeOf(packed: number, bits: number): number {
  return Math.imul(packed, 0x9e3779b1) >>> (32 - bits);
}

function* fillBitmap(needles: readonly Needle[], bits: number): Generator<void, Uint8Array> {
  const bitmap = new Uint8Array(1 << (bits - 3));
  for (const { symbols } of needles) {
    let packed = packFour(symbols, 0);
    for (let i = 4; i <= symbols.length; i++) {
      const place = placeOf(packed, bits);
      bitmap[place >>> 3] = (bitmap[place >>> 3] ?? 0) | (1 << (place & 7));
      packed = (packed >>> 8) | ((symbols[i] ?? 0) << 24);
    }
    yield;
  }
  return bitmap;
}
