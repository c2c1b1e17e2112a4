import { ESCAPE, FOLDS, endOfControl } from './fold.js';
import { GRAM, MAX_STEP, findGram } from './gram-index.js';
import { mayBeginEscape } from './escape-leads.js';
import { escapeStretches, viewEscapes } from './escape-views.js';
import { CAPACITY, type Scan, type Scanner, type Search } from './scanner.js';

/** Most streams are short. */
const FIRST_BYTES = 1024;

/** The scanner in plain JavaScript: for streams that are too short for another to pay, and where WebAssembly is not to be had. */
export function openScriptScanner(search: Search): Scanner {
  const { fold: name, mayHold } = search;
  const fold = FOLDS[name];
  let room = makeRoom(FIRST_BYTES);
  let leadCount = 0;

  const findHits = (firstNew: number, count: number): number => {
    const { index, step } = search;
    const { symbols, hits, hitSlots } = room;
    let hitCount = 0;
    for (let at = Math.max(0, firstNew - GRAM - step + 2); at + GRAM <= count; at += step) {
      const slot = findGram(index, symbols, at);
      if (slot < 0) continue;
      hits[hitCount] = at;
      hitSlots[hitCount++] = slot;
    }
    return hitCount;
  };

  const scan = (end: number, seen: number): Scan => {
    const { buffer, symbols, places, leads, hits, hitSlots } = room;
    let count = 0;
    leadCount = 0;
    let firstNew = -1;
    for (let i = 0; i < end;) {
      const byte = buffer[i] ?? 0;
      if (i >= seen && firstNew < 0) firstNew = count;
      const symbol = fold[byte] ?? 0;
      if (symbol !== 0) {
        symbols[count] = symbol;
        places[count++] = i;
      }
      if (byte === ESCAPE) {
        i = endOfControl(buffer, i, end);
        continue;
      }
      if (mayBeginEscape(buffer, i, end, name === 'text')) leads[leadCount++] = i;
      i++;
    }
    if (firstNew < 0) firstNew = count;
    const mayHit = mayHold(symbols, Math.max(0, firstNew - GRAM - MAX_STEP + 2), count);
    const hitCount = mayHit ? findHits(firstNew, count) : 0;
    return { symbols, count, place: (at) => places[at] ?? 0, hits, hitSlots, hitCount, leads, leadCount };
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
    *scanEscapes(end, seen) {
      const { buffer, leads } = room;
      for (const [from, to] of escapeStretches({ leads, leadCount }, buffer, { end, seen, fold: name, holdsGram }))
        if (viewEscapes(buffer, from, to, { fold: name }).some(({ symbols, count }) => holdsGram(symbols, count))) yield [from, to];
    },
  };
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
