import type { Readable } from 'node:stream';

/** In characters; 0 is unknown. */
export type TerminalSize = { readonly columns: number; readonly rows: number };

/**
 * The caller's terminal while a child has one of its own: what is typed goes to the child's, byte by byte, until `close`, which puts the terminal
 * back as it was and may be called again.
 */
export type CallerTerminal = {
  size(): TerminalSize;
  onResize(listener: () => void): void;
  /** What is typed; null: nothing of it is for the child. */
  readonly keys: Readable | null;
  /** Sets the terminal with this descriptor so that what is typed and shown comes out as on the caller's: line editing, line ends. */
  imprint(descriptor: number): void;
  close(): void;
};

/** Takes the caller's terminal. `keys`: whether what is typed is for the child. */
export type OpenCallerTerminal = (wish: { readonly keys: boolean }) => Promise<CallerTerminal>;

/** A terminal for a child: what the child opens at `path` and writes there comes out of `output`. */
export type Pseudoterminal = {
  readonly path: string;
  /** Our own hold of the child's side: while it is open, `output` does not end. */
  readonly slave: number;
  readonly output: Readable;
  /** Types; gives how many bytes were taken now. Never blocks, never throws. */
  write(bytes: Uint8Array): number;
  resize(size: TerminalSize): void;
  release(): void;
  /** The child's terminal hangs up. */
  close(): void;
};

/** What makes pseudo-terminals. `open` throws where the system has none left. */
export type Pty = { open(size: TerminalSize): Pseudoterminal };
