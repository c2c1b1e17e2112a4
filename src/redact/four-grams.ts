import type { Needle } from './needle.js';

/** Bits for each place of a needle, so that other text seldom passes, and the most and fewest there are: 2^22 bits are 512 KiB. */
const BITS_EACH = 512;
const MOST_BITS = 22;
const FEWEST_BITS = 15;

/** Whether four symbols may stand in a row in a needle, packed with the first one on top. No is certain. */
export type FourGrams = (packed: number) => boolean;

/** Looks up in what is made at the first question. */
export function openFours(needles: readonly Needle[]): FourGrams {
  const total = needles.reduce((sum, { symbols }) => sum + symbols.length, 0);
  const bits = Math.max(FEWEST_BITS, Math.min(MOST_BITS, Math.ceil(Math.log2(total * BITS_EACH))));
  const placeOf = (packed: number) => Math.imul(packed, 0x9e3779b1) >>> (32 - bits);
  let bitmap: Uint8Array | null = null;
  return (packed) => {
    bitmap ??= fillBitmap(needles, new Uint8Array(1 << (bits - 3)), placeOf);
    const place = placeOf(packed);
    return (((bitmap[place >>> 3] ?? 0) >> (place & 7)) & 1) === 1;
  };
}

function fillBitmap(needles: readonly Needle[], bitmap: Uint8Array, placeOf: (packed: number) => number): Uint8Array {
  for (const { symbols } of needles) {
    let packed = 0;
    for (let i = 0; i < symbols.length; i++) {
      packed = (packed << 8) | (symbols[i] ?? 0);
      const place = placeOf(packed);
      if (i >= 3) bitmap[place >>> 3] = (bitmap[place >>> 3] ?? 0) | (1 << (place & 7));
    }
  }
  return bitmap;
}
