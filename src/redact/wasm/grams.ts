// Eight symbols looked up as in gram-index.ts, in a table of the grams themselves. In three steps, of which the first two answer nearly always and are small enough to stand where they are called.
import { BITMAP, GRAM, SLOTS } from './memory';

export function hashGram(gram: u64): u32 {
  return ((<u32>gram) ^ (<u32>(gram >> 32) * 0x85ebca6b)) * 0x9e3779b1;
}

/** No is certain. */
export function mayBeGram(hash: u32): bool {
  const bits: u32 = (1 << ((hash >> 14) & 31)) | (1 << ((hash >> 9) & 31));
  return (load<u32>(BITMAP + ((hash >> 19) << 2)) & bits) == bits;
}

/** The slot, or -1. */
export function findSlot(gram: u64, hash: u32, slotBits: i32): i32 {
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

/** Whether one of the needles' grams is among the symbols from `at` to `stop`. */
export function holdsGram(at: usize, stop: usize, slotBits: i32): bool {
  for (; at + GRAM <= stop; at++) {
    const gram = load<u64>(at);
    const hash = hashGram(gram);
    if (mayBeGram(hash) && findSlot(gram, hash, slotBits) >= 0) return true;
  }
  return false;
}
