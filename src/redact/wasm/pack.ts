// The decorators are AssemblyScript's, and Prettier does not read them: these stand where they are used.
import { PACK } from './memory';
import { foldAll, symbolsAmong } from './vectors';

/** Puts the symbols among sixteen bytes side by side at `to`, and gives how many there are. As many bytes may be written there. */
@inline
export function pack(bytes: v128, to: usize, verbatim: bool): i32 {
  const folded = foldAll(bytes, verbatim);
  return shuffle(folded, symbolsAmong(bytes, folded, verbatim), to);
}

/** The same for bytes that are folded, with a bit in `symbols` for each that gives a symbol. */
@inline
export function shuffle(folded: v128, symbols: i32, to: usize): i32 {
  if (symbols == 0xffff) {
    v128.store(to, folded);
    return 16;
  }
  const low = symbols & 0xff;
  v128.store(to, i8x16.swizzle(folded, v128.load64_zero(PACK + (low << 3))));
  const high = symbols >> 8;
  v128.store(to + popcnt(low), i8x16.swizzle(folded, i8x16.add(v128.load64_zero(PACK + (high << 3)), i8x16.splat(8))));
  return popcnt(symbols);
}
