import type { Engine } from './engine.js';
import { viewBytes, viewEscapes } from './escape-views.js';
import { ESCAPE, MAX_CONTROL_BYTES } from './fold.js';
import { expectAfter, findAround, findExpected } from './find-around.js';
import { MAX_ESCAPE_BYTES, StretchFinder, endsFarOff, mayGoBeyond, type Found, type Stretch, type View } from './find-stretches.js';
import { packFour } from './four-grams.js';
import { GRAM, findGram } from './gram-index.js';
import { findGoingOn } from './going-on.js';
import { MAX_BEGINNING, findBeginning, type Beginning, type Head } from './heads.js';
import type { Needle } from './needle.js';
import { Rooms } from './read-escapes.js';
import type { Scan, Scanner } from './scanner.js';

/** How far around a gram that an escape's stretch holds the stream is read again, so that all of what is there is found. */
const AROUND = 2048;
/** A longer stretch is not judged alone before: what is around it is little beside it. */
const MOST_JUDGED = 1024;
/** How far back escapes are read for the beginning of a secret at the end of what is there. */
const TAIL = 512;
/** So far back they are read first in a long stretch: most ends show there already that no secret begins before them. */
const NEAR_TAIL = 64;
const LONG = 8192;
/** So many symbols of a needle in a row are waited behind. */
const MIN_BEFORE = 4;

/** What a fragment lets expect is looked for in so many bytes behind it: a line or two of a dump. */
const EXPECT_BYTES = 256;
const MAX_EXPECTED = 8;
const AMPERSAND = 0x26;

/** One engine at work on one stream. */
export class EngineStream {
  readonly engine: Engine;
  readonly #finder: StretchFinder;
  readonly #escaped: StretchFinder;
  /** Where needles go on whose last fragments were found a short while ago. */
  #expected: readonly Head[] = [];
  #expectedFor = 0;
  readonly #rooms = new Rooms();

  constructor(engine: Engine) {
    this.engine = engine;
    this.#finder = new StretchFinder(engine, false);
    this.#escaped = new StretchFinder(engine, true);
  }

  /** The stretches of `buffer[0, end)` that reach behind `seen`; may overlap and stand in any order. */
  find(scanner: Scanner, end: number, seen: number): { readonly scan: Scan; readonly found: readonly Stretch[] } {
    const scan = scanner.scan(end, seen);
    const { buffer } = scanner;
    const found: Stretch[] = [];
    const begun: Found[] = [];
    if (scan.hitCount > 0) {
      const view = viewScan(scan);
      const stretches: Found[] = [];
      this.#finder.reset();
      for (let i = 0; i < scan.hitCount; i++) this.#finder.judge(view, buffer, end, scan.hits[i] ?? 0, scan.hitSlots[i] ?? 0, stretches);
      this.#take(view, stretches, found);
      for (const stretch of stretches) if (stretch.a === 0) begun.push(stretch);
      begun.sort((one, other) => one.start - other.start);
    }
    if (scan.leadCount > 0) this.#readEscapes(scanner, { end, seen, begun }, found);
    if (this.#expected.length > 0) this.#findExpected(scan, end - seen, found);
    return { scan, found };
  }

  #findExpected(scan: Scan, length: number, found: Stretch[]): void {
    this.#expectedFor -= length;
    const view = viewScan(scan);
    found.push(...findExpected(view, Math.max(0, scan.count - EXPECT_BYTES), this.#expected));
    if (this.#expectedFor <= 0) this.#expected = [];
  }

  #readEscapes(
    scanner: Scanner,
    { end, seen, begun }: { readonly end: number; readonly seen: number; readonly begun: readonly Found[] },
    found: Stretch[],
  ): void {
    let done = 0;
    const { buffer } = scanner;
    for (const [from, to] of scanner.scanEscapes(end, seen)) {
      if (to <= done) continue;
      // Beside a fragment shorter pieces are the secret's as well.
      const isBeside = found.length > 0 || this.#expected.length > 0;
      if (!isBeside && to - from <= MOST_JUDGED && !this.#mayCount(buffer, from, to, end)) continue;
      const reach = Math.min(end, to + AROUND);
      for (const wide of viewEscapes(buffer, Math.max(0, from - AROUND), reach, this.engine))
        this.#findEscaped(wide, buffer, end, begun, found);
      done = reach === end ? end : reach - AROUND / 2;
    }
  }

  /** Whether what shows in a stretch counts, or may where more of the stream is read. A gram shows in ordinary numbers now and then, and to read all around it takes a millisecond. */
  #mayCount(buffer: Uint8Array, from: number, to: number, end: number): boolean {
    this.#rooms.reset();
    return viewEscapes(buffer, from, to, { fold: this.engine.fold, rooms: this.#rooms }).some((view) => {
      const stretches: Found[] = [];
      this.#escaped.reset();
      for (const { at, slot } of this.#gramsOf(view)) {
        this.#escaped.judge(view, buffer, end, at, slot, stretches);
        if (stretches.length > 0 || mayGoBeyond(this.engine, view, { from, to, at, slot })) return true;
      }
      return false;
    });
  }

  /** The symbols of a view at which a gram of a needle begins, with its slot. */
  *#gramsOf({ symbols, count }: View): Generator<{ readonly at: number; readonly slot: number }> {
    for (let at = 0; at + GRAM <= count; at++) {
      const slot = findGram(this.engine.index, symbols, at);
      if (slot >= 0) yield { at, slot };
    }
  }

  #findEscaped(wide: View, buffer: Uint8Array, end: number, begun: readonly Found[], found: Stretch[]): void {
    const stretches: Found[] = [];
    this.#escaped.reset();
    for (const { at, slot } of this.#gramsOf(wide)) this.#escaped.judge(wide, buffer, end, at, slot, stretches);
    this.#take(
      wide,
      stretches.map((stretch) => withoutEscapeBefore(stretch, begun)),
      found,
    );
  }

  #take(view: View, stretches: readonly Found[], found: Stretch[]): void {
    // Of a secret that repeats itself many stretches stand in one another, and what is around them is the same.
    const reached = new Map<Needle, number>();
    for (const stretch of stretches) {
      found.push(stretch);
      const { needle, to } = stretch;
      if (to <= (reached.get(needle) ?? 0)) continue;
      reached.set(needle, to);
      for (const piece of findAround(this.engine, view, stretch)) found.push(piece);
    }
    const last = stretches.at(-1);
    if (last === undefined) return;
    this.#expected = stretches
      .filter(({ to }) => to === last.to)
      .flatMap((stretch) => expectAfter(this.engine, stretch))
      .slice(0, MAX_EXPECTED);
    this.#expectedFor = EXPECT_BYTES;
  }

  /** Where the beginning of a secret stands at the end, or an escape that more of one may end with, in each way to read it. */
  findTails(scan: Scan, scanner: Scanner, end: number): readonly Tail[] {
    const { buffer } = scanner;
    this.#rooms.reset();
    const stream = viewScan(scan);
    const views: View[] = [stream];
    const from = Math.max(0, end - TAIL);
    const lead = scan.leadCount === 0 ? -1 : (scan.leads[scan.leadCount - 1] ?? -1);
    const isPlain = lead < end - TAIL || scanner.endsPlainly(end, this.#mostBegun(stream, end) + 1);
    if (!isPlain) views.push(...this.#readTail(buffer, from, end));
    // A secret may stand right behind what begins a control sequence, and its first letters would pass for the rest of that.
    if (buffer.subarray(from, end).includes(ESCAPE)) views.push(viewBytes(buffer, from, end, this.engine.fold));
    const tails = views.flatMap((view) => [this.#beginning(view, end), this.#unfinished(view, buffer, end)]);
    if (scanner.mayFollowCut(end)) tails.push(this.#goingOn(stream, buffer, end));
    return tails.filter((tail) => tail !== null);
  }

  /** The most symbols that a beginning at the end of a view can have. In a long stretch there is what tells: each four of them may stand in a row in a needle. */
  #mostBegun({ symbols, count }: View, end: number): number {
    if (end < LONG) return MAX_BEGINNING;
    let most = MIN_BEFORE - 1;
    while (most < MAX_BEGINNING && most < count && this.#mayGoOn({ symbols, count: count - most + MIN_BEFORE - 1 })) most++;
    return most;
  }

  /** The bytes of `buffer[from, end)`, or the last of them where no longer beginning of a secret ends with them. */
  #readTail(buffer: Uint8Array, from: number, end: number): readonly View[] {
    const viewing = { fold: this.engine.fold, rooms: this.#rooms };
    if (end < LONG) return viewEscapes(buffer, from, end, viewing);
    const near = viewEscapes(buffer, end - NEAR_TAIL, end, viewing);
    // What stands first may be the rest of an escape or a control sequence, and is read as something else then.
    const certain = end - NEAR_TAIL + MAX_CONTROL_BYTES;
    const mayGoBack = near.some((view) => {
      const before = view.count - this.#mostBegun(view, end) - 1;
      return before < 0 || view.start(before) < certain;
    });
    return mayGoBack ? viewEscapes(buffer, from, end, viewing) : near;
  }

  /** Whether the last four symbols may stand in a row in a needle. */
  #mayGoOn({ symbols, count }: Pick<View, 'symbols' | 'count'>): boolean {
    return this.engine.fours.mayStand(packFour(symbols, count - MIN_BEFORE));
  }

  #beginning(view: View, end: number): Tail | null {
    const beginning = findBeginning(this.engine.heads, view, this.#expected, this.#mostBegun(view, end));
    if (beginning === null) return null;
    const start = view.start(beginning.index);
    return { ...beginning, start, end: view.end(view.count - 1), endsFarOff: endsFarOff(view, beginning) };
  }

  /** What goes on with a beginning that was cut off a little before. */
  #goingOn(view: View, buffer: Uint8Array, end: number): Tail | null {
    const beginning = findGoingOn(this.engine.heads, view, buffer, end);
    if (beginning === null) return null;
    return { ...beginning, start: view.start(beginning.index), end: view.end(view.count - 1), endsFarOff: false };
  }

  /** An unfinished escape behind what may be a piece of a secret: its digits would be out before it counts. */
  #unfinished(view: View, buffer: Uint8Array, end: number): Tail | null {
    const { symbols, open } = view;
    if (open < 0) return null;
    let before = view.count;
    while (before > 0 && view.start(before - 1) >= open) before--;
    if (before < MIN_BEFORE || !this.#mayGoOn({ symbols, count: before })) return null;
    const { span, secret } = findRun(this.engine, symbols, before);
    // A sign alone and a name show nothing yet, and may be an equals sign or the next parameter's.
    const isBare = end - open === 1 || (buffer[open] === AMPERSAND && buffer[open + 1] !== 0x23);
    if (isBare && span === 0) return null;
    return { index: before, length: MIN_BEFORE, span: span + 1, secret, start: open, end, endsFarOff: false };
  }
}

/** The stream itself, without an escape read. */
function viewScan(scan: Scan): View {
  return {
    symbols: scan.symbols,
    count: scan.count,
    open: -1,
    lacksControls: scan.hasControls,
    start: (i) => scan.place(i),
    end: (i) => scan.place(i) + 1,
  };
}

/** The longest run of a needle's symbols that ends before `end`, as so many spelled characters; 0 where it is shorter than a gram, or the needle ends there. */
function findRun({ index, needles }: Engine, symbols: Uint8Array, end: number): { readonly span: number; readonly secret: number } {
  let longest = { span: 0, secret: 0 };
  const slot = end < GRAM ? -1 : findGram(index, symbols, end - GRAM);
  for (let entry = slot < 0 ? -1 : (index.first[slot] ?? -1); entry >= 0; entry = index.next[entry] ?? -1) {
    const needle = needles[index.needleOf[entry] ?? 0];
    let place = index.placeOf[entry] ?? 0;
    const last = place + GRAM - 1;
    if (needle === undefined || last + 1 >= needle.symbols.length) continue;
    for (let i = end - GRAM; i > 0 && place > 0 && symbols[i - 1] === needle.symbols[place - 1]; i--) place--;
    const span = (needle.at[last] ?? 0) - (needle.at[place] ?? 0) + 1;
    if (span > longest.span) longest = { span, secret: needle.secret };
  }
  return longest;
}

/** What stands before a secret that begins as it is was read as an escape by chance: the `=31` of `KEY=31ab…` is no quoted-printable. `begun` is in order. */
function withoutEscapeBefore(stretch: Found, begun: readonly Found[]): Found {
  for (let i = firstBehind(begun, stretch.start); i < begun.length; i++) {
    const { start, needle } = begun[i] ?? stretch;
    if (start >= stretch.end || start - stretch.start > MAX_ESCAPE_BYTES) break;
    // Another form that begins there is what the escapes themselves spell: the numbers of `&#115;&#107;`.
    if (needle === stretch.needle) return { ...stretch, start };
  }
  return stretch;
}

/** Which of the stretches, in order, is the first that begins behind `at`; their number where none does. */
function firstBehind(stretches: readonly Stretch[], at: number): number {
  let low = 0;
  for (let high = stretches.length; low < high;) {
    const middle = (low + high) >> 1;
    if ((stretches[middle]?.start ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The beginning of a secret at the end of the stream, with the bytes that it takes. `endsFarOff`: its last symbols may well be somebody else's. */
export type Tail = Beginning & { readonly start: number; readonly end: number; readonly endsFarOff: boolean };
