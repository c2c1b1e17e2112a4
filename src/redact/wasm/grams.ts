// Eight symbols looked up in the tables of gram-index.ts. In three steps, of which the first two answer nearly always and are small enough to stand where they are called.
import { BITMAP, SLOTS } from './memory';

export function hashGram(gram: u64): u32 {
  return ((<u32>gram) ^ (<u32>(gram >> 32) * 0x85ebca6b)) * 0x9e3779b1;
}

/** No is certain. */
export function mayBeGram(hash: u32): bool {
  return ((load<u32>(BITMAP + ((hash >> 19) << 2)) >> ((hash >> 14) & 31)) & 1) != 0;
}

/** The slot, or -1. */
export function findSlot(gram: u64, hash: u32, slotBits: i32): i32 {
  // The table of first entries stands behind the slots.
  const first: usize = SLOTS + ((<usize>8) << slotBits);
  const mask = (1 << slotBits) - 1;
  for (let slot = <i32>(hash >> (32 - slotBits)); load<i32>(first + (slot << 2)) != -1; slot = (slot + 1) & mask) {
    if (load<u64>(SLOTS + (slot << 3)) == gram) return slot;
  }
  return -1;
}
