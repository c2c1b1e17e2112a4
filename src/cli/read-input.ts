import { fstatSync, readSync } from 'node:fs';
import { findCode } from '../model/error-code.js';

const PAUSE_MS = 10;

/** Reads a descriptor to its end; null when there is more than `maxBytes`. Blocks this thread. Throws the system's error. */
export function readInput(descriptor: number, maxBytes: number): Buffer | null {
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const read = readSome(descriptor, buffer, length);
    if (read === 0) return buffer.subarray(0, length);
    length += read;
  }
  buffer.fill(0);
  return null;
}

/**
 * Whether standard input, which is no terminal and is wanted for nothing else, holds something. One that nobody writes to, and nobody closes, holds
 * nothing after a short wait.
 */
export async function hasInput(): Promise<boolean> {
  const kind = lookAtInput();
  if (kind !== 'stream') return kind === 'filled';
  const { stdin } = process;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), EMPTY_AFTER_MS);
      stdin.once('error', () => resolve(false));
      stdin.once('readable', () => resolve(stdin.read() !== null));
    });
  } finally {
    clearTimeout(timer);
    stdin.destroy();
  }
}

/** A program at the other end of a pipe was started together with this one. */
const EMPTY_AFTER_MS = 500;

function lookAtInput(): 'stream' | 'filled' | 'empty' {
  try {
    const stat = fstatSync(0);
    if (stat.isFIFO() || stat.isSocket()) return 'stream';
    return stat.isFile() && stat.size > 0 ? 'filled' : 'empty';
  } catch {
    return 'empty'; // It is closed.
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}

/** Standard input may be non-blocking: EAGAIN means that nothing is there yet. */
function readSome(descriptor: number, buffer: Buffer, at: number): number {
  for (;;) {
    try {
      return readSync(descriptor, buffer, at, buffer.length - at, null);
    } catch (error) {
      const code = findCode(error);
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      pause();
    }
  }
}
