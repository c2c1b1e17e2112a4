import type { Readable } from 'node:stream';
import type { PreparedCommand } from '../model/action.js';
import type { ChildPipes } from '../model/child-pipes.js';
import type { ByteFilter } from '../model/byte-filter.js';
import type { ByteSink } from '../model/byte-sink.js';
import type { Secret } from '../model/secret.js';
import type { PrivatePlace } from './private-place.js';
import type { OpenCallerTerminal, Pty } from './terminal.js';

/** One command with all it needs. */
export type CommandJob = {
  /** Where it runs, made for this run alone; the caller removes it afterwards. */
  readonly place: PrivatePlace;
  readonly command: PreparedCommand;
  /** Environment variable ← secret. */
  readonly credentials: readonly { readonly variable: string; readonly secret: Secret }[];
  /** `file`: the variable holds the path of a 0600 file in the private directory, which goes with it. */
  readonly delivery: 'env' | 'file';
  /** `maxBytes` counts what the child writes to stdout and stderr together, before redaction. */
  readonly limits: { readonly timeoutMs: number; readonly maxBytes: number };
  /** LANG, TERM and TZ as the caller has them; only plain values are passed on. */
  readonly ambient: Readonly<Record<string, string>>;
  /** What makes the child's terminal; null: it has none. */
  readonly pty: Pty | null;
  /** Pipes for the child's output; null where none can be had, and Node's own serve. Asked for once, if at all. */
  readonly lendPipes: () => ChildPipes | null;
  /** Is told the child's process group, which must not outlive us, and null once nobody is left in it. */
  readonly guard: (group: number | null) => void;
};

/** Our own standard input: its descriptor, and how it is opened as a stream when it cannot be handed on as it is. */
export type ChildInput = { readonly kind: 'fd'; readonly fd: number; readonly open: () => Readable };

/** The streams of a command. A filter stands before each sink. */
export type CommandStreams = {
  readonly stdin: { readonly kind: 'none' } | ChildInput;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  readonly stdoutFilter: ByteFilter;
  readonly stderrFilter: ByteFilter;
  /** The terminal that our own standard output is; null: it is none. */
  readonly terminal: OpenCallerTerminal | null;
  /** Calls for each signal that should reach the child, until the returned function is called. */
  readonly onSignal: (listener: (signal: NodeJS.Signals) => void) => () => void;
};

/** A command's own end: `signal` when one ended it, else its exit code. */
export type CommandEnding = { readonly kind: 'ended'; readonly exit: number | null; readonly signal: NodeJS.Signals | null };
