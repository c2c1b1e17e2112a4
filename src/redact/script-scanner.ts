import { ESCAPE, FOLDS, endOfControl } from './fold.js';
import { GRAM, findGram } from './gram-index.js';
import { mayBeginEscape } from './escape-leads.js';
import { CAPACITY, type Scan, type Scanner, type Search } from './scanner.js';

/** The scanner in plain JavaScript: for streams that are too short for another to pay, and where WebAssembly is not to be had. */
export function openScriptScanner({ fold: name, index, step }: Search): Scanner {
  const fold = FOLDS[name];
  const buffer = new Uint8Array(CAPACITY);
  const symbols = new Uint8Array(CAPACITY);
  const places = new Int32Array(CAPACITY);
  const leads = new Int32Array(CAPACITY);
  const hits = new Int32Array(CAPACITY);
  const hitSlots = new Int32Array(CAPACITY);

  const scan = (end: number, seen: number): Scan => {
    let count = 0;
    let leadCount = 0;
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
    let hitCount = 0;
    for (let at = Math.max(0, firstNew - GRAM - step + 2); at + GRAM <= count; at += step) {
      const slot = findGram(index, symbols, at);
      if (slot < 0) continue;
      hits[hitCount] = at;
      hitSlots[hitCount++] = slot;
    }
    return { symbols, count, place: (at) => places[at] ?? 0, hits, hitSlots, hitCount, leads, leadCount };
  };
  return { buffer, scan };
}
