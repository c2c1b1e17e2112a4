// The scanner of script-scanner.ts for WebAssembly with 128-bit vectors, in AssemblyScript. It gives the same answers. wasm-scanner.ts writes the bytes
// and the tables where the exported constants say; `scan` leaves the counts in globals.

/** As CAPACITY of scanner.ts, with room for a vector that reaches over. */
export const CAPACITY: usize = 70656;
const ROOM: usize = CAPACITY + 64;

/** Where things stand in memory, for wasm-scanner.ts to read: the shuffles of `pack`, the bytes, their symbols, marks, hits and leads, then the grams. */
export const PACK: usize = 1024;
export const BUFFER: usize = 4096;
export const SYMBOLS: usize = BUFFER + ROOM;
export const MARKS: usize = SYMBOLS + ROOM;
export const HITS: usize = MARKS + 4096;
export const HIT_SLOTS: usize = HITS + 4 * ROOM;
export const LEADS: usize = HIT_SLOTS + 4 * ROOM;
export const BITMAP: usize = LEADS + 4 * ROOM;
export const SLOTS: usize = BITMAP + 32768;

const MARK_BYTES: i32 = 256;
const GRAM: i32 = 8;
const ESCAPE: u8 = 0x1b;

export let symbolCount: i32 = 0;
export let leadCount: i32 = 0;
export let markCount: i32 = 0;

let at: i32 = 0;
let out: i32 = 0;
let nextMark: i32 = 0;

export function scan(end: i32, seen: i32, step: i32, slotBits: i32, verbatim: bool): i32 {
  at = 0;
  out = 0;
  nextMark = 0;
  leadCount = 0;
  markCount = 0;
  project(seen, end, verbatim);
  const firstNew = out;
  project(end, end, verbatim);
  symbolCount = out;
  return look(max(0, firstNew - GRAM - step + 2), out, step, slotBits);
}

/** Gives the symbols of the bytes up to `stop`, or a little further where a control sequence goes on. */
function project(stop: i32, end: i32, verbatim: bool): void {
  while (at < stop) {
    if (at >= nextMark) mark();
    if (at + 16 > stop) {
      one(end, verbatim);
      continue;
    }
    const bytes = v128.load(BUFFER + at);
    // Both tables agree in a bit for 08 1b 25 26 3d 5c 5e alone.
    const special = v128.and(
      i8x16.swizzle(i8x16(0, 0, 0, 0, 0, 4, 4, 0, 1, 0, 0, 2, 16, 8, 16, 0), v128.and(bytes, i8x16.splat(15))),
      i8x16.swizzle(i8x16(1, 2, 4, 8, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), i8x16.shr_u(bytes, 4)),
    );
    if (v128.any_true(special)) {
      if (v128.any_true(i8x16.eq(bytes, i8x16.splat(ESCAPE)))) {
        const from = at;
        while (at < from + 16 && at < stop) one(end, verbatim);
        continue;
      }
      let leads = i8x16.bitmask(i8x16.ne(special, i8x16.splat(0)));
      do {
        noteLead(at + ctz(leads), end, verbatim);
        leads &= leads - 1;
      } while (leads != 0);
    }
    pack(bytes, verbatim);
    at += 16;
  }
}

/** Puts the symbols among sixteen bytes side by side. */
function pack(bytes: v128, verbatim: bool): void {
  let symbols = bytes;
  let kept: v128;
  if (verbatim) {
    kept = v128.andnot(i8x16.gt_u(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(0x7f)));
  } else {
    symbols = v128.or(bytes, i8x16.splat(0x20));
    kept = v128.or(
      i8x16.lt_u(i8x16.sub(symbols, i8x16.splat(0x61)), i8x16.splat(26)),
      i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10)),
    );
  }
  const mask = i8x16.bitmask(kept);
  if (mask == 0xffff) {
    v128.store(SYMBOLS + out, symbols);
    out += 16;
    return;
  }
  const low = mask & 0xff;
  v128.store(SYMBOLS + out, i8x16.swizzle(symbols, v128.load64_zero(PACK + (low << 3))));
  out += popcnt(low);
  const high = mask >> 8;
  v128.store(SYMBOLS + out, i8x16.swizzle(symbols, i8x16.add(v128.load64_zero(PACK + (high << 3)), i8x16.splat(8))));
  out += popcnt(high);
}

function one(end: i32, verbatim: bool): void {
  const byte = load<u8>(BUFFER + at);
  if (byte == ESCAPE) {
    at = endOfControl(at, end);
    return;
  }
  const symbol = fold(byte, verbatim);
  if (symbol != 0) store<u8>(SYMBOLS + out++, symbol);
  noteLead(at, end, verbatim);
  at++;
}

function fold(byte: u8, verbatim: bool): u8 {
  if (verbatim) return byte <= 0x20 || byte == 0x7f ? 0 : byte;
  const lower = byte | 0x20;
  if (<u8>(lower - 0x61) < 26) return lower;
  return <u8>(byte - 0x30) < 10 ? byte : 0;
}

function mark(): void {
  store<i32>(MARKS + (markCount << 3), at);
  store<i32>(MARKS + (markCount << 3), out, 4);
  markCount++;
  nextMark = at + MARK_BYTES;
}

/** As endOfControl of fold.ts. */
function endOfControl(start: i32, end: i32): i32 {
  if (start + 1 >= end) return end;
  const kind = load<u8>(BUFFER + start + 1);
  if (kind == 0x5b) return endOfSequence(start, end);
  return kind >= 0x28 && kind <= 0x2b ? min(start + 3, end) : start + 1;
}

function endOfSequence(start: i32, end: i32): i32 {
  let digits = 0;
  const limit = min(end, start + 32);
  for (let i = start + 2; i < limit; i++) {
    const byte = load<u8>(BUFFER + i);
    if (byte >= 0x40 && byte <= 0x7e) return i + 1;
    if (byte < 0x20 || byte > 0x7e) return start + 1;
    digits = byte >= 0x30 && byte <= 0x39 ? digits + 1 : 0;
    if (digits > 4) return start + 1;
  }
  return limit == end ? end : start + 1;
}

/** As mayBeginEscape of escape-leads.ts; -1 stands behind the end. */
function noteLead(place: i32, end: i32, verbatim: bool): void {
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
      fits = isHex(one) && isHex(place + 2 < end ? load<u8>(BUFFER + place + 2) : -1);
      break;
    case 0x26:
      fits = one == 0x23 || one < 0 || ((one | 0x20) >= 0x61 && (one | 0x20) <= 0x7a);
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
  if (fits) store<i32>(LEADS + (leadCount++ << 2), place);
}

function isHex(byte: i32): bool {
  return byte < 0 || (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** Tries every `step`th gram from the symbol `from` on. */
function look(from: i32, count: i32, step: i32, slotBits: i32): i32 {
  const first: usize = firsts(slotBits);
  const mask = (1 << slotBits) - 1;
  const shift = 32 - slotBits;
  let hits = 0;
  for (let place = from; place + GRAM <= count; place += step) {
    const gram = load<u64>(SYMBOLS + place);
    const hash: u32 = ((<u32>gram) ^ (<u32>(gram >> 32) * 0x85ebca6b)) * 0x9e3779b1;
    if (((load<u32>(BITMAP + ((hash >> 19) << 2)) >> ((hash >> 14) & 31)) & 1) == 0) continue;
    for (let slot = <i32>(hash >> shift); load<i32>(first + (slot << 2)) != -1; slot = (slot + 1) & mask) {
      if (load<u64>(SLOTS + (slot << 3)) != gram) continue;
      store<i32>(HITS + (hits << 2), place);
      store<i32>(HIT_SLOTS + (hits << 2), slot);
      hits++;
      break;
    }
  }
  return hits;
}

/** The table of first entries stands behind the slots. */
function firsts(slotBits: i32): usize {
  return SLOTS + ((<usize>8) << slotBits);
}
