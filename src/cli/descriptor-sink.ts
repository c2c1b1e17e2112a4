import { writev } from 'node:fs';
import type { Pieces } from '../model/byte-filter.js';
import type { ByteSink } from '../model/byte-sink.js';
import type { LineState } from './own-lines.js';

/** A busy non-blocking descriptor is tried again after this time. */
const BUSY_MS = 2;
/** The writer is told to wait while more than this waits behind what is being written. */
const HIGH_WATER_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;

type Queued = { readonly pieces: Pieces; readonly written: (() => void) | undefined };

/** `failure`: the system's name of the error (`EPIPE`) after which nothing was written any more; null while there is none. */
export type DescriptorSink = ByteSink & { failure(): string | null };

/**
 * A sink over one of our own descriptors. Writes go through the thread pool one after another, so that a reader who stops reading
 * stops neither our timers nor our signals (a write of process.stdout to a pipe blocks the whole process). The next bytes are made while the last are written.
 * `line` is told how what was written ends.
 */
export function openDescriptorSink(descriptor: number, line: LineState = { midLine: false }): DescriptorSink {
  let queue: Queued[] = [];
  let queued = 0;
  let writing = false;
  let failure: string | null = null;
  const settle: (() => void)[] = [];
  const goOn: (() => void)[] = [];
  const onFailure: (() => void)[] = [];

  const callAll = (waiting: (() => void)[]) => {
    for (const call of waiting.splice(0)) call();
  };
  const fail = (code: string) => {
    failure = code;
    queue = [];
    queued = 0;
    writing = false;
    for (const waiting of [onFailure, goOn, settle]) callAll(waiting);
  };
  const next = () => {
    if (queue.length === 0) {
      writing = false;
      callAll(settle);
      return;
    }
    writing = true;
    const batch = queue;
    queue = [];
    queued = 0;
    callAll(goOn);
    give(
      batch.flatMap(({ pieces }) => pieces),
      () => {
        for (const { written } of batch) written?.();
        next();
      },
    );
  };
  const give = (batch: readonly Uint8Array[], done: () => void) => {
    writev(descriptor, batch, (error, written) => {
      if (failure !== null) return;
      if (error === null) {
        const left = leftOf(batch, written);
        if (written > 0) line.midLine = byteAt(batch, written - 1) !== LINE_FEED;
        if (left.length > 0) give(left, done);
        else done();
      } else if (error.code === 'EAGAIN') setTimeout(() => give(batch, done), BUSY_MS);
      else fail(error.code ?? 'unknown');
    });
  };

  return {
    write(pieces, written) {
      const filled = pieces.filter(({ length }) => length > 0);
      if (failure !== null || filled.length === 0) {
        written?.();
        return true;
      }
      queue.push({ pieces: filled, written });
      for (const { length } of filled) queued += length;
      if (!writing) next();
      return queued <= HIGH_WATER_BYTES;
    },
    room() {
      return failure !== null || queued <= HIGH_WATER_BYTES ? Promise.resolve() : new Promise((resolve) => goOn.push(resolve));
    },
    drained() {
      return failure !== null || (!writing && queue.length === 0) ? Promise.resolve() : new Promise((resolve) => settle.push(resolve));
    },
    onFailure(listener) {
      if (failure !== null) listener();
      else onFailure.push(listener);
    },
    failure: () => failure,
  };
}

/** What is left of chunks after their first `written` bytes. */
function leftOf(chunks: readonly Uint8Array[], written: number): Uint8Array[] {
  let passed = 0;
  return chunks.flatMap((chunk) => {
    const from = Math.max(0, written - passed);
    passed += chunk.length;
    return from < chunk.length ? [chunk.subarray(from)] : [];
  });
}

/** The byte at an index into chunks as if they were one; undefined behind their end. */
function byteAt(chunks: readonly Uint8Array[], index: number): number | undefined {
  let passed = 0;
  for (const chunk of chunks) {
    if (index < passed + chunk.length) return chunk[index - passed];
    passed += chunk.length;
  }
  return undefined;
}

/** A sink that keeps what it is given, for `--json`. */
export function openCaptureSink(): ByteSink & { text(): string } {
  const chunks: Uint8Array[] = [];
  return {
    write(pieces) {
      chunks.push(...pieces);
      return true;
    },
    room: () => Promise.resolve(),
    drained: () => Promise.resolve(),
    onFailure: () => undefined,
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
