import { writeSync } from 'node:fs';
import { findCode } from '../model/error-code.js';

/** A reader that takes nothing for this long gets no line of ours; the exit code says the same. */
export const PATIENCE_MS = 1000;
const PAUSE_MS = 5;

/** Writes a line of ours. A descriptor that Node or whoever shares it made non-blocking takes some of it, or none for a moment; one that fails gets no more. */
export async function writeWhole(descriptor: number, line: string): Promise<void> {
  const bytes = Buffer.from(line);
  for (let at = 0, pauses = 0; at < bytes.length && pauses * PAUSE_MS < PATIENCE_MS;) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if (!isBusy(error)) return;
      pauses++;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function isBusy(error: unknown): boolean {
  return findCode(error) === 'EAGAIN';
}
