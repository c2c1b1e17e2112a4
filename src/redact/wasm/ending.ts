// What the end of a scanned stream tells, so that it need not be looked at any further.
import { fold } from './fold';
import { mayBeFour } from './grams';
import { BUFFER, FOUR, SYMBOLS } from './memory';
import { hasControls, symbolCount } from './project';
import { bytes, changed, holdsEquals, lastChange, length, readDeeper, readFirst } from './readings';
import { verbatim } from './search';

/** As NEAR_TAIL of engine-stream.ts. */
const NEAR: i32 = 64;
/** As REACH_BYTES and MAX_LINES of going-on.ts. */
const REACH: i32 = 256;
const MAX_LINES: i32 = 2;
const SPACE: u8 = 0x20;
const LINE_FEED: u8 = 0x0a;

/** See scanner.ts. */
export function endsPlainly(end: i32, symbols: i32): bool {
  const from = max(0, end - NEAR);
  // An escape or a control sequence that begins before the window may reach into its first half.
  if (!holds(symbols, BUFFER + max(0, end - NEAR / 2), BUFFER + end)) return false;
  return endsPlainlyIf(from, end, symbols, true) && (!holdsEquals(from, end) || endsPlainlyIf(from, end, symbols, false));
}

function endsPlainlyIf(from: i32, to: i32, symbols: i32, quoted: bool): bool {
  readFirst(from, to, quoted);
  if (!changed) return true;
  do {
    if (!holds(symbols, bytes + lastChange, bytes + length)) return false;
  } while (readDeeper());
  return true;
}

/** Whether these bytes give so many symbols: none do behind an escape that the end cuts off. */
function holds(symbols: i32, from: usize, to: usize): bool {
  for (; to > from && symbols > 0; to--) if (fold(load<u8>(to - 1), verbatim) != 0) symbols--;
  return symbols == 0;
}

/** See scanner.ts. Goes back over the cuts that listCuts of going-on.ts finds. */
export function mayFollowCut(end: i32): bool {
  if (hasControls || mayBeNeedle(symbolCount)) return true;
  let symbol = symbolCount;
  let lines = 0;
  let hasColumn = true;
  let spaces = 0;
  let hasGap = false;
  let hasBreak = false;
  for (let i = end - 1; i >= max(0, end - REACH - 1); i--) {
    const byte = load<u8>(BUFFER + i);
    if (fold(byte, verbatim) == 0) {
      spaces = byte == SPACE ? spaces + 1 : 0;
      if (spaces == 2) hasGap = true;
      if (byte == LINE_FEED) hasBreak = true;
      continue;
    }
    const isColumn = !hasBreak && !hasColumn && hasGap;
    if (symbol < symbolCount && (hasBreak || isColumn)) {
      if (hasBreak && ++lines > MAX_LINES) return false;
      if (mayBeNeedle(symbol)) return true;
      hasColumn = isColumn;
    }
    spaces = 0;
    hasGap = false;
    hasBreak = false;
    symbol--;
  }
  return false;
}

/** Whether the four symbols before `behind` may stand in a row in a needle. */
function mayBeNeedle(behind: i32): bool {
  return behind < FOUR || mayBeFour(load<u32>(SYMBOLS + behind - FOUR));
}
