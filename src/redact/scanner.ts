import { PIPE_BYTES } from '../model/child-pipes.js';
import type { FoldName } from './fold.js';
import type { FourGrams } from './four-grams.js';
import type { Glance } from './glance.js';
import type { GramIndex } from './gram-index.js';

/** The stream's symbols from the buffer's beginning on: what each is, and which byte it stands at. */
export type Symbols = {
  readonly symbols: Uint8Array;
  readonly count: number;
  /** The place of a symbol in the buffer. */
  place(index: number): number;
};

/** A stretch that was looked through: its symbols, the symbols where a gram of a needle begins, with the gram's slot, and where escapes may begin. */
export type Scan = Symbols & {
  readonly hits: Int32Array;
  readonly hitSlots: Int32Array;
  readonly hitCount: number;
  readonly leads: Int32Array;
  readonly leadCount: number;
  /** Whether control sequences were left out. */
  readonly hasControls: boolean;
};

/**
 * Looks through bytes for grams. There are two, one in JavaScript and one in WebAssembly, which give the same answers. The caller fills
 * `buffer`, up to CAPACITY bytes; what `scan` gives is good until the next `scan`.
 */
export type Scanner = {
  readonly buffer: Uint8Array;
  /** Makes room for so many bytes in all; the buffer may be another one then, with the same bytes. */
  reserve(bytes: number): void;
  /**
   * Projects `buffer[0, end)` and looks for rows of `row` symbols that may be a needle's and reach to or behind the byte `seen`: those before were looked at. Of each at least one gram is
   * among the hits. Where control sequences are left out, one may have taken letters of a row: there every gram is.
   */
  scan(end: number, seen: number): Scan;
  /**
   * The stretches of what was scanned last, in order and apart, in which a gram shows once the escapes there are read, in any way of viewEscapes; those near
   * what comes behind `seen`. The scan's hits are gone with it.
   */
  scanEscapes(end: number, seen: number): Iterable<readonly [number, number]>;
  /** Whether so many last symbols of what was scanned, four or more, stand behind all escapes near them, in every way to read these, and no escape is cut off. No is not certain. The hits are gone with it. */
  endsPlainly(end: number, symbols: number): boolean;
  /** Whether what was scanned may end with what goes on with a needle that a line's end cut off, or a column's (going-on.ts). No is certain. */
  mayFollowCut(end: number): boolean;
};

/** What a scanner looks for, and how. `index` and `row` are made when they are asked for first: `mayHold` saves a short stream that. */
export type Search = {
  readonly fold: FoldName;
  readonly index: GramIndex;
  readonly row: number;
  readonly mayHold: Glance;
  /** What is asked first, of a few symbols of each row. */
  readonly fours: FourGrams;
};

/** A fragment of twelve characters counts: no longer row is asked for. */
export const MAX_ROW = 12;

/** What has gone out and stays known, what is held back, and one read of a pipe. */
export const HISTORY = 1024;
export const MAX_HELD = 4096;
export const MAX_CHUNK = PIPE_BYTES;
export const CAPACITY = HISTORY + MAX_HELD + MAX_CHUNK;

/** Bytes that an escape may begin with, all but the escape itself, which the projection drops with its sequence. */
export const LEADS: readonly number[] = [0x08, 0x25, 0x26, 0x3d, 0x5c, 0x5e];
