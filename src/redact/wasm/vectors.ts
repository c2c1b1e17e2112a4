// Sixteen bytes at a time. The constants are read from memory: V8 would put each together anew, in four instructions, wherever it stands.

const LOW_NIBBLE = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15], 16);
const LEADS_BY_LOW = memory.data<u8>([0, 0, 0, 0, 0, 4, 4, 0, 1, 0, 0, 2, 16, 8, 16, 0], 16);
const LEADS_BY_HIGH = memory.data<u8>([1, 2, 4, 8, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 16);
const CASE = memory.data<u64>([0x2020202020202020, 0x2020202020202020], 16);
const FIRST_LETTER = memory.data<u64>([0x6161616161616161, 0x6161616161616161], 16);
const LAST_LETTER = memory.data<u64>([0x1919191919191919, 0x1919191919191919], 16);
const FIRST_DIGIT = memory.data<u64>([0x3030303030303030, 0x3030303030303030], 16);
const LAST_DIGIT = memory.data<u64>([0x0909090909090909, 0x0909090909090909], 16);

/**
 * A bit for each kind of byte: leads are 1 (08, 1b, and by chance 0b, 18), 2 (%), 4 (&), 8 (=) or 16 (\\, ^), what gives a symbol in words is 32 (digits), 64 or 128 (letters). For each kind of lead
 * the next two tables say what may stand behind it where an escape goes on, and those behind them what may stand there next.
 */
const KINDS_BY_LOW = memory.data<u8>([160, 224, 224, 224, 224, 226, 228, 224, 225, 224, 192, 65, 80, 72, 80, 64], 16);
const KINDS_BY_HIGH = memory.data<u8>([1, 1, 6, 40, 64, 144, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0], 16);
const SECOND_BY_LOW = memory.data<u8>([31, 31, 31, 31, 31, 31, 31, 31, 31, 15, 13, 21, 21, 13, 21, 5], 16);
const SECOND_BY_HIGH = memory.data<u8>([9, 1, 5, 27, 31, 21, 31, 23, 1, 1, 1, 1, 1, 1, 1, 1], 16);
const THIRD_BY_LOW = memory.data<u8>([31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 23, 23, 23, 23, 23, 23], 16);
const THIRD_BY_HIGH = memory.data<u8>([19, 19, 19, 27, 31, 23, 31, 23, 19, 19, 19, 19, 19, 19, 19, 19], 16);
/** Behind `&#`, and behind `=` with a line's end, anything may stand. */
const BEYOND_SIGNS: u8 = 0x24;

export const CONTROL_KIND: u8 = 1;
export const EQUALS_KIND: u8 = 8;
export const BACKSLASH_KIND: u8 = 16;

/** The kinds of sixteen bytes. */
export function kindsOf(bytes: v128): v128 {
  return classify(bytes, v128.load(KINDS_BY_LOW), v128.load(KINDS_BY_HIGH));
}

/** Of kinds those of leads alone, and of these such as may go on as escapes by the bytes behind each: some that do not stay. */
export function leadsThatGoOn(kinds: v128, second: v128, third: v128): v128 {
  const behind = v128.or(classify(third, v128.load(THIRD_BY_LOW), v128.load(THIRD_BY_HIGH)), i8x16.lt_u(second, i8x16.splat(BEYOND_SIGNS)));
  return v128.and(v128.and(kinds, classify(second, v128.load(SECOND_BY_LOW), v128.load(SECOND_BY_HIGH))), behind);
}

/** A bit for each byte whose kind gives a symbol in words, the first one lowest. */
export function symbolsOf(kinds: v128): i32 {
  return i8x16.bitmask(i8x16.add_sat_u(kinds, i8x16.splat(96)));
}

/** A bit for each byte that is of a kind. */
export function notedOf(kinds: v128): i32 {
  return i8x16.bitmask(i8x16.add_sat_u(kinds, i8x16.splat(127)));
}

/** For each byte the bits that one table has for its low half and the other for its high half. */
function classify(bytes: v128, byLow: v128, byHigh: v128): v128 {
  const low = v128.load(LOW_NIBBLE);
  return v128.and(i8x16.swizzle(byLow, v128.and(bytes, low)), i8x16.swizzle(byHigh, v128.and(i16x8.shr_u(bytes, 4), low)));
}

/** For each byte not zero where it is one of 08 1b 25 26 3d 5c 5e, with which escapes begin: both tables agree in a bit for these alone. */
export function leadsAmong(bytes: v128): v128 {
  return classify(bytes, v128.load(LEADS_BY_LOW), v128.load(LEADS_BY_HIGH));
}

/** A bit for each byte that is not zero, the first one lowest. */
export function bitsOf(bytes: v128): i32 {
  return i8x16.bitmask(i8x16.ne(bytes, i8x16.splat(0)));
}

/** The bytes with their letters in one case, or as they are. */
export function foldAll(bytes: v128, verbatim: bool): v128 {
  return verbatim ? bytes : v128.or(bytes, v128.load(CASE));
}

/** A bit for each byte that gives a symbol, the first one lowest. `folded`: the same bytes as foldAll gives them. */
export function symbolsAmong(bytes: v128, folded: v128, verbatim: bool): i32 {
  return i8x16.bitmask(
    verbatim
      ? v128.andnot(i8x16.gt_u(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(0x7f)))
      : v128.or(
          i8x16.le_u(i8x16.sub(folded, v128.load(FIRST_LETTER)), v128.load(LAST_LETTER)),
          i8x16.le_u(i8x16.sub(bytes, v128.load(FIRST_DIGIT)), v128.load(LAST_DIGIT)),
        ),
  );
}
