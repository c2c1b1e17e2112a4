import { FOLDS, type Fold, type FoldName } from './fold.js';
import type { View } from './find-stretches.js';
import { readEscapes, Rooms, type Traced } from './read-escapes.js';

const EQUALS = 0x3d;

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
    lacksControls: false,
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
  return { symbols, count, open: -1, lacksControls: false, start: (index) => places[index] ?? 0, end: (index) => (places[index] ?? 0) + 1 };
}
