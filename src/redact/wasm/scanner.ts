// The scanner of script-scanner.ts for WebAssembly with 128-bit vectors, in AssemblyScript. It gives the same answers. wasm-scanner.ts writes the bytes
// and the tables where the exported constants say; `scan` leaves its counts in globals, `scanEscapes` its stretches at STRETCHES.
import { openGrams } from './grams';
import { look } from './look';
import { project, symbolCount } from './project';
import { setSearch } from './search';

export { endsPlainly, mayFollowCut } from './ending';
export { BITMAP, BUFFER, CAPACITY, HITS, HIT_SLOTS, LEADS, MARKS, PACK, SLOTS, STRETCHES, SYMBOLS } from './memory';
export { hasControls, leadCount, markCount, symbolCount } from './project';
export { findStretches as scanEscapes } from './stretches';

/** Once, before anything else. There are 2^slotBits slots, and 2^fourBits bits behind them. */
export function open(exact: bool, row: i32, slotBits: i32, fourBits: i32): void {
  setSearch(exact, row);
  openGrams(slotBits, fourBits);
}

/** See scanner.ts of the other side. Gives how many hits there are. */
export function scan(end: i32, seen: i32): i32 {
  const firstNew = project(end, seen);
  return look(firstNew, symbolCount);
}
