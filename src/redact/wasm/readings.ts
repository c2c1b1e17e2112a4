// Whether a needle's gram shows in a stretch once its escapes are read, in any of the ways of viewEscapes of escape-views.ts.
import { BACKSPACE, EQUALS, NOTHING, WIDE, readEscape, stands, taken } from './escape';
import { holdsGram } from './grams';
import { BUFFER, READ, READ_SYMBOLS, UNREAD } from './memory';
import { pack } from './pack';
import { verbatim } from './search';
import { bitsOf, leadsAmong } from './vectors';

const MAX_PASSES: i32 = 4;

/** What was read last: its bytes and how many there are, whether an escape was among those that it was read from, and behind which byte the last one ended. */
export let bytes: usize = READ;
export let length: i32 = 0;
export let changed: bool = false;
export let lastChange: i32 = 0;
let isQuoted: bool = false;
let passes: i32 = 0;

/** Whether a needle's gram shows between two places of the buffer. */
export function showsGram(from: i32, to: i32): bool {
  return showsGramIf(from, to, true) || (holdsEquals(from, to) && showsGramIf(from, to, false));
}

function showsGramIf(from: i32, to: i32, quoted: bool): bool {
  readFirst(from, to, quoted);
  if (showsAny()) return true;
  while (readDeeper()) if (showsAny()) return true;
  return false;
}

/** Without an equals sign there is nothing of quoted-printable, and one way to read. */
export function holdsEquals(from: i32, to: i32): bool {
  for (let i = from; i < to; i++) if (load<u8>(BUFFER + i) == EQUALS) return true;
  return false;
}

/** Reads the escapes between two places of the buffer. `quoted`: those of quoted-printable too. */
export function readFirst(from: i32, to: i32, quoted: bool): void {
  isQuoted = quoted;
  passes = 1;
  bytes = READ;
  length = readOnce(BUFFER + from, to - from, READ);
}

/** Reads the escapes of what was read last; false where nothing came of that, or it is deep enough. */
export function readDeeper(): bool {
  if (!changed || passes == MAX_PASSES) return false;
  passes++;
  const into = bytes == READ ? UNREAD : READ;
  length = readOnce(bytes, length, into);
  bytes = into;
  return changed;
}

/** Reads the escapes of `length` bytes, and gives how many bytes there are then. */
function readOnce(from: usize, length: i32, into: usize): i32 {
  changed = false;
  let out = 0;
  for (let i = 0; i < length;) {
    if (i + 16 <= length) {
      const vector = v128.load(from + i);
      const clear = ctz(bitsOf(leadsAmong(vector)) | 0x10000);
      v128.store(into + out, vector);
      out += clear;
      i += clear;
      if (clear == 16) continue;
    }
    const byte = load<u8>(from + i);
    if ((!isQuoted && byte == EQUALS) || !readEscape(from, i, length)) {
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

/** Whether one of the needles' grams is in what was read last. */
function showsAny(): bool {
  // What a vector takes in behind them gives no symbols.
  v128.store(bytes + length, i8x16.splat(0));
  let symbols = READ_SYMBOLS;
  for (let i = 0; i < length; i += 16) symbols += pack(v128.load(bytes + i), symbols, verbatim);
  return holdsGram(READ_SYMBOLS, symbols);
}
