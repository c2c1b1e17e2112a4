// The decorator is AssemblyScript's, and Prettier does not read it: two places need this where they are.
import { PACK } from './memory';
import { foldAll, symbolsAmong } from './vectors';

/** Puts the symbols among sixteen bytes side by side at `to`, and gives how many there are. As many bytes may be written there. */
@inline
export function pack(bytes: v128, to: usize, verbatim: bool): i32 {
  const symbols = foldAll(bytes, verbatim);
  const mask = symbolsAmong(bytes, symbols, verbatim);
  if (mask == 0xffff) {
    v128.store(to, symbols);
    return 16;
  }
  const low = mask & 0xff;
  v128.store(to, i8x16.swizzle(symbols, v128.load64_zero(PACK + (low << 3))));
  const high = mask >> 8;
  v128.store(to + popcnt(low), i8x16.swizzle(symbols, i8x16.add(v128.load64_zero(PACK + (high << 3)), i8x16.splat(8))));
  return popcnt(mask);
}
