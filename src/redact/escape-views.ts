import { FOLDS, type Fold, type FoldName } from './fold.js';
import { isEscape, readEscapes, type Traced } from './read-escapes.js';
import type { Scan } from './scanner.js';
import type { View } from './find-stretches.js';

/** A stretch of the stream seen with its escapes read. It covers the bytes from `from` to `to`; `unfinished` is where an escape begins that the end cuts off. */
export type EscapeView = View & { readonly from: number; readonly to: number; readonly unfinished: number };

/** Escapes this close are looked at together: twelve characters that are all escapes of escapes still meet. */
const REACH = 72;
/** Line breaks written as `\n` are everywhere in JSON; they matter only where they come as thick as this. */
const DENSE = 16;

/** Where escapes stand, as stretches with what lies within reach of them, in order and apart; only those that reach behind `seen`. */
export function escapeStretches(
  { leads, leadCount }: Scan,
  buffer: Uint8Array,
  { end, seen, fold }: { readonly end: number; readonly seen: number; readonly fold: FoldName },
): readonly (readonly [number, number])[] {
  const stretches: [number, number][] = [];
  let lastBreak = -DENSE;
  for (let i = 0; i < leadCount; i++) {
    const lead = leads[i] ?? 0;
    if (lead + REACH <= seen || !isEscape(buffer, lead, end)) continue;
    if (fold === 'word' && isBreak(buffer, lead, end)) {
      const lone = lead - lastBreak > DENSE;
      lastBreak = lead;
      if (lone) continue;
    }
    const from = Math.max(0, lead - REACH);
    const to = Math.min(end, lead + REACH);
    const last = stretches.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else stretches.push([from, to]);
  }
  return stretches;
}

/** The bytes from `from` to `to` with their escapes read, in the symbols of a fold: a view for each depth of escapes in escapes. */
export function viewEscapes(buffer: Uint8Array, from: number, to: number, name: FoldName): readonly EscapeView[] {
  const { reads, unfinished } = readEscapes(buffer, from, to);
  return reads.map((read) => ({ ...viewRead(read, FOLDS[name]), from, to, unfinished }));
}

function viewRead(read: Traced, fold: Fold): View {
  const symbols = new Uint8Array(read.length);
  const origin = new Int32Array(read.length);
  let count = 0;
  for (let i = 0; i < read.length; i++) {
    const symbol = fold[read.bytes[i] ?? 0] ?? 0;
    if (symbol === 0) continue;
    symbols[count] = symbol;
    origin[count++] = i;
  }
  return {
    symbols,
    count,
    start: (index) => read.starts[origin[index] ?? 0] ?? 0,
    end: (index) => read.ends[origin[index] ?? 0] ?? 0,
  };
}

/** The bytes from `from` to `to` in the symbols of a fold, those of control sequences with the rest. */
export function viewBytes(buffer: Uint8Array, from: number, to: number, name: FoldName): View {
  const fold = FOLDS[name];
  const symbols = new Uint8Array(to - from);
  const places = new Int32Array(to - from);
  let count = 0;
  for (let i = from; i < to; i++) {
    const symbol = fold[buffer[i] ?? 0] ?? 0;
    if (symbol === 0) continue;
    symbols[count] = symbol;
    places[count++] = i;
  }
  return { symbols, count, start: (index) => places[index] ?? 0, end: (index) => (places[index] ?? 0) + 1 };
}

/** Whether a backslash and a letter that stands for white space are there, and no more. */
function isBreak(buffer: Uint8Array, at: number, end: number): boolean {
  if (buffer[at] !== 0x5c || at + 1 >= end) return false;
  const kind = buffer[at + 1];
  return kind === 0x6e || kind === 0x72 || kind === 0x74;
}
