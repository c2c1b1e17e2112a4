/**
 * How a stream is seen while secrets are looked for: each byte gives a symbol or nothing. `word` keeps letters in one case and digits, so that
 * a text comes through wrapping, spacing, colour and other alphabets' punctuation; `text` keeps every byte that is visible, as it is.
 */
export type FoldName = 'word' | 'text';

/** For each byte its symbol; 0 where it gives none. */
export type Fold = Uint8Array;

export const FOLDS: Readonly<Record<FoldName, Fold>> = { word: makeWordFold(), text: makeTextFold() };

export const ESCAPE = 0x1b;
/** The longest control sequence that is taken for one, and the most digits in one of its numbers: what is longer is text. */
export const MAX_CONTROL_BYTES = 32;
const MAX_CONTROL_DIGITS = 4;

function makeWordFold(): Fold {
  const fold = new Uint8Array(256);
  for (let byte = 0x30; byte <= 0x39; byte++) fold[byte] = byte;
  for (let byte = 0x61; byte <= 0x7a; byte++) fold[byte] = fold[byte - 0x20] = byte;
  return fold;
}

function makeTextFold(): Fold {
  return Uint8Array.from({ length: 256 }, (_, byte) => (byte <= 0x20 || byte === 0x7f ? 0 : byte));
}

/**
 * The first byte after the control sequence (ECMA-48 §5.4, and the character sets of VT100) that begins with the escape at `at`; `at + 1` where none
 * does, so that only the escape gives no symbol. One that is not finished at `end` ends there.
 */
export function endOfControl(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return end;
  const kind = bytes[at + 1] ?? 0;
  if (kind === 0x5b) return endOfSequence(bytes, at, end);
  return kind >= 0x28 && kind <= 0x2b ? Math.min(at + 3, end) : at + 1;
}

function endOfSequence(bytes: Uint8Array, at: number, end: number): number {
  let digits = 0;
  const limit = Math.min(end, at + MAX_CONTROL_BYTES);
  for (let i = at + 2; i < limit; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x40 && byte <= 0x7e) return i + 1;
    if (byte < 0x20 || byte > 0x7e) return at + 1;
    digits = byte >= 0x30 && byte <= 0x39 ? digits + 1 : 0;
    if (digits > MAX_CONTROL_DIGITS) return at + 1;
  }
  return limit === end ? end : at + 1;
}
