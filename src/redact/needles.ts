/** What is looked for, and the name that stands in its place. `bytes` is never empty. */
export type Needle = { readonly name: string; readonly bytes: Uint8Array };

/**
 * Needles made ready to be found all at once, after Wu and Manber ("A fast algorithm for multi-pattern searching", 1994): a
 * window as long as the shortest needle moves over the text, and the block of bytes at its end says how far it may jump.
 */
export type NeedleTable = {
  /** The window's length, at most WIDEST_WINDOW. */
  readonly window: number;
  /** Bytes of a block: 2, or 1 where the shortest needle has one byte. */
  readonly block: 1 | 2;
  /** Block → how far the window may move; 0: a needle's window may end here. */
  readonly shifts: Uint8Array;
  /** Block → the needles whose window ends in it, the longest first. */
  readonly endings: ReadonlyMap<number, readonly Needle[]>;
  /** First byte → the needles that begin with it. */
  readonly beginnings: ReadonlyMap<number, readonly Needle[]>;
  readonly longest: number;
};

/** A wider window jumps further and takes longer to make ready; from here on the text is read at memory speed all the same. */
const WIDEST_WINDOW = 16;

/** Builds the table. `needles` holds one or more. Of equal needles the first gives the name. */
export function buildNeedleTable(needles: readonly Needle[]): NeedleTable {
  let window = WIDEST_WINDOW;
  let longest = 0;
  for (const { bytes } of needles) {
    window = Math.min(window, bytes.length);
    longest = Math.max(longest, bytes.length);
  }
  const block = window === 1 ? 1 : 2;
  const shifts = new Uint8Array(block === 1 ? 256 : 65536).fill(window - block + 1);
  const endings = new Map<number, Needle[]>();
  const beginnings = new Map<number, Needle[]>();
  for (const needle of needles) {
    const { bytes } = needle;
    for (let end = block - 1; end < window; end++) {
      const key = blockAt(bytes, end, block);
      shifts[key] = Math.min(shifts[key] ?? 0, window - 1 - end);
      if (end === window - 1) addTo(endings, key, needle);
    }
    addTo(beginnings, bytes[0] ?? 0, needle);
  }
  for (const list of endings.values()) list.sort((a, b) => b.bytes.length - a.bytes.length);
  return { window, block, shifts, endings, beginnings, longest };
}

/**
 * The next needle that begins at `from` or later, stands whole in `text`, and ends after `beyond`; the longest of those that
 * begin there. `null`: there is none. What is passed over holds no whole needle that ends after `beyond`.
 */
export function findNeedle(table: NeedleTable, text: Uint8Array, from: number, beyond: number): { start: number; needle: Needle } | null {
  const { window, block, shifts, endings } = table;
  const last = text.length;
  let end = from + window - 1;
  while (end < last) {
    const key = block === 2 ? ((text[end - 1] ?? 0) << 8) | (text[end] ?? 0) : (text[end] ?? 0);
    const shift = shifts[key] ?? 0;
    if (shift !== 0) {
      end += shift;
      continue;
    }
    const start = end - window + 1;
    for (const needle of endings.get(key) ?? []) {
      if (start + needle.bytes.length <= beyond) break;
      if (stands(needle.bytes, text, start, needle.bytes.length)) return { start, needle };
    }
    end++;
  }
  return null;
}

/**
 * Where the text ends in the beginning of a needle: the longest end of `text`, from `from` on, that is the beginning of a longer
 * needle. `null`: there is none.
 */
export function findPartial(table: NeedleTable, text: Uint8Array, from: number): { start: number; needle: Needle } | null {
  for (let start = Math.max(from, text.length - table.longest + 1); start < text.length; start++) {
    for (const needle of table.beginnings.get(text[start] ?? 0) ?? []) {
      const length = text.length - start;
      if (length < needle.bytes.length && stands(needle.bytes, text, start, length)) return { start, needle };
    }
  }
  return null;
}

function blockAt(bytes: Uint8Array, end: number, block: 1 | 2): number {
  return block === 2 ? ((bytes[end - 1] ?? 0) << 8) | (bytes[end] ?? 0) : (bytes[end] ?? 0);
}

function addTo(map: Map<number, Needle[]>, key: number, needle: Needle): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [needle]);
  else list.push(needle);
}

/** Whether the first `length` bytes of the needle stand in `text` at `start`; they must fit. */
function stands(bytes: Uint8Array, text: Uint8Array, start: number, length: number): boolean {
  if (start + length > text.length) return false;
  for (let at = 0; at < length; at++) if (bytes[at] !== text[start + at]) return false;
  return true;
}
