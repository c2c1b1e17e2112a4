// The symbols of a stream, one behind another, and where escapes may begin among its bytes.
import { briefLength } from './brief';
import { endOfControl, isLead } from './escape';
import { fold } from './fold';
import { mayBegin } from './leads';
import { BUFFER, ESCAPE, LEADS, LEAD_SYMBOLS, MARKS, SYMBOLS } from './memory';
import { pack, shuffle } from './pack';
import { verbatim } from './search';
import { bitsOf, foldAll, kindsOf, leadsAmong, leadsThatGoOn, notedOf, symbolsAmong, symbolsOf } from './vectors';

const MARK_BYTES: i32 = 256;
/** Bytes of a vector, and with those behind the last of them that tell what that may begin. */
const VECTOR: i32 = 16;
const TELLING: i32 = VECTOR + 2;

export let symbolCount: i32 = 0;
export let leadCount: i32 = 0;
export let markCount: i32 = 0;
/** Whether there are control sequences. */
export let hasControls: bool = false;

let at: i32 = 0;
let nextMark: i32 = 0;

/** Projects the bytes up to `end`, and gives how many symbols there are before the byte `seen`, or a little further where a vector or a control sequence goes on. */
export function project(end: i32, seen: i32): i32 {
  at = nextMark = 0;
  symbolCount = leadCount = markCount = 0;
  hasControls = false;
  projectTo(seen, end);
  const firstNew = symbolCount;
  projectTo(end, end);
  keepLeads(end);
  return firstNew;
}

function projectTo(stop: i32, end: i32): void {
  const last = min(stop - VECTOR, end - TELLING);
  while (at < stop) {
    if (at >= nextMark) mark();
    if (!verbatim) projectWords(min(last, nextMark - 1));
    if (at <= last && at >= nextMark) continue;
    if (at + VECTOR <= stop) projectVector(stop, end);
    else if (at < stop) projectByte(end);
  }
}

/** Vectors that begin at `last` or before, up to one with a control sequence. Nothing is called here, so that what is needed stays in registers. */
function projectWords(last: i32): void {
  let i = at;
  let to = symbolCount;
  let noted = leadCount;
  for (; i <= last; i += VECTOR) {
    const bytes = v128.load(BUFFER + i);
    const kinds = kindsOf(bytes);
    const symbols = symbolsOf(kinds);
    if (symbols != notedOf(kinds)) {
      const leads = leadsThatGoOn(kinds, v128.load(BUFFER + i, 1), v128.load(BUFFER + i, 2));
      if (v128.any_true(leads)) {
        if (v128.any_true(i8x16.eq(bytes, i8x16.splat(ESCAPE)))) break;
        for (let left = notedOf(leads); left != 0; left &= left - 1) {
          const behind = ctz(left);
          store<i32>(LEADS + (noted << 2), i + behind);
          store<i32>(LEAD_SYMBOLS + (noted << 2), to + popcnt(symbols & ((1 << behind) - 1)));
          noted++;
        }
      }
    }
    to += shuffle(foldAll(bytes, false), symbols, SYMBOLS + to);
  }
  at = i;
  symbolCount = to;
  leadCount = noted;
}

/** One vector, whatever is in it. */
function projectVector(stop: i32, end: i32): void {
  const bytes = v128.load(BUFFER + at);
  if (v128.any_true(i8x16.eq(bytes, i8x16.splat(ESCAPE)))) {
    const last = min(at + VECTOR, stop);
    while (at < last) projectByte(end);
    return;
  }
  const symbols = symbolsAmong(bytes, foldAll(bytes, verbatim), verbatim);
  for (let left = bitsOf(leadsAmong(bytes)); left != 0; left &= left - 1) {
    const behind = ctz(left);
    noteLead(at + behind, symbolCount + popcnt(symbols & ((1 << behind) - 1)));
  }
  symbolCount += pack(bytes, SYMBOLS + symbolCount, verbatim);
  at += VECTOR;
}

function projectByte(end: i32): void {
  const byte = load<u8>(BUFFER + at);
  if (byte == ESCAPE) {
    hasControls = true;
    at = endOfControl(BUFFER, at, end);
    return;
  }
  if (isLead(byte)) noteLead(at, symbolCount);
  const symbol = fold(byte, verbatim);
  if (symbol != 0) store<u8>(SYMBOLS + symbolCount++, symbol);
  at++;
}

/** Notes a byte that an escape may begin with, before which there are so many symbols. */
function noteLead(place: i32, symbols: i32): void {
  store<i32>(LEADS + (leadCount << 2), place);
  store<i32>(LEAD_SYMBOLS + (leadCount << 2), symbols);
  leadCount++;
}

/** Of those that were noted, leaves those that an escape does begin with, by what stands behind them. */
function keepLeads(end: i32): void {
  let kept = 0;
  for (let i = 0; i < leadCount; i++) {
    const place = load<i32>(LEADS + (i << 2));
    if (briefLength(place, end) == 0 && !mayBegin(place, end)) continue;
    store<i32>(LEADS + (kept << 2), place);
    store<i32>(LEAD_SYMBOLS + (kept << 2), load<i32>(LEAD_SYMBOLS + (i << 2)));
    kept++;
  }
  leadCount = kept;
}

function mark(): void {
  store<i32>(MARKS + (markCount << 3), at);
  store<i32>(MARKS + (markCount << 3), symbolCount, 4);
  markCount++;
  nextMark = at + MARK_BYTES;
}
