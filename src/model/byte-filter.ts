/** What may be somebody else's text is held back this long. */
export const PAUSE_MS = 2;

/** Bytes in as many pieces as they are at hand in, so that a large one need not be copied to stand behind a few others. */
export type Pieces = readonly Uint8Array[];

/**
 * A byte stream in and a byte stream out. The caller owns what `write` and `end` return, pieces of which may be what it passed in, and changes
 * neither. A filter holds back only what it cannot decide on yet; `end` gives the rest.
 */
export type ByteFilter = {
  /** Takes the next bytes and gives those that may leave now, possibly none. */
  write(chunk: Uint8Array): Pieces;
  /** Gives what was held back; the filter takes nothing after it. */
  end(): Pieces;
  /** Gives what is held back for a moment only: call it when nothing has come for PAUSE_MS and `waits` says so. */
  pause(): Pieces;
  readonly waits: boolean;
  /** How many replacements were made so far. */
  readonly count: number;
};
