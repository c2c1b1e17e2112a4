import type { Engine } from './engine.js';
import { FOLDS, MAX_CONTROL_BYTES, type Fold } from './fold.js';
import type { GramIndex } from './gram-index.js';
import { counts, type Needle } from './needle.js';

/**
 * Symbols with the bytes that each stands for: one after another in the stream itself, longer where an escape was read. `open`: as in Traced, where an unfinished escape begins.
 * `lacksControls`: control sequences are left out, and one may have taken a letter of what stands behind it for its own.
 */
export type View = {
  readonly symbols: Uint8Array;
  readonly count: number;
  readonly open: number;
  readonly lacksControls: boolean;
  start(index: number): number;
  end(index: number): number;
};

/** Bytes of the buffer that must not come out. */
export type Stretch = { readonly start: number; readonly end: number; readonly secret: number };

/** A stretch with the symbols and the needle's places that it was found by. */
export type Found = Stretch & {
  readonly needle: Needle;
  readonly from: number;
  readonly to: number;
  readonly a: number;
  readonly b: number;
};

/** So many alignments of a needle are known at a time: a prime, so that those of one that repeats itself every few symbols fall apart. */
const ALIGNMENTS = 31;

/**
 * Makes stretches of hits: each is extended as far as the needle and the view agree, and kept when that is enough to count. The bytes around it are taken
 * in while they, too, are the needle's own spelling, so that punctuation at its edges goes with it.
 */
export class StretchFinder {
  readonly #engine: Engine;
  readonly #escaped: boolean;
  /** The engine's, which is made when it is asked for first. */
  #index: GramIndex | null = null;
  /** For each needle the alignments that were judged last, and up to which symbol: each alignment is walked once, however many hits it has. A needle that repeats itself is met in many at once. */
  readonly #judged: Int32Array;
  readonly #upTo: Int32Array;

  /** `escaped`: for views in which escapes were read. */
  constructor(engine: Engine, escaped: boolean) {
    this.#engine = engine;
    this.#escaped = escaped;
    this.#judged = new Int32Array(engine.needles.length * ALIGNMENTS);
    this.#upTo = new Int32Array(engine.needles.length * ALIGNMENTS);
  }

  /** Before another view. */
  reset(): void {
    this.#upTo.fill(-1);
  }

  /** The stretches of one hit: `at` is the symbol where a gram of `slot` begins. Hits come in order. */
  judge(view: View, buffer: Uint8Array, limit: number, at: number, slot: number, found: Found[]): void {
    const { needles } = this.#engine;
    const index = (this.#index ??= this.#engine.index);
    for (let entry = index.first[slot] ?? -1; entry >= 0; entry = index.next[entry] ?? -1) {
      const id = index.needleOf[entry] ?? 0;
      const needle = needles[id];
      if (needle === undefined) continue;
      const place = index.placeOf[entry] ?? 0;
      const alignment = at - place;
      const kept = id * ALIGNMENTS + (Math.abs(alignment) % ALIGNMENTS);
      if (this.#judged[kept] === alignment && (this.#upTo[kept] ?? -1) > at) continue;
      const extent = extend(needle, view, at, place);
      this.#judged[kept] = alignment;
      this.#upTo[kept] = extent.to;
      if (!counts(needle, extent.a, extent.b)) {
        if (!this.#escaped) {
          // Punctuation at its edges is the needle's as well.
          if (!view.lacksControls && !hasPunctuation(needle, extent)) continue;
          const around = spread(needle, extent, view, buffer, limit);
          const beside = view.start(extent.from) - around.start + around.end - view.end(extent.to - 1);
          if (beside > 0 && counts(needle, extent.a, extent.b, beside)) found.push({ ...extent, ...around, needle, secret: needle.secret });
          continue;
        }
        const wide = widen(needle, FOLDS[this.#engine.fold], extent, { view, buffer, limit });
        if (counts(needle, wide.a, wide.b)) found.push({ ...extent, start: wide.start, end: wide.end, needle, secret: needle.secret });
        continue;
      }
      // Behind punctuation of its own a secret goes on as well: what is enough only with what may be stray is hidden with it.
      const trimmed = trim(needle, view, extent);
      const stretch = counts(needle, trimmed.a, trimmed.b) ? trimmed : withoutGone(view, extent, trimmed);
      if (!counts(needle, stretch.a, stretch.b)) continue;
      found.push({ ...stretch, ...spread(needle, stretch, view, buffer, limit), needle, secret: needle.secret });
    }
  }
}

/**
 * Whether the runs of a hit that `judge` gives no stretches for may be longer than they seem: one comes so near to an end of the bytes `from` to `to`, which were read, that what stands
 * there may have been read as something else.
 */
export function mayGoBeyond(
  engine: Engine,
  view: View,
  { from, to, at, slot }: { from: number; to: number; at: number; slot: number },
): boolean {
  const { index, needles } = engine;
  for (let entry = index.first[slot] ?? -1; entry >= 0; entry = index.next[entry] ?? -1) {
    const needle = needles[index.needleOf[entry] ?? 0];
    if (needle === undefined) continue;
    const run = extend(needle, view, at, index.placeOf[entry] ?? 0);
    if (run.from === 0 || run.to === view.count) return true;
    // What ends the run there may be the rest of a control sequence.
    if (view.start(run.from - 1) < from + MAX_CONTROL_BYTES || view.end(run.to) > to - MAX_CONTROL_BYTES) return true;
  }
  return false;
}

/** Symbols of the view from `from` to `to`, which are the needle's from `a` to `b`. */
export type Extent = { readonly from: number; readonly to: number; readonly a: number; readonly b: number };

function extend({ symbols: needle }: Needle, { symbols, count }: View, at: number, place: number): Extent {
  let from = at;
  let a = place;
  while (a > 0 && from > 0 && symbols[from - 1] === needle[a - 1]) {
    from--;
    a--;
  }
  let to = at;
  let b = place;
  while (b < needle.length && to < count && symbols[to] === needle[b]) {
    to++;
    b++;
  }
  return { from, to, a, b };
}

/** The longest escape, and a character that it would take back. */
export const MAX_ESCAPE_BYTES = 11;

/**
 * An extent with what of the needle stands right beside it as it is, where a neighbour was read as an escape with it by chance: the `c` of `%2correct`, the `x` of
 * `4\x41`. Gives bytes, and places of the needle.
 */
function widen(
  { symbols }: Needle,
  fold: Fold,
  { from, to, ...extent }: Extent,
  { view, buffer, limit }: { readonly view: View; readonly buffer: Uint8Array; readonly limit: number },
): { readonly start: number; readonly end: number; readonly a: number; readonly b: number } {
  let { a, b } = extent;
  const first = view.start(from);
  const last = view.end(to - 1);
  let start = first;
  for (let i = first - 1; a > 0 && i >= Math.max(0, first - MAX_ESCAPE_BYTES); i--) {
    const symbol = fold[buffer[i] ?? 0] ?? 0;
    if (symbol === 0) continue;
    if (symbol !== symbols[a - 1]) break;
    start = i;
    a--;
  }
  let end = last;
  for (let i = last; b < symbols.length && i < Math.min(limit, last + MAX_ESCAPE_BYTES); i++) {
    const symbol = fold[buffer[i] ?? 0] ?? 0;
    if (symbol === 0) continue;
    if (symbol !== symbols[b]) break;
    end = i + 1;
    b++;
  }
  return { start, end, a, b };
}

/** A few symbols that a gap sets apart from a long run are somebody else's: one letter in 36 goes on with a secret by chance. */
const STRAY = 2;
const RUN = 6;
/** Across more bytes than FAR strays are, even where the secret is whole with them, and where its characters stand up to NEAR bytes apart. */
const FAR = 64;
const NEAR = 16;
/** Across more than that strays are no part of the secret, whatever it lacks without them. */
const GONE = 512;

/** Whether strays across a wide gap are the end of what would be a secret's beginning, as the first symbol behind a long row of colours. */
export function endsFarOff(view: View, { index, length }: { readonly index: number; readonly length: number }): boolean {
  for (let i = index + length - 1; i > index && i >= index + length - STRAY; i--) if (view.start(i) - view.end(i - 1) > FAR) return true;
  return false;
}

/** An extent without the strays at its ends. */
export function trim({ symbols }: Needle, view: View, extent: Extent): Extent {
  let { from, to, a, b } = extent;
  const apart = (index: number) => index > from && index < to && view.start(index) - view.end(index - 1) > FAR;
  const last = runBefore(view, to, from);
  const farLast = apart(to - last);
  const strayLast = last <= STRAY && (b < symbols.length || farLast);
  if (strayLast && to - last > from && runBefore(view, to - last, from, farLast ? NEAR : 0) >= RUN) {
    to -= last;
    b -= last;
  }
  const first = runAfter(view, from, to);
  const farFirst = apart(from + first);
  const strayFirst = first <= STRAY && (a > 0 || farFirst);
  if (strayFirst && from + first < to && runAfter(view, from + first, to, farFirst ? NEAR : 0) >= RUN) {
    from += first;
    a += first;
  }
  return { from, to, a, b };
}

/** An extent without those of the trimmed symbols that are far away; the others stay. */
function withoutGone(view: View, { from, to, a, b }: Extent, trimmed: Extent): Extent {
  const isGone = (index: number) => view.start(index) - view.end(index - 1) > GONE;
  const front = trimmed.from > from && isGone(trimmed.from);
  const back = trimmed.to < to && isGone(trimmed.to);
  return {
    from: front ? trimmed.from : from,
    a: front ? trimmed.a : a,
    to: back ? trimmed.to : to,
    b: back ? trimmed.b : b,
  };
}

/** How many symbols before `to` stand with gaps of so many bytes at the most, RUN of them at the most. */
function runBefore(view: View, to: number, from: number, gap = 0): number {
  let length = 1;
  while (length < RUN && to - length > from && follows(view, to - length, gap)) length++;
  return length;
}

function runAfter(view: View, from: number, to: number, gap = 0): number {
  let length = 1;
  while (length < RUN && from + length < to && follows(view, from + length, gap)) length++;
  return length;
}

function follows(view: View, index: number, gap: number): boolean {
  const between = view.start(index) - view.end(index - 1);
  return between >= 0 && between <= gap;
}

/** Whether right before the extent, or right behind it, a needle has what gives no symbol. */
function hasPunctuation({ at, spelled, symbols }: Needle, { a, b }: Extent): boolean {
  const first = at[a] ?? 0;
  const last = at[b - 1] ?? 0;
  const before = a === 0 ? first > 0 : at[a - 1] !== first - 1;
  return before || (b === symbols.length ? last + 1 < spelled.length : at[b] !== last + 1);
}

function spread(
  { at, spelled }: Needle,
  { from, to, a, b }: Extent,
  view: View,
  buffer: Uint8Array,
  limit: number,
): { start: number; end: number } {
  let start = view.start(from);
  for (let i = (at[a] ?? 0) - 1; i >= 0 && start > 0 && buffer[start - 1] === spelled[i]; i--) start--;
  let end = view.end(to - 1);
  for (let i = (at[b - 1] ?? 0) + 1; i < spelled.length && end < limit && buffer[end] === spelled[i]; i++) end++;
  return { start, end };
}
