// Where grams stand among the symbols, as findHits of script-scanner.ts finds them.
import { findSlot, hashGram, mayBeFour, mayBeGram } from './grams';
import { FOUR, GRAM, HITS, HIT_SLOTS, SYMBOLS } from './memory';
import { hasControls } from './project';
import { row as ofNeedles } from './search';

/** As in script-scanner.ts. */
const BEFORE: i32 = GRAM - FOUR;
const LONG_ROW: i32 = GRAM + FOUR - 1;

/** Notes the hits at HITS and their slots at HIT_SLOTS, and gives how many there are. */
export function look(firstNew: i32, count: i32): i32 {
  let hits = 0;
  const row = hasControls ? GRAM : ofNeedles;
  const stride = row - FOUR + 1;
  const hop = row >= LONG_ROW ? BEFORE : 1;
  for (let four = max(0, firstNew - row - BEFORE + 1) + row - FOUR; four + FOUR <= count; four += stride) {
    if (!mayBeFour(load<u32>(SYMBOLS + four))) continue;
    for (let place = max(0, four - BEFORE); place <= four && place + GRAM <= count; place += hop) {
      const gram = load<u64>(SYMBOLS + place);
      const hash = hashGram(gram);
      if (!mayBeGram(hash)) continue;
      const slot = findSlot(gram, hash);
      if (slot < 0 || !mayBeRow(place, count, row)) continue;
      store<i32>(HITS + (hits << 2), place);
      store<i32>(HIT_SLOTS + (hits << 2), slot);
      hits++;
    }
  }
  return hits;
}

/** As mayBeRow of script-scanner.ts. */
function mayBeRow(place: i32, count: i32, row: i32): bool {
  const last = min(place, count - row);
  for (let from = max(0, place + GRAM - row); from <= last; from++)
    if (mayBeFour(load<u32>(SYMBOLS + from)) && mayBeFour(load<u32>(SYMBOLS + from + row - FOUR))) return true;
  return false;
}
