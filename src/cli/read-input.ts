import { readSync } from 'node:fs';
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

/** Standard input may be non-blocking: EAGAIN means that nothing is there yet. */
function readSome(descriptor: number, buffer: Buffer, at: number): number {
  for (;;) {
    try {
      return readSync(descriptor, buffer, at, buffer.length - at, null);
    } catch (error) {
      const code = findCode(error);
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}
