// The decorators are AssemblyScript's, and Prettier does not read them: this stands where it is asked, of every lead.
import { BACKSLASH, EQUALS } from './escape';
import { BUFFER } from './memory';

/** How many bytes the escape at a place takes where it is one of those that ordinary text is full of: 2 of `\n`, `\r` and `\t`, 3 of `=73`. 0 where it is another, or none. */
@inline
export function briefLength(at: i32, end: i32): i32 {
  if (at + 2 > end) return 0;
  const first = load<u8>(BUFFER + at);
  const second = load<u8>(BUFFER + at, 1);
  if (first == BACKSLASH) return second == 0x6e || second == 0x72 || second == 0x74 ? 2 : 0;
  return first == EQUALS && at + 3 <= end && isDigit(second) && isDigit(load<u8>(BUFFER + at, 2)) ? 3 : 0;
}

/** Whether it is a hexadecimal digit. */
@inline
function isDigit(byte: u8): bool {
  return <u8>(byte - 0x30) < 10 || <u8>((byte | 0x20) - 0x61) < 6;
}
