import { isLead } from './escape-leads.js';
import { ESCAPE, FOLDS, MAX_CONTROL_BYTES, type Fold, type FoldName } from './fold.js';
import { FOUR, packFour, type FourGrams } from './four-grams.js';
import { GRAM } from './gram-index.js';
import { readEscape, readEscapes, Rooms, type Escape, type Traced } from './read-escapes.js';
import type { Scan } from './scanner.js';
import type { View } from './find-stretches.js';

const BACKSPACE = 0x08;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
/** Escapes this close are looked at together: twelve characters that are all escapes of escapes still meet. */
const REACH = 72;
/** So far back an escape is looked at again when more comes: what stands behind it may go on slowly, with colours between. */
const AGAIN = 4 * REACH;
/** Line breaks written as `\n` are everywhere in JSON; they matter only where they come as thick as this. */
const DENSE = 16;

/** What is looked at for stretches: bytes up to `end`, of which those before `seen` were looked at, in a fold; and whether so many symbols hold a gram of its needles. */
type Outlook = {
  readonly end: number;
  readonly seen: number;
  readonly fold: FoldName;
  readonly holdsGram: (symbols: Uint8Array, count: number) => boolean;
  readonly fours: FourGrams;
};

/** An escape in the stream. `seeds`: it may have a stretch around it. `isInner`: it begins within another, by which it is read or not. */
type Place = Escape & { readonly at: number; readonly seeds: boolean; readonly isInner: boolean };

/**
 * Where escapes stand that a needle may go through, as stretches with what lies within reach of them, in order and apart; only those near what
 * comes behind `seen`.
 */
export function escapeStretches(
  leads: Pick<Scan, 'leads' | 'leadCount'>,
  buffer: Uint8Array,
  outlook: Outlook,
): readonly (readonly [number, number])[] {
  const stretches: [number, number][] = [];
  const places = listEscapes(leads, buffer, outlook);
  const outer = places.filter(({ isInner }) => !isInner);
  const controls = listControls(buffer, outlook.end, places[0]?.at ?? outlook.end);
  let next = 0;
  let passed = 0;
  for (const place of places) {
    while ((outer[next]?.at ?? Infinity) <= place.at) next++;
    while ((controls[passed] ?? Infinity) < place.at) passed++;
    if (!place.seeds) continue;
    if (standsAlone(buffer, place, { before: outer[next - 2], after: outer[next], control: controls[passed - 1], outlook })) continue;
    const from = Math.max(0, place.at - REACH);
    const to = Math.min(outlook.end, place.at + REACH);
    const last = stretches.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else stretches.push([from, to]);
  }
  return stretches;
}

/** Where control sequences may begin that reach behind `from`. */
function listControls(buffer: Uint8Array, end: number, from: number): number[] {
  const controls: number[] = [];
  const seen = buffer.subarray(0, end);
  for (let at = seen.indexOf(ESCAPE, Math.max(0, from - REACH)); at >= 0; at = seen.indexOf(ESCAPE, at + 1)) controls.push(at);
  return controls;
}

function listEscapes({ leads, leadCount }: Pick<Scan, 'leads' | 'leadCount'>, buffer: Uint8Array, { end, seen, fold }: Outlook): Place[] {
  const places: Place[] = [];
  let lastBreak = -DENSE;
  let reached = 0;
  for (let i = 0; i < leadCount; i++) {
    const at = leads[i] ?? 0;
    if (at + AGAIN + APART <= seen) continue;
    const escape = readEscape(buffer, at, end);
    if (escape === null) continue;
    let seeds = at + AGAIN > seen;
    if (fold === 'word' && isBreak(buffer, at, end)) {
      seeds &&= at - lastBreak <= DENSE;
      lastBreak = at;
    }
    const { byte, taken, partial } = escape;
    const isInner = at < reached;
    if (!isInner) reached = at + taken;
    places.push({ byte, taken, partial, at, seeds, isInner });
  }
  return places;
}

/** No gram goes through two escapes with so many symbols between them. */
const NEAR = 8;
/** Symbols on either side of an escape that a gram through it can have. */
const SIDE = GRAM - 1;
/** An escape that what another stands for makes whole reaches no farther from that. */
const MAX_MADE = 12;
/** How far from an escape a gram may go on: stretches of two that meet are one. */
const APART = 2 * REACH;

/** The escapes on either side of one, and the last control sequence's beginning before it. */
type Beside = {
  readonly before: Place | undefined;
  readonly after: Place | undefined;
  readonly control: number | undefined;
  readonly outlook: Outlook;
};

/** Whether nothing of a needle goes through an escape: no other one is near it or comes to be by it, it stands for one symbol or none, and no gram is there once it is read. */
function standsAlone(buffer: Uint8Array, place: Place, { before, after, control, outlook }: Beside): boolean {
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
const SIGNS = Buffer.from('\b\v\x18\x1b%&=\\^', 'latin1');
const SIGNS_BEHIND = Buffer.from('\b\v\x18\x1b\\^', 'latin1');

/**
 * Whether no other escape stands near this one, nor comes to be, and four symbols on either side stand nowhere in a needle: of a gram that goes through it there are four on
 * one side. No is not certain.
 */
function isClear(buffer: Uint8Array, { at, behind, first, next }: Spot, { end, fold: name, fours }: Outlook): boolean {
  if (name !== 'word' || end < CLEAR_FROM || at < CLEAR || behind + CLEAR + 2 > end || behind - at > CLEAR) return false;
  if (at - first <= CLEAR || next - behind < CLEAR || buffer.subarray(0, end).includes(ESCAPE)) return false;
  const before = buffer.subarray(at - CLEAR, at);
  const after = buffer.subarray(behind, behind + CLEAR);
  if (before.some((byte) => SIGNS.includes(byte)) || after.some((byte) => SIGNS_BEHIND.includes(byte))) return false;
  if (after.some((byte, i) => byte === EQUALS && readEscape(buffer, behind + i, end) !== null)) return false;
  const toSymbols = (bytes: Uint8Array) => bytes.map((byte) => FOLDS.word[byte] ?? 0).filter((symbol) => symbol !== 0);
  const ahead = toSymbols(before);
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

/**
 * The bytes from `from` to `to` with their escapes read, in the symbols of a fold: a view for each depth of escapes in escapes, with and without quoted-printable. Views in `rooms` are
 * good until these are reset.
 */
export function viewEscapes(buffer: Uint8Array, from: number, to: number, { fold: name, rooms = new Rooms() }: Viewing): readonly View[] {
  const fold = FOLDS[name];
  const views = readEscapes(buffer, from, to, { rooms }).map((read) => viewRead(read, fold));
  if (!buffer.subarray(from, to).includes(EQUALS)) return views;
  for (const read of readEscapes(buffer, from, to, { quoted: false, rooms })) views.push(viewRead(read, fold));
  return views;
}

type Viewing = { readonly fold: FoldName; readonly rooms?: Rooms };

function viewRead(read: Traced, fold: Fold): View {
  const { bytes, symbols, origins } = read;
  let count = 0;
  for (let i = 0; i < read.length; i++) {
    const symbol = fold[bytes[i] ?? 0] ?? 0;
    if (symbol === 0) continue;
    symbols[count] = symbol;
    origins[count++] = i;
  }
  return {
    symbols,
    count,
    open: read.open,
    start: (index) => read.starts[origins[index] ?? 0] ?? 0,
    end: (index) => read.ends[origins[index] ?? 0] ?? 0,
  };
}

/** The bytes from `from` to `to` in the symbols of a fold, those of control sequences with the rest. */
export function viewBytes(buffer: Uint8Array, from: number, to: number, name: FoldName): View {
  const fold = FOLDS[name];
  const symbols = new Uint8Array(to - from);
  const places = new Int32Array(to - from);
  let count = 0;
  for (let i = from; i < to; i++) {
    const symbol = fold[buffer[i] ?? 0] ?? 0;
    if (symbol === 0) continue;
    symbols[count] = symbol;
    places[count++] = i;
  }
  return { symbols, count, open: -1, start: (index) => places[index] ?? 0, end: (index) => (places[index] ?? 0) + 1 };
}

/** Whether a backslash and a letter that stands for white space are there, and no more. */
function isBreak(buffer: Uint8Array, at: number, end: number): boolean {
  if (buffer[at] !== BACKSLASH || at + 1 >= end) return false;
  const kind = buffer[at + 1];
  return kind === 0x6e || kind === 0x72 || kind === 0x74;
}
