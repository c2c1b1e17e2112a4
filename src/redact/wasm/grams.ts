// What is looked for: rows of four symbols as in four-grams.ts, and of eight as in gram-index.ts, in a table of the grams themselves.
import { BITMAP, FOUR, GRAM, SLOTS } from './memory';

/** A needle's symbols that may stand before the last four of a gram. */
const BEFORE_FOUR: i32 = GRAM - FOUR;

let slotBits: i32 = 0;
let fourBits: i32 = 0;
let fours: usize = 0;

/** There are 2^ofSlots slots, and 2^ofFours bits in the bitmap behind them. */
export function openGrams(ofSlots: i32, ofFours: i32): void {
  slotBits = ofSlots;
  fourBits = ofFours;
  fours = SLOTS + ((<usize>8) << slotBits);
}

export function hashGram(gram: u64): u32 {
  return ((<u32>gram) ^ (<u32>(gram >> 32) * 0x85ebca6b)) * 0x9e3779b1;
}

/** No is certain. */
export function mayBeGram(hash: u32): bool {
  const bits: u32 = (1 << ((hash >> 14) & 31)) | (1 << ((hash >> 9) & 31));
  return (load<u32>(BITMAP + ((hash >> 19) << 2)) & bits) == bits;
}

/** The slot, or -1. */
export function findSlot(gram: u64, hash: u32): i32 {
  const mask = (1 << slotBits) - 1;
  let slot = <i32>(hash >> (32 - slotBits));
  let there = load<u64>(SLOTS + (slot << 3));
  // No gram is eight zeros: nothing is there.
  while (there != 0 && there != gram) {
    slot = (slot + 1) & mask;
    there = load<u64>(SLOTS + (slot << 3));
  }
  return there == 0 ? -1 : slot;
}

/** Whether four symbols may stand in a row in a needle, the first one lowest. No is certain. */
export function mayBeFour(packed: u32): bool {
  const place: u32 = (packed * 0x9e3779b1) >> (32 - fourBits);
  return ((load<u8>(fours + (place >> 3)) >> (<u8>(place & 7))) & 1) == 1;
}

/** Whether one of the needles' grams is among the symbols from `at` to `stop`. Of each gram one row of four is looked at first. */
export function holdsGram(at: usize, stop: usize): bool {
  for (let four = at + BEFORE_FOUR; four + FOUR <= stop; four += BEFORE_FOUR + 1) {
    if (!mayBeFour(load<u32>(four))) continue;
    for (let place = four - BEFORE_FOUR; place <= four && place + GRAM <= stop; place++) {
      const gram = load<u64>(place);
      const hash = hashGram(gram);
      if (mayBeGram(hash) && findSlot(gram, hash) >= 0) return true;
    }
  }
  return false;
}
