import { ESCAPE, endOfControl, type Fold } from './fold.js';
import type { Spelling } from './spelling.js';

/** A fragment of a secret counts when it carries at least this much of what makes the secret hard to guess. */
export const MIN_BITS = 40;

/** What a needle's symbols stand for. Places count symbols; `bits[b] - bits[a]` is what the symbols from `a` to `b` carry. */
export type Traced = {
  /** Where in `spelled` each symbol stands. */
  readonly at: Int32Array;
  readonly bits: Float64Array;
};

/** One spelling of a secret as a stream is searched for it. What only a hit asks for takes most of the room, and is made then: nearly all needles have none. */
export class Needle implements Traced {
  /** Which secret it spells: its index among the redactor's secrets. */
  readonly secret: number;
  readonly symbols: Uint8Array;
  readonly #spelling: Spelling;
  readonly #fold: Fold;
  #traced: Traced | null = null;

  constructor(secret: number, spelling: Spelling, fold: Fold, symbols: Uint8Array) {
    this.secret = secret;
    this.symbols = symbols;
    this.#spelling = spelling;
    this.#fold = fold;
  }

  get spelled(): Uint8Array {
    return this.#spelling.spelled;
  }

  /** A fragment counts from so many spelled characters on. */
  get minSpan(): number {
    return this.#spelling.minSpan;
  }

  /** As in its spelling: from how many symbols on its beginning is waited for. */
  get held(): 0 | 1 | 2 {
    return this.#spelling.held;
  }

  /** A dump prints the same bytes a second time beside this form. */
  get dump(): boolean {
    return this.#spelling.dump;
  }

  get at(): Int32Array {
    return (this.#traced ??= this.trace()).at;
  }

  get bits(): Float64Array {
    return (this.#traced ??= this.trace()).bits;
  }

  /** What `at` and `bits` give, and keep. */
  trace(): Traced {
    return traceSymbols(this.#spelling, this.#fold, this.symbols.length);
  }
}

/** A spelling in the symbols of a fold; null when what is left of it is too little to look for. */
export function makeNeedle(secret: number, spelling: Spelling, fold: Fold, minSymbols: number): Needle | null {
  const { spelled, length: end } = spelling;
  if (spelling.folded)
    return end < minSymbols ? null : new Needle(secret, spelling, fold, spelled.length === end ? spelled : spelled.subarray(0, end));
  // From Node's pool, as what is spelt: a room for each of them would take longer than to fill it.
  const symbols = Buffer.allocUnsafe(end);
  let count = 0;
  // Run some ten thousand times before it is compiled: a call in it would take as long as the rest.
  for (let i = 0; i < end;) {
    const byte = spelled[i] ?? 0;
    const symbol = fold[byte] ?? 0;
    if (symbol !== 0) symbols[count++] = symbol;
    i = byte === ESCAPE ? endOfControl(spelled, i, end) : i + 1;
  }
  return count < minSymbols ? null : new Needle(secret, spelling, fold, count === end ? symbols : symbols.subarray(0, count));
}

function traceSymbols({ spelled, length: end, weights }: Spelling, fold: Fold, symbols: number): Traced {
  const carried = weights();
  const at = new Int32Array(symbols);
  const bits = new Float64Array(symbols + 1);
  let count = 0;
  let sum = 0;
  for (let i = 0; i < end;) {
    const byte = spelled[i] ?? 0;
    if (fold[byte] !== 0) {
      at[count++] = i;
      bits[count] = sum += carried[i] ?? 0;
    }
    i = byte === ESCAPE ? endOfControl(spelled, i, end) : i + 1;
  }
  return { at, bits };
}

/** What of a needle decides which of its fragments count. */
type Measured = Traced & Pick<Needle, 'symbols' | 'minSpan'>;

/**
 * Whether the symbols from `a` to `b` are enough to be the secret's, and not somebody else's text. All of a needle always is. `beside`: how many characters
 * right before and behind them are the secret's too, which give no symbols.
 */
export function counts(needle: Measured, a: number, b: number, beside = 0): boolean {
  if (a === 0 && b === needle.symbols.length) return true;
  const { at, bits, minSpan } = needle;
  if ((bits[b] ?? 0) - (bits[a] ?? 0) < MIN_BITS) return false;
  // What is public at either end is no part of the fragment.
  let first = a;
  while (bits[first + 1] === bits[first]) first++;
  let last = b - 1;
  while (bits[last + 1] === bits[last]) last--;
  return (at[last] ?? 0) - (at[first] ?? 0) + 1 + beside >= minSpan;
}

/** The fewest symbols of any stretch that counts, which is how far apart a stream may be sampled; `most` where none is shorter. */
export function shortestStretch(needle: Needle, most: number): number {
  const { spelled, symbols, minSpan } = needle;
  let shortest = Math.min(most, symbols.length);
  // Even where all that gives no symbol stands among fewer of them they are too few.
  if (shortest - 1 + spelled.length - symbols.length < minSpan) return shortest;
  const measured: Measured = { symbols, minSpan, ...needle.trace() };
  const { at, bits } = measured;
  // What gives no symbol before the symbol `i`, unless it stands beside a public one, to which it belongs.
  const gap = (i: number, outer: number) => (bits[outer] === bits[outer + 1] ? 0 : (at[i] ?? spelled.length) - (at[i - 1] ?? -1) - 1);
  for (let a = 0; a + shortest - 1 <= symbols.length; a++)
    for (;;) {
      const b = a + shortest - 1;
      if ((bits[b] ?? 0) - (bits[a] ?? 0) < MIN_BITS || !counts(measured, a, b, gap(a, a - 1) + gap(b, b))) break;
      shortest--;
    }
  return shortest;
}
