// Whether an escape need not be read, since nothing of a needle goes through it.
import { BACKSLASH, BACKSPACE, EQUALS, NOTHING, isLead, readEscape, stands } from './escape';
import { fold } from './fold';
import { holdsGram, mayBeFour } from './grams';
import { BESIDE, BUFFER, ESCAPE, FOUR, GRAM, JOINED, SYMBOLS } from './memory';
import { hasControls } from './project';
import { verbatim } from './search';
import {
  BACKSLASH_KIND,
  CONTROL_KIND,
  EQUALS_KIND,
  bitsOf,
  foldAll,
  kindsOf,
  leadsAmong,
  leadsThatGoOn,
  notedOf,
  symbolsAmong,
  symbolsOf,
} from './vectors';

/** As in stands-alone.ts of the other side. */
export const REACH: i32 = 72;
export const APART: i32 = 2 * REACH;
const NEAR: i32 = 8;
const SIDE: i32 = GRAM - 1;
const MAX_MADE: i32 = 12;
const CLEAR: i32 = 16;
const CLEAR_FROM: i32 = 1024;
const BEHIND_FIRST: i32 = 0xfffe;
/** As in fold.ts there. */
const MAX_CONTROL_BYTES: i32 = 32;
const WINDOW: i32 = 32;

let end: i32 = 0;
/** No control sequence that begins before it counts; at the end where there is none at all. */
let firstControl: i32 = 0;

/** For the escapes of one scan. */
export function openSurroundings(stop: i32, control: i32): void {
  end = stop;
  firstControl = control;
}

/** As in stands-alone.ts of the other side: `first` is the last byte of the escape before this one, `next` where the one behind it begins, or -1. `symbol`: so many symbols stand before it. */
export function standsAlone(at: i32, symbol: i32, byte: i32, behind: i32, cut: bool, first: i32, next: i32): bool {
  if (cut || byte > 0xff || load<u8>(BUFFER + at) == BACKSPACE) return false;
  if (byte >= 0 && isLead(<u8>byte) && makesAnother(at, at, byte, behind)) return false;
  if (isClear(at, symbol, behind, first, next)) return true;
  // Without control sequences so many bytes on either side are enough nearly always, and are looked at together.
  if (firstControl == end && at >= WINDOW && behind + WINDOW <= end && behind - at < WINDOW) {
    const before = symbolsIn(at - WINDOW);
    const after = symbolsIn(behind);
    if (areEnough(before) && areEnough(after)) {
      if (!isClearBefore(at, byte, behind, first, before) || !isClearBehind(behind, next, after)) return false;
      return isNoGram(symbol, byte, symbol + <i32>popcnt(symbolsIn(at) & ((1 << (behind - at)) - 1)));
    }
  }
  const last = max(0, at - APART);
  let symbols = 0;
  let from: usize = BESIDE + SIDE;
  let i = at - 1;
  for (; (symbols < NEAR || at - i <= MAX_MADE) && i >= last; i--) {
    const other = load<u8>(BUFFER + i);
    if (i == first) return false;
    if (other <= 0x5e) {
      if (isUnlisted(i, other)) return false;
      if (at - i <= MAX_MADE && isLead(other) && makesAnother(i, at, byte, behind)) return false;
    }
    const symbol = fold(other, verbatim);
    if (symbol != 0 && ++symbols <= SIDE) store<u8>(--from, symbol);
  }
  // Without control sequences the first of them stands at the end.
  for (let k = at - 1; k >= firstControl && k > i - MAX_CONTROL_BYTES; k--) if (load<u8>(BUFFER + k) == ESCAPE) return false;
  let to: usize = BESIDE + SIDE;
  const own = byte < 0 ? 0 : fold(<u8>byte, verbatim);
  if (own != 0) store<u8>(to++, own);
  const stop = min(end, at + APART);
  symbols = 0;
  for (let k = behind; (symbols < NEAR || k - behind <= MAX_MADE) && k < stop; k++) {
    const other = load<u8>(BUFFER + k);
    if (k == next || other == ESCAPE || isUnlisted(k, other)) return false;
    const symbol = fold(other, verbatim);
    if (symbol != 0 && ++symbols <= SIDE) store<u8>(to++, symbol);
  }
  return !holdsGram(from, to);
}

/** As isClear there. */
function isClear(at: i32, symbol: i32, behind: i32, first: i32, next: i32): bool {
  if (verbatim || hasControls || end < CLEAR_FROM || at < CLEAR || behind + CLEAR + 2 > end || behind - at > CLEAR) return false;
  if (at - first <= CLEAR || (next >= 0 && next - behind < CLEAR)) return false;
  const before = kindsOf(v128.load(BUFFER + at - CLEAR));
  if (symbolsOf(before) != notedOf(before) || popcnt(symbolsOf(before) & BEHIND_FIRST) < FOUR) return false;
  const after = kindsOf(v128.load(BUFFER + behind));
  if (popcnt(symbolsOf(after)) < FOUR) return false;
  if (v128.any_true(v128.and(after, i8x16.splat(CONTROL_KIND | BACKSLASH_KIND)))) return false;
  const signs = v128.and(leadsThatGoOn(after, v128.load(BUFFER + behind, 1), v128.load(BUFFER + behind, 2)), i8x16.splat(EQUALS_KIND));
  for (let left = notedOf(signs); left != 0; left &= left - 1) if (readEscape(BUFFER, behind + ctz(left), end)) return false;
  const own = symbolsOf(kindsOf(v128.load(BUFFER + at))) & ((1 << (behind - at)) - 1);
  return areForeign(symbol, symbol + popcnt(own));
}

/** Whether neither the four symbols before the symbol `symbol` nor those from `behind` on stand in a row in a needle. */
function areForeign(symbol: i32, behind: i32): bool {
  return !mayBeFour(load<u32>(SYMBOLS + symbol - FOUR)) && !mayBeFour(load<u32>(SYMBOLS + behind));
}

/** A bit for each of WINDOW bytes from `start` on that gives a symbol. */
function symbolsIn(start: i32): u32 {
  const low = v128.load(BUFFER + start);
  const high = v128.load(BUFFER + start, 16);
  return symbolsAmong(low, foldAll(low, verbatim), verbatim) | (symbolsAmong(high, foldAll(high, verbatim), verbatim) << 16);
}

/** A bit for each of WINDOW bytes from `start` on that an escape may begin with. */
function leadsIn(start: i32): u32 {
  return bitsOf(leadsAmong(v128.load(BUFFER + start))) | (bitsOf(leadsAmong(v128.load(BUFFER + start, 16))) << 16);
}

/** What the loop over the bytes before an escape finds, where WINDOW of them hold NEAR symbols or more. */
function isClearBefore(at: i32, byte: i32, behind: i32, first: i32, symbols: u32): bool {
  if (isNearBefore(at - first, symbols)) return false;
  for (let left = leadsIn(at - WINDOW); left != 0; left &= left - 1) {
    const distance = WINDOW - ctz(left);
    if (!isNearBefore(distance, symbols)) continue;
    if (isUnlisted(at - distance, load<u8>(BUFFER + at - distance))) return false;
    if (distance <= MAX_MADE && makesAnother(at - distance, at, byte, behind)) return false;
  }
  return true;
}

/** The same behind it. */
function isClearBehind(behind: i32, next: i32, symbols: u32): bool {
  if (next >= 0 && isNearBehind(next - behind, symbols)) return false;
  for (let left = leadsIn(behind); left != 0; left &= left - 1) {
    const distance = ctz(left);
    if (!isNearBehind(distance, symbols)) break;
    const other = load<u8>(BUFFER + behind + distance);
    if (other == ESCAPE || isUnlisted(behind + distance, other)) return false;
  }
  return true;
}

function areEnough(symbols: u32): bool {
  return <i32>popcnt(symbols) >= NEAR;
}

/** Whether fewer than NEAR symbols stand between a byte so far before an escape and that, or it is no farther than MAX_MADE. */
function isNearBefore(distance: i32, symbols: u32): bool {
  return distance <= MAX_MADE || (distance <= WINDOW && !areEnough(symbols >> (WINDOW + 1 - distance)));
}

function isNearBehind(distance: i32, symbols: u32): bool {
  return distance <= MAX_MADE || (distance < WINDOW && !areEnough(symbols & ((1 << distance) - 1)));
}

/** Whether no gram goes through an escape behind so many symbols, up to the symbol `behind`: of its other seven symbols four stand on one side. */
function isNoGram(symbol: i32, byte: i32, behind: i32): bool {
  if (areForeign(symbol, behind)) return true;
  store<u64>(BESIDE, load<u64>(SYMBOLS + symbol - SIDE));
  let to: usize = BESIDE + SIDE;
  const own = byte < 0 ? 0 : fold(<u8>byte, verbatim);
  if (own != 0) store<u8>(to++, own);
  store<u64>(to, load<u64>(SYMBOLS + behind));
  return !holdsGram(BESIDE, to + SIDE);
}

function isUnlisted(at: i32, byte: u8): bool {
  return (byte == BACKSLASH || byte == EQUALS) && readEscape(BUFFER, at, end) && stands <= 0x20;
}

/** Whether an escape begins at `start` once that from `at` to `behind` has been read, or there itself. */
function makesAnother(start: i32, at: i32, byte: i32, behind: i32): bool {
  const before = at - start;
  memory.copy(JOINED, BUFFER + start, before);
  let length = before;
  if (byte != NOTHING) store<u8>(JOINED + length++, <u8>byte);
  const rest = min(end, behind + MAX_MADE) - behind;
  memory.copy(JOINED + length, BUFFER + behind, rest);
  return readEscape(JOINED, 0, length + rest);
}
