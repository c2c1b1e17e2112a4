// Whether a needle's gram shows in a stretch once its escapes are read, in any of the ways of viewEscapes of escape-views.ts.
import { BACKSPACE, EQUALS, NOTHING, WIDE, readEscape, stands, taken } from './escape';
import { holdsGram } from './grams';
import { BUFFER, READ, READ_SYMBOLS, UNREAD } from './memory';
import { pack } from './pack';
import { verbatim } from './search';
import { bitsOf, leadsAmong } from './vectors';

export const MAX_PASSES: i32 = 4;

/** Whether an escape was read last time, and behind which byte of what was made of it the last one ended. */
export let changed: bool = false;
export let lastChange: i32 = 0;
export function showsGram(from: i32, to: i32): bool {
  if (showsGramIf(from, to, true)) return true;
  for (let i = from; i < to; i++) if (load<u8>(BUFFER + i) == EQUALS) return showsGramIf(from, to, false);
  return false;
}

/** `quoted`: whether quoted-printable is read. */
function showsGramIf(from: i32, to: i32, quoted: bool): bool {
  let length = readOnce(BUFFER + from, to - from, READ, quoted);
  if (showsAny(READ, length)) return true;
  let unread = READ;
  let read = UNREAD;
  for (let pass = 1; changed && pass < MAX_PASSES; pass++) {
    length = readOnce(unread, length, read, quoted);
    if (changed && showsAny(read, length)) return true;
    const last = unread;
    unread = read;
    read = last;
  }
  return false;
}

/** Reads the escapes of `length` bytes, and gives how many bytes there are then. */
export function readOnce(from: usize, length: i32, into: usize, quoted: bool): i32 {
  changed = false;
  let out = 0;
  for (let i = 0; i < length;) {
    if (i + 16 <= length) {
      const bytes = v128.load(from + i);
      const clear = ctz(bitsOf(leadsAmong(bytes)) | 0x10000);
      v128.store(into + out, bytes);
      out += clear;
      i += clear;
      if (clear == 16) continue;
    }
    const byte = load<u8>(from + i);
    if ((!quoted && byte == EQUALS) || !readEscape(from, i, length)) {
      store<u8>(into + out++, byte);
      i++;
      continue;
    }
    if (byte == BACKSPACE && out > 0) out--;
    if (stands >= WIDE) out = putWide(into, out, stands - WIDE);
    else if (stands != NOTHING) store<u8>(into + out++, <u8>stands);
    changed = true;
    lastChange = out;
    i += taken;
  }
  return out;
}

/** UTF-8 (RFC 3629 §3); half a surrogate pair stands for U+FFFD there, and what is beyond Unicode for a space. */
function putWide(into: usize, out: i32, code: i32): i32 {
  if (code > 0x10ffff) {
    store<u8>(into + out, 0x20);
    return out + 1;
  }
  if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
  if (code < 0x800) {
    store<u8>(into + out, <u8>(0xc0 | (code >> 6)));
    store<u8>(into + out, <u8>(0x80 | (code & 63)), 1);
    return out + 2;
  }
  if (code < 0x10000) {
    store<u8>(into + out, <u8>(0xe0 | (code >> 12)));
    store<u8>(into + out, <u8>(0x80 | ((code >> 6) & 63)), 1);
    store<u8>(into + out, <u8>(0x80 | (code & 63)), 2);
    return out + 3;
  }
  store<u8>(into + out, <u8>(0xf0 | (code >> 18)));
  store<u8>(into + out, <u8>(0x80 | ((code >> 12) & 63)), 1);
  store<u8>(into + out, <u8>(0x80 | ((code >> 6) & 63)), 2);
  store<u8>(into + out, <u8>(0x80 | (code & 63)), 3);
  return out + 4;
}

/** Whether one of the needles' grams is in so many bytes, which are READ or UNREAD. */
function showsAny(bytes: usize, length: i32): bool {
  // What a vector takes in behind them gives no symbols.
  v128.store(bytes + length, i8x16.splat(0));
  let symbols = READ_SYMBOLS;
  for (let i = 0; i < length; i += 16) symbols += pack(v128.load(bytes + i), symbols, verbatim);
  return holdsGram(READ_SYMBOLS, symbols);
}
