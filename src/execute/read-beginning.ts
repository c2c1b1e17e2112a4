import { closeSync, openSync, readSync } from 'node:fs';

/**
 * The first bytes of a file, as Latin-1, at most `maxBytes`. On every run's path, and so without readFileSync, which costs twice as much. Throws where it cannot
 * be read.
 */
export function readBeginning(path: string, maxBytes: number): string {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(maxBytes);
    return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, maxBytes, null));
  } finally {
    closeSync(descriptor);
  }
}
