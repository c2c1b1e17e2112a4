import { isLead } from './escape-leads.js';
import { ESCAPE, FOLDS, MAX_CONTROL_BYTES, type FoldName } from './fold.js';
import { FOUR, packFour, type FourGrams } from './four-grams.js';
import { GRAM } from './gram-index.js';
import { readEscape, type Escape } from './read-escapes.js';
import { LEADS } from './scanner.js';

const BACKSPACE = 0x08;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
/** Escapes this close are looked at together: twelve characters that are all escapes of escapes still meet. */
export const REACH = 72;
/** How far from an escape a gram may go on: stretches of two that meet are one. */
export const APART = 2 * REACH;
/** No gram goes through two escapes with so many symbols between them. */
const NEAR = 8;
/** Symbols on either side of an escape that a gram through it can have. */
const SIDE = GRAM - 1;
/** An escape that what another stands for makes whole reaches no farther from that. */
const MAX_MADE = 12;

/** What is looked at for stretches: bytes up to `end`, of which those before `seen` were looked at, in a fold; whether so many symbols hold a gram of its needles, and whether there are control sequences. */
export type Outlook = {
  readonly end: number;
  readonly seen: number;
  readonly fold: FoldName;
  readonly holdsGram: (symbols: Uint8Array, count: number) => boolean;
  readonly fours: FourGrams;
  readonly hasControls: boolean;
};

/** An escape in the stream. `seeds`: it may have a stretch around it. `isInner`: it begins within another, by which it is read or not. */
export type Place = Escape & { readonly at: number; readonly seeds: boolean; readonly isInner: boolean };

/** The escapes on either side of one, and the last control sequence's beginning before it. */
type Beside = {
  readonly before: Place | undefined;
  readonly after: Place | undefined;
  readonly control: number | undefined;
  readonly outlook: Outlook;
};

/** Whether nothing of a needle goes through an escape: no other one is near it or comes to be by it, it stands for one symbol or none, and no gram is there once it is read. */
export function standsAlone(buffer: Uint8Array, place: Place, { before, after, control, outlook }: Beside): boolean {
  const { at, taken, byte, partial, isInner } = place;
  const { end, holdsGram } = outlook;
  if (partial || isInner || byte > 0xff || buffer[at] === BACKSPACE || (isLead(byte) && makesAnother(buffer, at, place, end))) return false;
  const fold = FOLDS[outlook.fold];
  const first = before === undefined ? -1 : before.at + before.taken - 1;
  if (isClear(buffer, { at, behind: at + taken, first, next: after?.at ?? end + CLEAR }, outlook)) return true;
  const last = Math.max(0, at - APART);
  const symbols = new Uint8Array(2 * SIDE + 1);
  let from = SIDE;
  let count = 0;
  let i = at - 1;
  for (; (count < NEAR || at - i <= MAX_MADE) && i >= last; i--) {
    const other = buffer[i] ?? 0;
    if (i === first || isUnlisted(buffer, i, end)) return false;
    if (at - i <= MAX_MADE && isLead(other) && makesAnother(buffer, i, place, end)) return false;
    const symbol = fold[other] ?? 0;
    if (symbol !== 0 && ++count <= SIDE) symbols[--from] = symbol;
  }
  // Of a control sequence the letters and digits are no symbols.
  if (control !== undefined && control > i - MAX_CONTROL_BYTES) return false;
  let to = SIDE;
  const own = byte < 0 ? 0 : (fold[byte] ?? 0);
  if (own !== 0) symbols[to++] = own;
  const next = after?.at ?? -1;
  const behind = at + taken;
  const stop = Math.min(end, at + APART);
  count = 0;
  for (let i = behind; (count < NEAR || i - behind <= MAX_MADE) && i < stop; i++) {
    const other = buffer[i] ?? 0;
    if (i === next || other === ESCAPE || isUnlisted(buffer, i, end)) return false;
    const symbol = fold[other] ?? 0;
    if (symbol !== 0 && ++count <= SIDE) symbols[to++] = symbol;
  }
  return !holdsGram(symbols.subarray(from, to), to - from);
}

/** An escape, the last byte of the one before it and the first of the one behind it. */
type Spot = { readonly at: number; readonly behind: number; readonly first: number; readonly next: number };

/** So many bytes on either side of an escape tell that nothing goes through it, in a stretch that is so long that it pays. */
const CLEAR = 16;
const CLEAR_FROM = 1024;
/** Of the bytes before it, what an escape may begin with, or a vector takes for that; of those behind it, such as is no lead where none stands. */
const SIGNS: readonly number[] = [...LEADS, 0x0b, 0x18];
const SIGNS_BEHIND: readonly number[] = SIGNS.filter((byte) => byte !== PERCENT && byte !== AMPERSAND && byte !== EQUALS);

/**
 * Whether no other escape stands near this one, nor comes to be, and four symbols on either side stand nowhere in a needle: of a gram that goes through it there are four on
 * one side. No is not certain.
 */
function isClear(buffer: Uint8Array, { at, behind, first, next }: Spot, { end, fold: name, fours, hasControls }: Outlook): boolean {
  if (name !== 'word' || end < CLEAR_FROM || at < CLEAR || behind + CLEAR + 2 > end || behind - at > CLEAR) return false;
  if (at - first <= CLEAR || next - behind < CLEAR || hasControls) return false;
  const before = buffer.subarray(at - CLEAR, at);
  const after = buffer.subarray(behind, behind + CLEAR);
  if (before.some((byte) => SIGNS.includes(byte)) || after.some((byte) => SIGNS_BEHIND.includes(byte))) return false;
  if (after.some((byte, i) => byte === EQUALS && readEscape(buffer, behind + i, end) !== null)) return false;
  const toSymbols = (bytes: Uint8Array) => bytes.map((byte) => FOLDS.word[byte] ?? 0).filter((symbol) => symbol !== 0);
  // The first of them may be the letter of an escape that is no lead.
  const ahead = toSymbols(before.subarray(1));
  const rest = toSymbols(after);
  if (ahead.length < FOUR || rest.length < FOUR) return false;
  return !fours.mayStand(packFour(ahead, ahead.length - FOUR)) && !fours.mayStand(packFour(rest, 0));
}

/** Whether an escape stands there that is none of the leads and whose letters are no symbols, or that joins what is around it: `\f` and its like, a soft break. */
function isUnlisted(buffer: Uint8Array, at: number, end: number): boolean {
  const byte = buffer[at];
  if (byte !== BACKSLASH && byte !== EQUALS) return false;
  const escape = readEscape(buffer, at, end);
  return escape !== null && escape.byte <= 0x20;
}

/** Whether an escape begins at `from` once the one behind it has been read, or there itself. */
function makesAnother(buffer: Uint8Array, from: number, { at, taken, byte }: Place, end: number): boolean {
  const before = buffer.subarray(from, at);
  const behind = buffer.subarray(at + taken, Math.min(end, at + taken + MAX_MADE));
  const joined = byte < 0 ? [...before, ...behind] : [...before, byte, ...behind];
  return readEscape(Uint8Array.from(joined), 0, joined.length) !== null;
}
