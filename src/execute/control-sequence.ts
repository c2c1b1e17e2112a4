const ESCAPE = 0x1b;
const BELL = 0x07;
/** Cancel and substitute break a sequence off. */
const BREAKING: ReadonlySet<number> = new Set([0x18, 0x1a]);
/** `ESC [`, and the one byte that stands for both. */
const CONTROL: ReadonlySet<number> = new Set([0x5b, 0x9b]);
/** What begins a string that is not drawn, after an escape or as the one byte for both. */
const STRINGS: ReadonlySet<number> = new Set([0x50, 0x58, 0x5d, 0x5e, 0x5f, 0x90, 0x98, 0x9d, 0x9e, 0x9f]);
const COLOURS = 0x6d;
/** The first byte of U+0080 to U+00BF in UTF-8. */
const LATIN_LEAD = 0xc2;

/** Reads along with a terminal. Every byte goes through `read`, but those up to `endOfPlain` may be left out while nothing is open. */
export type SequenceReader = {
  /** Takes a byte that stands behind the byte `before`. True: it belongs to a sequence, which terminals do not draw. */
  read(byte: number, before: number): boolean;
  /** A sequence goes on behind the last byte. */
  readonly isOpen: boolean;
  /** The last sequence is, as far as it is known, `ESC [ … m` with numbers alone: it changes colours, and no terminal takes it for anything else. */
  readonly isColour: boolean;
};

/** Where the bytes from `at` on end that neither begin a sequence nor are a control, nor are `stop`: the first other one, or the chunk's end. */
export function endOfPlain(chunk: Uint8Array, at: number, stop: number | null): number {
  let end = at;
  while (end < chunk.length && chunk[end] !== stop && isPlain(chunk[end] ?? 0)) end++;
  return end;
}

function isPlain(byte: number): boolean {
  return byte >= 0x20 && (byte < 0x80 || byte > 0x9f);
}

/**
 * The control sequences, character sets and strings of ECMA-48 (§5) and ECMA-35 (§13) as xterm reads them (invisible-island.net, ctlseqs): controls within one are
 * obeyed and do not end it, and a string goes over lines until a bell, `ESC \` or its one byte.
 */
export function openSequenceReader(): SequenceReader {
  let state: 'none' | 'escape' | 'charset' | 'control' | 'string' = 'none';
  let isColour = true;

  const begin = (introducer: number): typeof state => {
    if (CONTROL.has(introducer)) return 'control';
    return STRINGS.has(introducer) ? 'string' : 'none';
  };
  const next = (byte: number): typeof state => {
    switch (state) {
      case 'none':
        return 'none';
      case 'escape':
        return byte < 0x20 ? 'escape' : byte < 0x30 ? 'charset' : begin(byte);
      case 'charset':
        return byte < 0x30 ? 'charset' : 'none';
      case 'control':
        return byte < 0x40 ? 'control' : 'none';
      case 'string':
        return byte === BELL ? 'none' : 'string';
    }
  };
  return {
    read(byte, before) {
      if (state === 'none' && isPlain(byte)) return false;
      if (byte === ESCAPE) {
        state = 'escape';
        isColour = true;
        return true;
      }
      const isHigh = isHighControl(byte, before);
      if (state === 'none' && !isHigh && !BREAKING.has(byte)) return false;
      const isExpected = state === 'escape' ? CONTROL.has(byte) : state === 'control' && (isNumber(byte) || byte === COLOURS);
      isColour &&= isExpected && !isHigh;
      state = BREAKING.has(byte) ? 'none' : isHigh ? begin(byte) : next(byte);
      return true;
    },
    get isOpen() {
      return state !== 'none';
    },
    get isColour() {
      return isColour;
    },
  };
}

/** Digits and what separates numbers. */
function isNumber(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x3b;
}

/** Whether a byte stands for an escape and another byte (ECMA-48 §5.3), by itself or in UTF-8, and not in the middle of another character. */
function isHighControl(byte: number, before: number): boolean {
  return byte >= 0x80 && byte <= 0x9f && (before < 0x80 || before === LATIN_LEAD);
}
