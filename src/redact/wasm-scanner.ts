import { readFileSync } from 'node:fs';
import { ESCAPE, FOLDS, endOfControl } from './fold.js';
import { writeGrams } from './gram-index.js';
import { CAPACITY, type Scan, type Scanner, type Search } from './scanner.js';

/** What src/redact/wasm/scanner.ts exports. */
type Exports = {
  readonly memory: WebAssembly.Memory;
  readonly open: (verbatim: number, row: number, slotBits: number, fourBits: number) => void;
  readonly scan: (end: number, seen: number) => number;
  readonly scanEscapes: (end: number, seen: number) => number;
  readonly endsPlainly: (end: number, symbols: number) => number;
  readonly mayFollowCut: (end: number) => number;
} & Readonly<Record<Place | Count, WebAssembly.Global>>;
type Place = 'CAPACITY' | 'PACK' | 'BUFFER' | 'SYMBOLS' | 'MARKS' | 'HITS' | 'HIT_SLOTS' | 'LEADS' | 'STRETCHES' | 'BITMAP' | 'SLOTS';
type Count = 'symbolCount' | 'leadCount' | 'markCount' | 'hasControls';

const PAGE = 65_536;
/** More symbols than stand between two marks: some 256 bytes, and a control sequence. */
const KNOWN = 1024;

/** Compiles the scanner; null where WebAssembly, its vectors or the file are not to be had, and the plain scanner serves. */
export function compileScanner(path: string): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(readFileSync(path));
  } catch {
    return null;
  }
}

/** The scanner in WebAssembly: for streams that are long enough for it to pay. */
export function openWasmScanner(module: WebAssembly.Module, { fold: name, index, row, fours }: Search): Scanner {
  const wasm = new WebAssembly.Instance(module).exports as unknown as Exports;
  const place = (of: Place): number => Number(wasm[of].value);
  if (place('CAPACITY') !== CAPACITY) throw new RangeError('the compiled scanner has another capacity');
  const { slotBits } = index;
  const foursAt = place('SLOTS') + (8 << slotBits);
  const size = foursAt + (1 << (fours.bits - 3));
  const missing = Math.ceil((size - wasm.memory.buffer.byteLength) / PAGE);
  if (missing > 0) wasm.memory.grow(missing);
  const { buffer: memory } = wasm.memory;
  const bytes = (at: number, length: number) => new Uint8Array(memory, at, length);
  const words = (at: number, length: number) => new Int32Array(memory, at, length);
  bytes(place('PACK'), 2048).set(makeShuffles());
  new Uint32Array(memory, place('BITMAP'), index.bitmap.length).set(index.bitmap);
  writeGrams(index, words(place('SLOTS'), 2 << slotBits));
  bytes(foursAt, fours.bitmap.length).set(fours.bitmap);
  wasm.open(name === 'text' ? 1 : 0, row, slotBits, fours.bits);

  const buffer = bytes(place('BUFFER'), CAPACITY);
  const symbols = bytes(place('SYMBOLS'), CAPACITY);
  const hits = words(place('HITS'), CAPACITY);
  const hitSlots = words(place('HIT_SLOTS'), CAPACITY);
  const leads = words(place('LEADS'), CAPACITY);
  const marks = words(place('MARKS'), 2048);
  const pairs = words(place('STRETCHES'), 2048);
  const places = openPlaces({ buffer, fold: FOLDS[name], marks });
  return {
    buffer,
    reserve: () => undefined,
    scan(end, seen): Scan {
      const hitCount = wasm.scan(end, seen);
      const count = Number(wasm.symbolCount.value);
      places.reset(Number(wasm.markCount.value), end);
      const hasControls = wasm.hasControls.value !== 0;
      return { symbols, count, place: places.find, hits, hitSlots, hitCount, leads, leadCount: Number(wasm.leadCount.value), hasControls };
    },
    endsPlainly: (end, count) => wasm.endsPlainly(end, count) !== 0,
    mayFollowCut: (end) => wasm.mayFollowCut(end) !== 0,
    scanEscapes(end, seen) {
      const count = wasm.scanEscapes(end, seen);
      return Array.from({ length: count }, (_, i) => [pairs[2 * i] ?? 0, pairs[2 * i + 1] ?? 0] as const);
    },
  };
}

/** For each set of kept bytes among eight, which of them come first, second and so on; 0x80 gives nothing. */
function makeShuffles(): Uint8Array {
  const shuffles = new Uint8Array(256 * 8).fill(0x80);
  for (let set = 0; set < 256; set++) {
    let count = 0;
    for (let bit = 0; bit < 8; bit++) if (((set >> bit) & 1) === 1) shuffles[8 * set + count++] = bit;
  }
  return shuffles;
}

/** The places of the symbols from `from` to `to`. */
type Walked = { readonly places: Int32Array; from: number; to: number };

/**
 * Finds which byte a symbol stands at. The scanner notes only one pair of places in some 256 bytes (`marks`: byte, symbol); the stretch between two is walked when
 * one of its symbols is asked for. The last two stay known: what is found may begin in one and end in the next.
 */
function openPlaces({ buffer, fold, marks }: { readonly buffer: Uint8Array; readonly fold: Uint8Array; readonly marks: Int32Array }) {
  let markCount = 0;
  let end = 0;
  let last: Walked = { places: new Int32Array(KNOWN), from: 0, to: 0 };
  let other: Walked = { places: new Int32Array(KNOWN), from: 0, to: 0 };
  const walk = (index: number): void => {
    [last, other] = [other, last];
    let low = 0;
    for (let high = markCount - 1; low < high;) {
      const middle = (low + high + 1) >> 1;
      if ((marks[2 * middle + 1] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    // Marks without symbols between them stand for the same symbol: the last of them is as good as the first.
    const stop = low + 1 < markCount ? (marks[2 * low + 2] ?? 0) : end;
    const { places } = last;
    const from = marks[2 * low + 1] ?? 0;
    let count = 0;
    for (let i = marks[2 * low] ?? 0; i < stop;) {
      const byte = buffer[i] ?? 0;
      if (fold[byte] !== 0) places[count++] = i;
      i = byte === ESCAPE ? endOfControl(buffer, i, end) : i + 1;
    }
    last.from = from;
    last.to = from + count;
  };
  return {
    reset(count: number, stop: number): void {
      markCount = count;
      end = stop;
      for (const walked of [last, other]) walked.from = walked.to = 0;
    },
    find(this: void, index: number): number {
      if (index >= other.from && index < other.to) return other.places[index - other.from] ?? 0;
      if (index < last.from || index >= last.to) walk(index);
      return last.places[index - last.from] ?? 0;
    },
  };
}
