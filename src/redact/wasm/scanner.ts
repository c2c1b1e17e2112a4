// The scanner of script-scanner.ts for WebAssembly with 128-bit vectors, in AssemblyScript. It gives the same answers. wasm-scanner.ts writes the bytes
// and the tables where the exported constants say; `scan` leaves its counts in globals, `scanEscapes` its stretches at STRETCHES.
import { endOfControl, readNamed } from './escape';
import { fold } from './fold';
import { findSlot, hashGram, mayBeGram } from './grams';
import { BUFFER, ESCAPE, GRAM, HITS, HIT_SLOTS, LEADS, LEAD_SYMBOLS, MARKS, SYMBOLS } from './memory';
import { pack } from './pack';
import { findStretches } from './stretches';
import { bitsOf, foldAll, leadsAmong, symbolsAmong } from './vectors';

export { BITMAP, BUFFER, CAPACITY, HITS, HIT_SLOTS, LEADS, MARKS, PACK, SLOTS, STRETCHES, SYMBOLS } from './memory';

const MARK_BYTES: i32 = 256;

export let symbolCount: i32 = 0;
export let leadCount: i32 = 0;
export let markCount: i32 = 0;

let at: i32 = 0;
let out: i32 = 0;
let nextMark: i32 = 0;
let hasControls: bool = false;

export function scan(end: i32, seen: i32, step: i32, slotBits: i32, verbatim: bool): i32 {
  at = 0;
  out = 0;
  nextMark = 0;
  leadCount = 0;
  markCount = 0;
  hasControls = false;
  project(seen, end, verbatim);
  const firstNew = out;
  project(end, end, verbatim);
  symbolCount = out;
  return look(max(0, firstNew - GRAM - step + 2), out, step, slotBits);
}

/** Among the escapes of the last scan: see scanEscapes of scanner.ts. Gives how many stretches there are. */
export function scanEscapes(end: i32, seen: i32, fourBits: i32, slotBits: i32, verbatim: bool): i32 {
  return findStretches(leadCount, end, seen, verbatim, hasControls, fourBits, slotBits);
}

/** Gives the symbols of the bytes up to `stop`, or a little further where a control sequence goes on. */
function project(stop: i32, end: i32, verbatim: bool): void {
  // Globals would be written to memory and read again for each vector.
  let i = at;
  let to = out;
  while (i < stop) {
    if (i >= nextMark) mark(i, to);
    if (i + 16 > stop) {
      at = i;
      out = to;
      one(end, verbatim);
      i = at;
      to = out;
      continue;
    }
    const bytes = v128.load(BUFFER + i);
    const special = leadsAmong(bytes);
    if (v128.any_true(special)) {
      if (v128.any_true(i8x16.eq(bytes, i8x16.splat(ESCAPE)))) {
        at = i;
        out = to;
        const last = min(i + 16, stop);
        while (at < last) one(end, verbatim);
        i = at;
        to = out;
        continue;
      }
      let leads = bitsOf(special);
      do {
        noteLead(i, ctz(leads), to, end, verbatim);
        leads &= leads - 1;
      } while (leads != 0);
    }
    to += pack(bytes, SYMBOLS + to, verbatim);
    i += 16;
  }
  at = i;
  out = to;
}

function one(end: i32, verbatim: bool): void {
  const byte = load<u8>(BUFFER + at);
  if (byte == ESCAPE) {
    hasControls = true;
    at = endOfControl(BUFFER, at, end);
    return;
  }
  noteLead(at, 0, out, end, verbatim);
  const symbol = fold(byte, verbatim);
  if (symbol != 0) store<u8>(SYMBOLS + out++, symbol);
  at++;
}

function mark(place: i32, symbol: i32): void {
  store<i32>(MARKS + (markCount << 3), place);
  store<i32>(MARKS + (markCount << 3), symbol, 4);
  markCount++;
  nextMark = place + MARK_BYTES;
}

/** As mayBeginEscape of escape-leads.ts for the byte so many behind `from`, before which there are so many symbols; -1 stands behind the end. */
function noteLead(from: i32, behind: i32, symbols: i32, end: i32, verbatim: bool): void {
  const place = from + behind;
  const one: i32 = place + 1 < end ? load<u8>(BUFFER + place + 1) : -1;
  let fits: bool;
  switch (load<u8>(BUFFER + place)) {
    case 0x08:
      fits = true;
      break;
    case 0x25:
      fits = isHex(one) ? isHex(place + 2 < end ? load<u8>(BUFFER + place + 2) : -1) : one == 0x75;
      break;
    case 0x3d:
      if (one == 0x0d || one == 0x0a) {
        fits = breaksQuoted(place);
        break;
      }
      fits = isHex(one) && isHex(place + 2 < end ? load<u8>(BUFFER + place + 2) : -1);
      break;
    case 0x26:
      fits = one == 0x23 || readNamed(BUFFER, place, end);
      break;
    case 0x5c:
      fits =
        verbatim ||
        one < 0 ||
        one == 0x5c ||
        (one >= 0x30 && one <= 0x37) ||
        one == 0x78 ||
        one == 0x75 ||
        one == 0x55 ||
        one == 0x65 ||
        one == 0x45 ||
        one == 0x6e ||
        one == 0x72 ||
        one == 0x74;
      break;
    case 0x5e:
      fits = one == 0x5b;
      break;
    default:
      return;
  }
  if (!fits) return;
  const bytes = v128.load(BUFFER + from);
  const mask = symbolsAmong(bytes, foldAll(bytes, verbatim), verbatim) & ((1 << behind) - 1);
  store<i32>(LEADS + (leadCount << 2), place);
  store<i32>(LEAD_SYMBOLS + (leadCount << 2), symbols + popcnt(mask));
  leadCount++;
}

/** As breaksQuoted of escape-leads.ts. */
function breaksQuoted(place: i32): bool {
  if (place < 1) return false;
  const before = load<u8>(BUFFER + place - 1);
  return before == 0x3d || (isHex(before) && place > 1 && load<u8>(BUFFER + place - 2) == 0x3d);
}

function isHex(byte: i32): bool {
  return byte < 0 || (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** Tries every `step`th gram from the symbol `from` on. */
function look(from: i32, count: i32, step: i32, slotBits: i32): i32 {
  let hits = 0;
  for (let place = from; place + GRAM <= count; place += step) {
    const gram = load<u64>(SYMBOLS + place);
    const hash = hashGram(gram);
    if (!mayBeGram(hash)) continue;
    const slot = findSlot(gram, hash, slotBits);
    if (slot < 0) continue;
    store<i32>(HITS + (hits << 2), place);
    store<i32>(HIT_SLOTS + (hits << 2), slot);
    hits++;
  }
  return hits;
}
