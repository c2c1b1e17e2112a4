import type { Engine } from './engine.js';
import { trim, type Found, type Stretch, type View } from './find-stretches.js';
import type { Head } from './heads.js';
import type { Needle } from './needle.js';

/** How far around a fragment the rest of its secret is looked for, in symbols: a line of any dump, and its neighbours. */
const REACH = 112;
/** So many symbols in a row count there: somebody else's text meets them once in a billion lines. Digits and hexadecimal need more. */
const MIN_SYMBOLS = 6;
const MIN_DIGITS = 10;
/** And they carry this much: what is public in a secret, a word or a row of digits that count on is no piece of it. */
const MIN_BITS = 25;
/** Long needles are looked for only where the fragment would go on. */
const MAX_NEEDLE = 160;

/**
 * Pieces of a secret beside a fragment of it: a dump cuts it into lines and prints it twice, as numbers and as text, so that single pieces may be too short
 * to count by themselves. Gives what stands around `found` and is not within it.
 */
export function findAround(engine: Engine, view: View, found: Found): readonly Stretch[] {
  const { needle, from, to, a, b } = found;
  if (a === 0 && b === needle.symbols.length && !needle.dump) return [];
  const left = Math.max(0, from - REACH);
  const right = Math.min(view.count, to + REACH);
  const pieces: Stretch[] = [];
  const own = needle.dump ? (engine.plain.get(needle.secret) ?? []) : [];
  for (const other of new Set([needle, ...own])) {
    const [first, last] = near(other, needle, a, b);
    for (const [start, end] of [
      [left, from],
      [to, right],
    ] as const)
      collect(view, other, { start, end, first, last }, pieces);
  }
  return pieces;
}

/** Which part of a needle can stand there. */
function near(other: Needle, needle: Needle, a: number, b: number): readonly [number, number] {
  const { length } = other.symbols;
  if (length <= MAX_NEEDLE) return [0, length];
  if (other === needle) return [Math.max(0, a - MAX_NEEDLE), Math.min(length, b + MAX_NEEDLE)];
  const middle = Math.round(((a + b) / 2 / needle.symbols.length) * length);
  return [Math.max(0, middle - MAX_NEEDLE), Math.min(length, middle + MAX_NEEDLE)];
}

type Range = { readonly start: number; readonly end: number; readonly first: number; readonly last: number };

/** Pieces of needles that go on at `expected` places, among the symbols from `from` on. */
export function findExpected(view: View, from: number, expected: readonly Head[]): readonly Stretch[] {
  const pieces: Stretch[] = [];
  for (const { needle, place } of expected) {
    for (let i = from; i < view.count; i++) {
      let length = 0;
      while (
        place + length < needle.symbols.length &&
        i + length < view.count &&
        view.symbols[i + length] === needle.symbols[place + length]
      )
        length++;
      if (isPiece(needle, place, length)) pieces.push({ start: view.start(i), end: view.end(i + length - 1), secret: needle.secret });
    }
  }
  return pieces;
}

/** Where a needle goes on behind a stretch of it, and where its bytes begin as text in a dump's last column. */
export function expectAfter(engine: Engine, { needle, a, b }: Found): readonly Head[] {
  const heads = b < needle.symbols.length ? [{ needle, place: b }] : [];
  if (!needle.dump) return heads;
  const own = (engine.plain.get(needle.secret) ?? []).map((plain) => {
    const byte = Math.round(((needle.at[a] ?? 0) / needle.spelled.length) * plain.spelled.length);
    const place = plain.at.findIndex((at) => at >= byte);
    return { needle: plain, place: Math.max(0, place) };
  });
  return [...heads, ...own];
}

function collect(view: View, needle: Needle, { start, end, first, last }: Range, pieces: Stretch[]): void {
  const { symbols } = view;
  for (let i = start; i < end; i++) {
    let longest = 0;
    let place = 0;
    for (let p = first; p < last; p++) {
      if (symbols[i] !== needle.symbols[p]) continue;
      let length = 1;
      while (p + length < last && i + length < end && symbols[i + length] === needle.symbols[p + length]) length++;
      if (length <= longest || !isPiece(needle, p, length)) continue;
      longest = length;
      place = p;
    }
    if (longest === 0) continue;
    const { from, to } = trim(needle, view, { from: i, to: i + longest, a: place, b: place + longest });
    pieces.push({ start: view.start(from), end: view.end(to - 1), secret: needle.secret });
    i += longest - 1;
  }
}

function isPiece({ symbols, bits }: Needle, at: number, length: number): boolean {
  if (length < MIN_SYMBOLS || (bits[at + length] ?? 0) - (bits[at] ?? 0) < MIN_BITS) return false;
  if (length >= MIN_DIGITS) return true;
  for (let i = at; i < at + length; i++) if ((symbols[i] ?? 0) > 0x66) return true;
  return false;
}
