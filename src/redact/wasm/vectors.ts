// Sixteen bytes at a time.

/** For each byte not zero where it is one of 08 1b 25 26 3d 5c 5e, with which escapes begin: both tables agree in a bit for these alone. */
export function leadsAmong(bytes: v128): v128 {
  return v128.and(
    i8x16.swizzle(i8x16(0, 0, 0, 0, 0, 4, 4, 0, 1, 0, 0, 2, 16, 8, 16, 0), v128.and(bytes, i8x16.splat(15))),
    i8x16.swizzle(i8x16(1, 2, 4, 8, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), i8x16.shr_u(bytes, 4)),
  );
}

/** A bit for each byte that is not zero, the first one lowest. */
export function bitsOf(bytes: v128): i32 {
  return i8x16.bitmask(i8x16.ne(bytes, i8x16.splat(0)));
}

/** The bytes with their letters in one case, or as they are. */
export function foldAll(bytes: v128, verbatim: bool): v128 {
  return verbatim ? bytes : v128.or(bytes, i8x16.splat(0x20));
}

/** A bit for each byte that gives a symbol, the first one lowest. `folded`: the same bytes as foldAll gives them. */
export function symbolsAmong(bytes: v128, folded: v128, verbatim: bool): i32 {
  return i8x16.bitmask(
    verbatim
      ? v128.andnot(i8x16.gt_u(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(0x7f)))
      : v128.or(
          i8x16.lt_u(i8x16.sub(folded, i8x16.splat(0x61)), i8x16.splat(26)),
          i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10)),
        ),
  );
}
