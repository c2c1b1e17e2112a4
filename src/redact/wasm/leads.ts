// Which bytes an escape may begin with, as escape-leads.ts says.
import { readNamed } from './escape';
import { BUFFER } from './memory';
import { verbatim } from './search';

/** As mayBeginEscape there, of what is none of the escapes of brief.ts; -1 stands behind the end. */
export function mayBegin(place: i32, end: i32): bool {
  const one: i32 = place + 1 < end ? load<u8>(BUFFER + place + 1) : -1;
  switch (load<u8>(BUFFER + place)) {
    case 0x08:
      return true;
    case 0x25:
      return isHex(one) ? isHex(place + 2 < end ? load<u8>(BUFFER + place + 2) : -1) : one == 0x75;
    case 0x3d:
      if (one == 0x0d || one == 0x0a) return breaksQuoted(place);
      return isHex(one) && isHex(place + 2 < end ? load<u8>(BUFFER + place + 2) : -1);
    case 0x26:
      return one == 0x23 || readNamed(BUFFER, place, end);
    case 0x5c:
      return (
        verbatim ||
        one < 0 ||
        one == 0x5c ||
        (one >= 0x30 && one <= 0x37) ||
        one == 0x78 ||
        one == 0x75 ||
        one == 0x55 ||
        one == 0x65 ||
        one == 0x45
      );
    case 0x5e:
      return one == 0x5b;
    default:
      return false;
  }
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
