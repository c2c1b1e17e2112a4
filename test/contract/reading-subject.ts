import type { Backend } from '../../src/credential/backend.js';

/** A trouble that a backend can meet. */
export type Trouble = 'locked' | 'refused' | 'down' | 'slow' | 'busy' | 'failing' | 'garbage' | 'large' | 'wrong' | 'leaky';

/** What a trouble must come to: the answer's kind, and where the backend is told how long to wait, that. */
export type Expected = { readonly kind: 'locked' | 'unavailable' | 'damaged'; readonly retryAfterMs?: number };

/** A backend of one kind, opened for tenant acme in front of its stand-in, for the contract that every kind keeps. */
export type ReadingSubject = {
  readonly backend: Backend;
  /** Puts a value where the backend reads, and gives the reference to it. `name` may hold any printable character. */
  place(name: string, value: Uint8Array): Promise<string> | string;
  /** A reference that is right and under which nothing is. */
  readonly missing: string;
  /** References that another spelling would confuse, which the kind can carry. */
  readonly names: readonly string[];
  /** Whether values are any bytes, or UTF-8 text; `one-line`: text without a NUL or line end is all that fits. */
  readonly carries: 'bytes' | 'text' | 'variable';
  /** Makes the stand-in behave; null: well. */
  set(trouble: Trouble | null): void;
  /** How often a value was read, and how often anything was asked at all. */
  reads(): number;
  asked(): number;
  /** Its own token, and whatever it minted; empty where it has none. */
  secrets(): readonly string[];
  /** How many of them one read takes. */
  readonly tells: number;
  remove(): Promise<void> | void;
};

/** What each trouble comes to; one that a kind cannot meet has the reason instead. */
export type Troubles = Readonly<Record<Trouble, Expected | string>>;
