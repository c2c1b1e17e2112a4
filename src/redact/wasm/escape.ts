// One escape, as readEscape of read-escapes.ts reads it.
import { ESCAPE } from './memory';

export const BACKSPACE: u8 = 0x08;
const PERCENT: u8 = 0x25;
const AMPERSAND: u8 = 0x26;
export const EQUALS: u8 = 0x3d;
export const BACKSLASH: u8 = 0x5c;
const CARET: u8 = 0x5e;

export const NOTHING: i32 = -1;
/** Set apart from bytes: a character beyond ASCII. */
export const WIDE: i32 = 0x1000000;
/** Beyond Unicode, where all numbers are as good as one. */
const BEYOND: i32 = 0x110000;

/** What was read last: what it stands for, as in read-escapes.ts, how many bytes it takes, and whether the end cuts it off. */
export let stands: i32 = 0;
export let taken: i32 = 0;
export let partial: bool = false;

/** Reads the escape at `base + at`, or one that `end` cuts off; false where there is none. */
export function readEscape(base: usize, at: i32, end: i32): bool {
  switch (load<u8>(base + at)) {
    case PERCENT: {
      const wide = load<u8>(base + at, 1) == 0x75;
      return readHex(base, at, at + (wide ? 2 : 1), wide ? 4 : 2, end);
    }
    case EQUALS:
      return readQuoted(base, at, end);
    case BACKSLASH:
      return readBackslash(base, at, end);
    case AMPERSAND:
      return readReference(base, at, end);
    case BACKSPACE:
      return at + 1 < end && load<u8>(base + at, 1) > 0x20 && gives(NOTHING, 1);
    case ESCAPE: {
      const stop = endOfPlainControl(base, at, end);
      if (stop == at + 1) return false;
      gives(NOTHING, stop - at);
      partial = stop == end;
      return true;
    }
    case CARET: {
      if (at + 2 >= end || load<u8>(base + at, 1) != 0x5b || load<u8>(base + at, 2) != 0x5b) return false;
      const stop = endOfPlainControl(base, at + 1, end);
      return stop != at + 2 && gives(NOTHING, stop - at);
    }
    default:
      return false;
  }
}

function gives(byte: i32, bytes: i32): bool {
  stands = byte;
  taken = bytes;
  partial = false;
  return true;
}

function breaksOff(bytes: i32): bool {
  stands = NOTHING;
  taken = bytes;
  partial = true;
  return true;
}

function readQuoted(base: usize, at: i32, end: i32): bool {
  if (at + 1 < end && load<u8>(base + at, 1) == 0x0a) return gives(NOTHING, 2);
  if (at + 2 < end && load<u8>(base + at, 1) == 0x0d && load<u8>(base + at, 2) == 0x0a) return gives(NOTHING, 3);
  return readHex(base, at, at + 1, 2, end);
}

function readHex(base: usize, at: i32, from: i32, digits: i32, end: i32): bool {
  let value = 0;
  for (let i = from; i < from + digits; i++) {
    if (i >= end) return breaksOff(end - at);
    const digit = valueOf(load<u8>(base + i));
    if (digit < 0) return false;
    value = add(value, 16, digit);
  }
  return gives(digits == 2 ? value : toCharacter(value), from + digits - at);
}

function readBackslash(base: usize, at: i32, end: i32): bool {
  let i = at + 1;
  while (i < end && load<u8>(base + i) == BACKSLASH && i - at < 16) i++;
  if (i >= end) return breaksOff(end - at);
  const kind = load<u8>(base + i);
  if (kind == BACKSPACE) return false;
  if ((kind == 0x75 || kind == 0x78) && i + 1 < end && load<u8>(base + i, 1) == 0x7b) return readBraced(base, at, i + 2, end);
  if (kind == 0x78) return readHex(base, at, i + 1, 2, end);
  if (kind == 0x75) return readUnit(base, at, i, end);
  if (kind == 0x55) return readHex(base, at, i + 1, 8, end);
  if (kind >= 0x30 && kind <= 0x37) return readOctal(base, at, i, end);
  return gives(toControl(kind), i + 1 - at);
}

function readUnit(base: usize, at: i32, letter: i32, end: i32): bool {
  if (!readHex(base, at, letter + 1, 4, end)) return false;
  const high = stands;
  if (partial || high < WIDE + 0xd800 || high > WIDE + 0xdbff) return true;
  let next = letter + 5;
  while (next < end && load<u8>(base + next) == BACKSLASH) next++;
  if (next > letter + 5 && load<u8>(base + next) == 0x75 && readHex(base, at, next + 1, 4, end)) {
    const low = stands;
    if (!partial && low >= WIDE + 0xdc00 && low <= WIDE + 0xdfff) {
      stands = WIDE + 0x10000 + ((high - WIDE - 0xd800) << 10) + (low - WIDE - 0xdc00);
      return true;
    }
  }
  return gives(high, letter + 5 - at);
}

function toControl(kind: u8): i32 {
  switch (kind) {
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    case 0x62:
    case 0x0a:
      return 0x20;
    case 0x66:
      return 0x0c;
    case 0x76:
      return 0x0b;
    case 0x61:
      return 0x07;
    case 0x65:
    case 0x45:
      return ESCAPE;
    default:
      return kind;
  }
}

function readBraced(base: usize, at: i32, from: i32, end: i32): bool {
  let value = 0;
  for (let i = from; i < from + 9; i++) {
    if (i >= end) return breaksOff(end - at);
    const byte = load<u8>(base + i);
    if (byte == 0x7d && i > from) return gives(toCharacter(value), i + 1 - at);
    const digit = valueOf(byte);
    if (digit < 0) return false;
    value = add(value, 16, digit);
  }
  return false;
}

function readOctal(base: usize, at: i32, from: i32, end: i32): bool {
  const most = load<u8>(base + from) == 0x30 ? 4 : 3;
  let value = 0;
  let i = from;
  for (; i < end && i < from + most; i++) {
    const digit = <i32>load<u8>(base + i) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  gives(value & 0xff, i - at);
  partial = i == end && i < from + most;
  return true;
}

function readReference(base: usize, at: i32, end: i32): bool {
  if (at + 1 >= end) return breaksOff(1);
  if (load<u8>(base + at, 1) != 0x23) return readNamed(base, at, end);
  const hex = (load<u8>(base + at, 2) | 0x20) == 0x78;
  const radix = hex ? 16 : 10;
  let value = 0;
  const from = at + (hex ? 3 : 2);
  for (let i = from; i < from + 9; i++) {
    if (i >= end) return breaksOff(end - at);
    const byte = load<u8>(base + i);
    const digit = valueOf(byte);
    if (digit < 0 || digit >= radix) return i > from && gives(toCharacter(value), i + (byte == 0x3b ? 1 : 0) - at);
    value = add(value, radix, digit);
  }
  return false;
}

export function readNamed(base: usize, at: i32, end: i32): bool {
  // The letters, the last one lowest: the names that matter have four at the most.
  let name: u64 = 0;
  for (let i = at + 1; i <= at + 9; i++) {
    if (i >= end) return breaksOff(end - at);
    const byte = load<u8>(base + i);
    if (byte == 0x3b && i > at + 2) return gives(named(name), i + 1 - at);
    if (<u8>((byte | 0x20) - 0x61) >= 26) return false;
    name = (name << 8) | byte;
  }
  return false;
}

/** amp, lt, gt, quot, apos. */
function named(name: u64): i32 {
  if (name == 0x616d70) return AMPERSAND;
  if (name == 0x6c74) return 0x3c;
  if (name == 0x6774) return 0x3e;
  if (name == 0x71756f74) return 0x22;
  if (name == 0x61706f73) return 0x27;
  return 0x20;
}

function endOfPlainControl(base: usize, at: i32, end: i32): i32 {
  const stop = endOfControl(base, at, end);
  for (let i = at + 2; i < stop; i++) if (isLead(load<u8>(base + i))) return at + 1;
  return stop;
}

/** As endOfControl of fold.ts. */
export function endOfControl(base: usize, start: i32, end: i32): i32 {
  if (start + 1 >= end) return end;
  const kind = load<u8>(base + start, 1);
  if (kind == 0x5b) return endOfSequence(base, start, end);
  return kind >= 0x28 && kind <= 0x2b ? min(start + 3, end) : start + 1;
}

function endOfSequence(base: usize, start: i32, end: i32): i32 {
  let digits = 0;
  const limit = min(end, start + 32);
  for (let i = start + 2; i < limit; i++) {
    const byte = load<u8>(base + i);
    if (byte >= 0x40 && byte <= 0x7e) return i + 1;
    if (byte < 0x20 || byte > 0x7e) return start + 1;
    digits = byte >= 0x30 && byte <= 0x39 ? digits + 1 : 0;
    if (digits > 4) return start + 1;
  }
  return limit == end ? end : start + 1;
}

/** As isLead of escape-leads.ts. */
export function isLead(byte: u8): bool {
  if (byte > CARET) return false;
  return (
    byte == PERCENT || byte == AMPERSAND || byte == EQUALS || byte == BACKSLASH || byte == CARET || byte == BACKSPACE || byte == ESCAPE
  );
}

function toCharacter(code: i32): i32 {
  return code < 0x80 ? code : WIDE + code;
}

function add(value: i32, radix: i32, digit: i32): i32 {
  return min(value * radix + digit, BEYOND);
}

export function valueOf(byte: u8): i32 {
  if (<u8>(byte - 0x30) < 10) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
