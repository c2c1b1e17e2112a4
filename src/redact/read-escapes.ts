import { endOfName, isLead } from './escape-leads.js';
import { ESCAPE, endOfControl } from './fold.js';

/**
 * Bytes with the places in the stream that each stands for. `length` says how many there are; the arrays are longer. `open`: where an escape begins that the end cuts
 * off, -1 where there is none; a control sequence is none. In `symbols` and `origins` there is room for what a fold makes of them.
 */
export type Traced = {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly symbols: Uint8Array;
  readonly origins: Int32Array;
  length: number;
  open: number;
};

/** How escapes are read. Without `quoted` an equals sign is one, as before a value. `rooms`: where what is read has its room. */
type Reading = { readonly quoted: boolean; readonly rooms: Rooms };

/** Rooms for what is read at the end of each chunk, and forgotten then: to make them takes longer than to read a short stretch. */
export class Rooms {
  readonly #rooms: Traced[] = [];
  #taken = 0;

  /** Those that were taken are free again. */
  reset(): void {
    this.#taken = 0;
  }

  /** One for so many bytes. */
  take(length: number): Traced {
    const at = this.#taken++;
    const there = this.#rooms[at];
    if (there === undefined || there.bytes.length < length) return (this.#rooms[at] = makeRoom(length));
    there.length = 0;
    there.open = -1;
    return there;
  }
}

/** Escapes of escapes are read this deep: `%2573`, `&amp;#115;`, `\\u0073`. */
const MAX_PASSES = 4;
const BACKSPACE = 0x08;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const CARET = 0x5e;
const NOTHING = -1;

/** What an escape stands for: a byte below 256, a character of Unicode from `WIDE` on, or NOTHING; and how many bytes it takes. `partial`: the stretch ends within it. */
export type Escape = { readonly byte: number; readonly taken: number; readonly partial: boolean };
/** Set apart from bytes: a character beyond ASCII, which stands for its UTF-8. */
const WIDE = 0x1000000;

/**
 * A stretch of the stream with its escapes read: percent and quoted-printable pairs, backslash escapes of JSON, JavaScript, Python, C and shells, character
 * references of HTML, a backspace with what it strikes out, and control sequences. Reading may begin anywhere; what is no escape stays. There is a reading for each
 * depth of escapes in escapes, at least one: what was read may pass for an escape with what stands before it.
 */
export function readEscapes(bytes: Uint8Array, from: number, to: number, how: Partial<Reading> = {}): readonly [Traced, ...Traced[]] {
  const reading: Reading = { quoted: true, rooms: new Rooms(), ...how };
  let last = readOnce(trace(bytes, from, to, reading.rooms), reading);
  const reads: [Traced, ...Traced[]] = [last.read];
  while (last.changed && reads.length < MAX_PASSES) {
    last = readOnce(last.read, reading);
    if (last.changed) reads.push(last.read);
  }
  return reads;
}

function trace(bytes: Uint8Array, from: number, to: number, rooms: Rooms): Traced {
  const traced = rooms.take(to - from);
  for (let i = from; i < to; i++) push(traced, bytes[i] ?? 0, i, i + 1);
  return traced;
}

/** In one piece: to allocate costs more than to read a short stretch. */
function makeRoom(length: number): Traced {
  const room = new ArrayBuffer(14 * length);
  return {
    bytes: new Uint8Array(room, 12 * length, length),
    starts: new Int32Array(room, 0, length),
    ends: new Int32Array(room, 4 * length, length),
    symbols: new Uint8Array(room, 13 * length, length),
    origins: new Int32Array(room, 8 * length, length),
    length: 0,
    open: -1,
  };
}

function readOnce(source: Traced, { quoted, rooms }: Reading): { read: Traced; changed: boolean } {
  const { length } = source;
  const read = rooms.take(length);
  read.open = source.open;
  let changed = false;
  // Where what a backspace struck out began: it goes with the byte that is written over it.
  let struck: number | null = null;
  for (let i = 0; i < length;) {
    const escape = quoted || source.bytes[i] !== EQUALS ? readEscape(source.bytes, i, length) : null;
    const start = struck ?? source.starts[i] ?? 0;
    if (escape === null) {
      push(read, source.bytes[i] ?? 0, start, source.ends[i] ?? 0);
      struck = null;
      i++;
      continue;
    }
    const end = source.ends[i + escape.taken - 1] ?? 0;
    if (escape.partial && source.bytes[i] !== ESCAPE) read.open = start;
    if (source.bytes[i] === BACKSPACE && read.length > 0) struck = read.starts[--read.length] ?? null;
    if (escape.byte >= WIDE) pushWide(read, escape.byte - WIDE, start, end);
    else if (escape.byte !== NOTHING) push(read, escape.byte, start, end);
    if (escape.byte !== NOTHING) struck = null;
    changed = true;
    i += escape.taken;
  }
  return { read, changed };
}

function push(to: Traced, byte: number, start: number, end: number): void {
  to.bytes[to.length] = byte;
  to.starts[to.length] = start;
  to.ends[to.length] = end;
  to.length++;
}

/** No escape is shorter than the UTF-8 of what it stands for, so the arrays have room. */
function pushWide(to: Traced, code: number, start: number, end: number): void {
  for (const byte of Buffer.from(code <= 0x10ffff ? String.fromCodePoint(code) : ' ')) push(to, byte, start, end);
}

/** The escape at `at`, or one that `end` cuts off; null where there is none. */
export function readEscape(bytes: Uint8Array, at: number, end: number): Escape | null {
  switch (bytes[at] ?? 0) {
    case PERCENT:
      return readPercent(bytes, at, end);
    case EQUALS:
      return readQuoted(bytes, at, end);
    case BACKSLASH:
      return readBackslash(bytes, at, end);
    case AMPERSAND:
      return readReference(bytes, at, end);
    case BACKSPACE:
      // Only what is written over is struck out.
      return (bytes[at + 1] ?? 0) > 0x20 && at + 1 < end ? { byte: NOTHING, taken: 1, partial: false } : null;
    case ESCAPE: {
      const stop = endOfPlainControl(bytes, at, end);
      return stop === at + 1 ? null : { byte: NOTHING, taken: stop - at, partial: stop === end };
    }
    case CARET:
      return readCaret(bytes, at, end);
    default:
      return null;
  }
}

/** `%73`, and `%u0073` of old JavaScript. */
function readPercent(bytes: Uint8Array, at: number, end: number): Escape | null {
  const wide = bytes[at + 1] === 0x75;
  return readHex(bytes, { at, from: at + (wide ? 2 : 1), digits: wide ? 4 : 2, end });
}

/** RFC 2045 §6.7: `=73`, and a line break that is none. */
function readQuoted(bytes: Uint8Array, at: number, end: number): Escape | null {
  if (bytes[at + 1] === 0x0a && at + 1 < end) return { byte: NOTHING, taken: 2, partial: false };
  if (bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a && at + 2 < end) return { byte: NOTHING, taken: 3, partial: false };
  return readHex(bytes, { at, from: at + 1, digits: 2, end });
}

/** A fixed number of hexadecimal digits from `from` on; null when there are others. */
function readHex(bytes: Uint8Array, { at, from, digits, end }: { at: number; from: number; digits: number; end: number }): Escape | null {
  let value = 0;
  for (let i = from; i < from + digits; i++) {
    if (i >= end) return { byte: NOTHING, taken: end - at, partial: true };
    const digit = valueOf(bytes[i] ?? 0);
    if (digit < 0) return null;
    value = value * 16 + digit;
  }
  return { byte: digits === 2 ? value : toCharacter(value), taken: from + digits - at, partial: false };
}

/** `\n`, `\x73`, `\u0073`, `\u{73}`, `\U00000073`, `\163`, `\0163`, and a line break that is none; several backslashes stand for one. */
function readBackslash(bytes: Uint8Array, at: number, end: number): Escape | null {
  let i = at + 1;
  while (i < end && bytes[i] === BACKSLASH && i - at < 16) i++;
  if (i >= end) return { byte: NOTHING, taken: end - at, partial: true };
  const kind = bytes[i] ?? 0;
  // It is struck out itself.
  if (kind === BACKSPACE) return null;
  const braced = (kind === 0x75 || kind === 0x78) && bytes[i + 1] === 0x7b && i + 1 < end;
  if (braced) return readBraced(bytes, at, i + 2, end);
  if (kind === 0x78) return readHex(bytes, { at, from: i + 1, digits: 2, end });
  if (kind === 0x75) return readUnit(bytes, at, i, end);
  if (kind === 0x55) return readHex(bytes, { at, from: i + 1, digits: 8, end });
  if (kind >= 0x30 && kind <= 0x37) return readOctal(bytes, at, i, end);
  // Any other byte behind a backslash is itself, as in JSON's `\/` and a shell's `\$`.
  return { byte: CONTROLS.get(kind) ?? kind, taken: i + 1 - at, partial: false };
}

/** `\u0073`, and the two of them that stand for one character beyond the Basic Multilingual Plane. `letter` is where the `u` is. */
function readUnit(bytes: Uint8Array, at: number, letter: number, end: number): Escape | null {
  const high = readHex(bytes, { at, from: letter + 1, digits: 4, end });
  if (high === null || high.partial || high.byte < WIDE + 0xd800 || high.byte > WIDE + 0xdbff) return high;
  let next = letter + 5;
  while (next < end && bytes[next] === BACKSLASH) next++;
  if (next === letter + 5 || bytes[next] !== 0x75) return high;
  const low = readHex(bytes, { at, from: next + 1, digits: 4, end });
  if (low === null || low.partial || low.byte < WIDE + 0xdc00 || low.byte > WIDE + 0xdfff) return high;
  return { ...low, byte: WIDE + 0x10000 + ((high.byte - WIDE - 0xd800) << 10) + (low.byte - WIDE - 0xdc00) };
}

/** `\n` and its like; `\e` and `\E` are the escape itself. */
const CONTROLS = new Map([
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x62, 0x20],
  [0x66, 0x0c],
  [0x76, 0x0b],
  [0x61, 0x07],
  [0x65, ESCAPE],
  [0x45, ESCAPE],
  [0x0a, 0x20],
]);

function readBraced(bytes: Uint8Array, at: number, from: number, end: number): Escape | null {
  let value = 0;
  for (let i = from; i < from + 9; i++) {
    if (i >= end) return { byte: NOTHING, taken: end - at, partial: true };
    if (bytes[i] === 0x7d && i > from) return { byte: toCharacter(value), taken: i + 1 - at, partial: false };
    const digit = valueOf(bytes[i] ?? 0);
    if (digit < 0) return null;
    value = value * 16 + digit;
  }
  return null;
}

/** Up to three octal digits, or four that begin with a zero, as `echo -e` has them. */
function readOctal(bytes: Uint8Array, at: number, from: number, end: number): Escape {
  const most = bytes[from] === 0x30 ? 4 : 3;
  let value = 0;
  let i = from;
  for (; i < end && i < from + most; i++) {
    const digit = (bytes[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  return { byte: value & 0xff, taken: i - at, partial: i === end && i < from + most };
}

/** `&#115;`, `&#x73;`, and the named references, of which the five of XML stand for themselves. */
function readReference(bytes: Uint8Array, at: number, end: number): Escape | null {
  if (at + 1 >= end) return { byte: NOTHING, taken: 1, partial: true };
  if (bytes[at + 1] !== 0x23) return readNamed(bytes, at, end);
  const hex = bytes[at + 2] === 0x78 || bytes[at + 2] === 0x58;
  const base = hex ? 16 : 10;
  let value = 0;
  const from = at + (hex ? 3 : 2);
  for (let i = from; i < from + 9; i++) {
    if (i >= end) return { byte: NOTHING, taken: end - at, partial: true };
    const digit = valueOf(bytes[i] ?? 0);
    if (digit < 0 || digit >= base) {
      if (i === from) return null;
      return { byte: toCharacter(value), taken: i + (bytes[i] === 0x3b ? 1 : 0) - at, partial: false };
    }
    value = value * base + digit;
  }
  return null;
}

function readNamed(bytes: Uint8Array, at: number, end: number): Escape | null {
  const stop = endOfName(bytes, at, end);
  if (stop < 0) return null;
  if (stop === end) return { byte: NOTHING, taken: end - at, partial: true };
  return { byte: NAMED.get(String.fromCharCode(...bytes.subarray(at + 1, stop))) ?? 0x20, taken: stop + 1 - at, partial: false };
}

const NAMED = new Map([
  ['amp', AMPERSAND],
  ['lt', 0x3c],
  ['gt', 0x3e],
  ['quot', 0x22],
  ['apos', 0x27],
]);

/** `^[[31m`: a control sequence as `cat -v` shows it. */
function readCaret(bytes: Uint8Array, at: number, end: number): Escape | null {
  if (bytes[at + 1] !== 0x5b || bytes[at + 2] !== 0x5b || at + 2 >= end) return null;
  const stop = endOfPlainControl(bytes, at + 1, end);
  return stop === at + 2 ? null : { byte: NOTHING, taken: stop - at, partial: false };
}

/** As `endOfControl`, but that no other escape begins in it: what is written in escapes may stand right behind what only looks like one. */
function endOfPlainControl(bytes: Uint8Array, at: number, end: number): number {
  const stop = endOfControl(bytes, at, end);
  for (let i = at + 2; i < stop; i++) if (isLead(bytes[i] ?? 0)) return at + 1;
  return stop;
}

function toCharacter(code: number): number {
  return code < 0x80 ? code : WIDE + code;
}

function valueOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
