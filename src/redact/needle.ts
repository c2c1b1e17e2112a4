import { ESCAPE, endOfControl, type Fold } from './fold.js';
import type { Spelling } from './spelling.js';

/** A fragment of a secret counts when it carries at least this much of what makes the secret hard to guess. */
export const MIN_BITS = 40;

/** One spelling of a secret as a stream is searched for it. Places count symbols; `bits[b] - bits[a]` is what the symbols from `a` to `b` carry. */
export type Needle = {
  /** Which secret it spells: its index among the redactor's secrets. */
  readonly secret: number;
  readonly symbols: Uint8Array;
  /** Where in `spelled` each symbol stands. */
  readonly at: Int32Array;
  readonly spelled: Uint8Array;
  readonly bits: Float64Array;
  /** A fragment counts from so many spelled characters on. */
  readonly minSpan: number;
  /** As in its spelling: from how many symbols on its beginning is waited for. */
  readonly held: 0 | 1 | 2;
  /** A dump prints the same bytes a second time beside this form. */
  readonly dump: boolean;
};

/** A spelling in the symbols of a fold; null when what is left of it is too little to look for. */
export function makeNeedle(secret: number, spelling: Spelling, fold: Fold, minSymbols: number): Needle | null {
  const { spelled, weights } = spelling;
  const symbols = new Uint8Array(spelled.length);
  const at = new Int32Array(spelled.length);
  const bits = new Float64Array(spelled.length + 1);
  let count = 0;
  for (let i = 0; i < weights.length;) {
    const byte = spelled[i] ?? 0;
    const symbol = fold[byte] ?? 0;
    if (symbol !== 0) {
      symbols[count] = symbol;
      at[count] = i;
      bits[count + 1] = (bits[count] ?? 0) + (weights[i] ?? 0);
      count++;
    }
    // A stream gives no symbols for control sequences either.
    i = byte === ESCAPE ? endOfControl(spelled, i, weights.length) : i + 1;
  }
  if (count < minSymbols) return null;
  return {
    secret,
    symbols: symbols.subarray(0, count),
    at: at.subarray(0, count),
    spelled,
    bits: bits.subarray(0, count + 1),
    minSpan: spelling.minSpan,
    held: spelling.held,
    dump: spelling.dump,
  };
}

/** Whether the symbols from `a` to `b` are enough to be the secret's, and not somebody else's text. All of a needle always is. */
export function counts({ symbols, at, bits, minSpan }: Needle, a: number, b: number): boolean {
  if (a === 0 && b === symbols.length) return true;
  if ((bits[b] ?? 0) - (bits[a] ?? 0) < MIN_BITS) return false;
  // What is public at either end is no part of the fragment.
  let first = a;
  while (bits[first + 1] === bits[first]) first++;
  let last = b - 1;
  while (bits[last + 1] === bits[last]) last--;
  return (at[last] ?? 0) - (at[first] ?? 0) + 1 >= minSpan;
}

/** The fewest symbols of any stretch that counts: how far apart a stream may be sampled. */
export function shortestStretch(needle: Needle): number {
  const { symbols } = needle;
  let shortest = symbols.length;
  let b = 1;
  for (let a = 0; a < symbols.length; a++) {
    while (b <= symbols.length && !(b > a && counts(needle, a, b))) b++;
    if (b > symbols.length) break;
    shortest = Math.min(shortest, b - a);
  }
  return shortest;
}
