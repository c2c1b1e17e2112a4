/** The symbol of a byte, as in fold.ts, or 0. */
export function fold(byte: u8, verbatim: bool): u8 {
  if (verbatim) return byte <= 0x20 || byte == 0x7f ? 0 : byte;
  const lower = byte | 0x20;
  if (<u8>(lower - 0x61) < 26) return lower;
  return <u8>(byte - 0x30) < 10 ? byte : 0;
}
