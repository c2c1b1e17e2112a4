import { ESCAPE } from './fold.js';

const BACKSPACE = 0x08;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const CARET = 0x5e;
const SEMICOLON = 0x3b;
/** A name that matters has no more letters. */
const MAX_NAME = 8;

/**
 * Whether an escape may begin at `at`, judged by the byte there and the one or two behind it, so that most `=` and `&` of ordinary text cost no
 * more than this. Bytes behind the end count as fitting. `verbatim`: punctuation matters, so a backslash before any byte is an escape.
 */
export function mayBeginEscape(bytes: Uint8Array, at: number, end: number, verbatim: boolean): boolean {
  const byte = bytes[at] ?? 0;
  if (byte > CARET || (byte > BACKSPACE && byte < PERCENT)) return false;
  const one = at + 1 < end ? (bytes[at + 1] ?? 0) : -1;
  switch (byte) {
    case BACKSPACE:
      return true;
    case PERCENT:
      return isHex(one) ? isHex(at + 2 < end ? (bytes[at + 2] ?? 0) : -1) : one === 0x75;
    case EQUALS:
      if (one === 0x0d || one === 0x0a) return breaksQuoted(bytes, at);
      return isHex(one) && isHex(at + 2 < end ? (bytes[at + 2] ?? 0) : -1);
    case AMPERSAND:
      return one === 0x23 || endOfName(bytes, at, end) >= 0;
    case BACKSLASH:
      return verbatim || one < 0 || one === BACKSLASH || (one >= 0x30 && one <= 0x37) || ESCAPED.has(one);
    case CARET:
      return one === 0x5b;
    default:
      return false;
  }
}

/** Where the semicolon stands that ends the name of a character reference at `at`; `end` where that cuts it off, -1 where there is none, as in the `&page=2` of an address. */
export function endOfName(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at + 1; i <= at + MAX_NAME + 1; i++) {
    if (i >= end) return end;
    const byte = bytes[i] ?? 0;
    if (byte === SEMICOLON && i > at + 2) return i;
    if ((byte | 0x20) < 0x61 || (byte | 0x20) > 0x7a) return -1;
  }
  return -1;
}

/** Whether a soft line break at `at` stands within what would be an escape without it, `==\n73` or `=7=\n3`. */
function breaksQuoted(bytes: Uint8Array, at: number): boolean {
  const before = bytes[at - 1] ?? 0;
  return before === EQUALS || (isHex(before) && bytes[at - 2] === EQUALS);
}

/** What follows a backslash in an escape that stands for a byte, or for a line break: x u U e E n r t. */
const ESCAPED = new Set([0x78, 0x75, 0x55, 0x65, 0x45, 0x6e, 0x72, 0x74]);

function isHex(byte: number): boolean {
  return byte < 0 || (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** Whether some escape begins with that byte, the control sequences too. */
export function isLead(byte: number): boolean {
  return (
    byte === PERCENT ||
    byte === AMPERSAND ||
    byte === EQUALS ||
    byte === BACKSLASH ||
    byte === CARET ||
    byte === BACKSPACE ||
    byte === ESCAPE
  );
}
