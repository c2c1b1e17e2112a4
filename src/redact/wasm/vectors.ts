// Sixteen bytes at a time. The constants are read from memory: V8 would put each together anew, in four instructions, wherever it stands.

const LOW_NIBBLE = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15], 16);
const LEADS_BY_LOW = memory.data<u8>([0, 0, 0, 0, 0, 4, 4, 0, 1, 0, 0, 2, 16, 8, 16, 0], 16);
const LEADS_BY_HIGH = memory.data<u8>([1, 2, 4, 8, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 16);
const CASE = memory.data<u64>([0x2020202020202020, 0x2020202020202020], 16);
const FIRST_LETTER = memory.data<u64>([0x6161616161616161, 0x6161616161616161], 16);
const LAST_LETTER = memory.data<u64>([0x1919191919191919, 0x1919191919191919], 16);
const FIRST_DIGIT = memory.data<u64>([0x3030303030303030, 0x3030303030303030], 16);
const LAST_DIGIT = memory.data<u64>([0x0909090909090909, 0x0909090909090909], 16);

/** For each byte not zero where it is one of 08 1b 25 26 3d 5c 5e, with which escapes begin: both tables agree in a bit for these alone. */
export function leadsAmong(bytes: v128): v128 {
  const low = v128.load(LOW_NIBBLE);
  return v128.and(
    i8x16.swizzle(v128.load(LEADS_BY_LOW), v128.and(bytes, low)),
    i8x16.swizzle(v128.load(LEADS_BY_HIGH), v128.and(i16x8.shr_u(bytes, 4), low)),
  );
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
