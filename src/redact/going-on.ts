import type { View } from './find-stretches.js';
import { listBegun, type Beginning, type Head, type Heads } from './heads.js';

/** A line of any dump and its neighbour: so far back a beginning may have been cut off. */
const REACH_BYTES = 256;
/** And so many line ends. */
const MAX_LINES = 2;
/** Behind a beginning of so many symbols what goes on with it is waited for from its first symbol on; behind a shorter one from so many on. */
const TELLING = 4;
const LINE_FEED = 0x0a;
const SPACE = 0x20;

/**
 * The end of a stream that goes on with a needle whose beginning a line's end cut off, or a column's, as those of a dump are: neither piece counts, but both
 * together may, and the second would be out before it does. Null where it does not.
 */
export function findGoingOn(heads: Heads, view: View, buffer: Uint8Array, end: number): Beginning | null {
  const { symbols, count } = view;
  let longest: Beginning | null = null;
  for (const cut of listCuts(view, buffer, end)) {
    for (const { head, length } of listBegun(heads, symbols, cut)) {
      const going = matchEnd(head, symbols, cut, count);
      if (going < (length < TELLING ? TELLING : 1) || going <= (longest?.span ?? 0)) continue;
      // It is as telling as a beginning that goes on without a break.
      longest = { index: count - going, length: Math.max(going, TELLING), span: going, secret: head.needle.secret };
    }
  }
  return longest;
}

/** The symbols before which a line begins, or the second column of a line that has ended, from the last on. */
function listCuts(view: View, buffer: Uint8Array, end: number): number[] {
  const cuts: number[] = [];
  let lines = 0;
  let hasColumn = true;
  for (let i = view.count - 1; i > 0; i--) {
    const from = view.end(i - 1);
    if (from < end - REACH_BYTES) break;
    const to = view.start(i);
    if (from === to) continue;
    if (hasLineFeed(buffer, from, to)) {
      if (++lines > MAX_LINES) break;
      cuts.push(i);
      hasColumn = false;
    } else if (!hasColumn && partsColumns(buffer, from, to)) {
      cuts.push(i);
      hasColumn = true;
    }
  }
  return cuts;
}

/** As `includes`, which would need an array of the gap's own: there are some hundred gaps at the end of each chunk. */
function hasLineFeed(buffer: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (buffer[i] === LINE_FEED) return true;
  return false;
}

/** Whether two spaces stand there in a row, as between the columns of a dump; other punctuation is part of its text. */
function partsColumns(buffer: Uint8Array, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) if (buffer[i] === SPACE && buffer[i - 1] === SPACE) return true;
  return false;
}

/** How many of the last symbols, all behind `cut`, are the needle's from the head's place on, and not its last. */
function matchEnd({ needle, place }: Head, symbols: Uint8Array, cut: number, count: number): number {
  for (let length = Math.min(count - cut, needle.symbols.length - place - 1); length > 0; length--) {
    let same = 0;
    while (same < length && symbols[count - length + same] === needle.symbols[place + same]) same++;
    if (same === length) return length;
  }
  return 0;
}
