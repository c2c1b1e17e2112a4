import type { Pieces } from './byte-filter.js';

/** Where bytes go. What was written is the sink's, and is not copied: the writer changes it no more, or not before it is told that it was `written`. */
export type ByteSink = {
  /** Takes bytes; false asks the writer to wait for `room` before it writes more. After a failure bytes are dropped. */
  write(pieces: Pieces, written?: () => void): boolean;
  /** Resolves when it takes bytes again, while others are being written, or when it drops them. */
  room(): Promise<void>;
  /** Resolves when all bytes are written, or cannot be any more. */
  drained(): Promise<void>;
  /** Calls once when the reader is gone (EPIPE) or the descriptor cannot be written; at once when that has happened. */
  onFailure(listener: () => void): void;
};
