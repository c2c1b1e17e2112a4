import { ESCAPE, FOLDS, endOfControl } from './fold.js';
import { FOUR, packFour } from './four-grams.js';
import { GRAM, findGram } from './gram-index.js';
import { mayBeginEscape } from './escape-leads.js';
import { escapeStretches } from './escape-stretches.js';
import { viewEscapes } from './escape-views.js';
import { CAPACITY, MAX_ROW, type Scan, type Scanner, type Search } from './scanner.js';

/** Most streams are short. */
const FIRST_BYTES = 1024;
/** A gram's symbols before its last four. */
const BEFORE = GRAM - FOUR;
/**
 * Of each row one four is looked at, wherever the row stands. A row as long as that has four symbols before it, or four behind it, and two grams are enough to find it by; of a shorter one every gram is tried
 * that the four is in.
 */
const LONG_ROW = GRAM + FOUR - 1;

/** The scanner in plain JavaScript: for streams that are too short for another to pay, and where WebAssembly is not to be had. */
export function openScriptScanner(search: Search): Scanner {
  const { fold: name, mayHold } = search;
  const fold = FOLDS[name];
  let room = makeRoom(FIRST_BYTES);
  let leadCount = 0;
  let hasControls = false;

  const findHits = (firstNew: number, count: number, row: number): number => {
    const { index, fours } = search;
    const { symbols, hits, hitSlots } = room;
    let hitCount = 0;
    const stride = row - FOUR + 1;
    const hop = row >= LONG_ROW ? BEFORE : 1;
    for (let four = firstToTry(firstNew, row) + row - FOUR; four + FOUR <= count; four += stride) {
      if (!fours.mayStand(packFour(symbols, four))) continue;
      for (let at = Math.max(0, four - BEFORE); at <= four && at + GRAM <= count; at += hop) {
        const slot = findGram(index, symbols, at);
        if (slot < 0 || !mayBeRow(at, count, row)) continue;
        hits[hitCount] = at;
        hitSlots[hitCount++] = slot;
      }
    }
    return hitCount;
  };
  // By the first four symbols of each row that the gram may be of, and the last four.
  const mayBeRow = (at: number, count: number, row: number): boolean => {
    const { fours } = search;
    const { symbols } = room;
    const last = Math.min(at, count - row);
    for (let from = Math.max(0, at + GRAM - row); from <= last; from++)
      if (fours.mayStand(packFour(symbols, from)) && fours.mayStand(packFour(symbols, from + row - FOUR))) return true;
    return false;
  };

  const scan = (end: number, seen: number): Scan => {
    const { buffer, symbols, places, leads, hits, hitSlots } = room;
    let count = 0;
    leadCount = 0;
    let firstNew = -1;
    hasControls = false;
    for (let i = 0; i < end;) {
      const byte = buffer[i] ?? 0;
      if (i >= seen && firstNew < 0) firstNew = count;
      const symbol = fold[byte] ?? 0;
      if (symbol !== 0) {
        symbols[count] = symbol;
        places[count++] = i;
      }
      if (byte === ESCAPE) {
        hasControls = true;
        i = endOfControl(buffer, i, end);
        continue;
      }
      if (mayBeginEscape(buffer, i, end, name === 'text')) leads[leadCount++] = i;
      i++;
    }
    if (firstNew < 0) firstNew = count;
    const mayHit = mayHold(symbols, firstToTry(firstNew, MAX_ROW), count);
    const hitCount = mayHit ? findHits(firstNew, count, hasControls ? GRAM : search.row) : 0;
    return { symbols, count, place: (at) => places[at] ?? 0, hits, hitSlots, hitCount, leads, leadCount, hasControls };
  };
  const holdsGram = (symbols: Uint8Array, count: number): boolean => {
    if (!mayHold(symbols, 0, count)) return false;
    for (let at = 0; at + GRAM <= count; at++) if (findGram(search.index, symbols, at) >= 0) return true;
    return false;
  };

  return {
    get buffer() {
      return room.buffer;
    },
    reserve(bytes) {
      if (bytes <= room.buffer.length) return;
      const larger = makeRoom(Math.min(CAPACITY, Math.max(bytes, 2 * room.buffer.length)));
      larger.buffer.set(room.buffer);
      room = larger;
    },
    scan,
    endsPlainly: () => false,
    mayFollowCut: () => true,
    *scanEscapes(end, seen) {
      const { buffer, leads } = room;
      const outlook = { end, seen, fold: name, holdsGram, fours: search.fours, hasControls };
      for (const [from, to] of escapeStretches({ leads, leadCount }, buffer, outlook))
        if (viewEscapes(buffer, from, to, { fold: name }).some(({ symbols, count }) => holdsGram(symbols, count))) yield [from, to];
    },
  };
}

/** Where the first row may begin that reaches to what is new, or up to a few symbols before it: what stands right behind a row may be the needle's as well. */
function firstToTry(firstNew: number, row: number): number {
  return Math.max(0, firstNew - row - BEFORE + 1);
}

function makeRoom(bytes: number) {
  return {
    buffer: new Uint8Array(bytes),
    symbols: new Uint8Array(bytes),
    places: new Int32Array(bytes),
    leads: new Int32Array(bytes),
    hits: new Int32Array(bytes),
    hitSlots: new Int32Array(bytes),
  };
}
