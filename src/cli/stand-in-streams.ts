import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';

/**
 * Puts streams of ours in the place of process.stdout and process.stderr, which this process does not write to. Node makes its own when it closes any socket (it asks whether
 * that is process.stderr) or pipes one, and a pipe or socket becomes non-blocking by it, for whoever shares it too. A terminal does not.
 */
export function standInForStreams(): void {
  for (const [name, descriptor] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    if (isatty(descriptor)) continue;
    const stream = new Writable({
      write(chunk: Buffer, _, done) {
        try {
          writeSync(descriptor, chunk);
        } catch {
          // Nobody listens.
        }
        done();
      },
    });
    Object.defineProperty(process, name, { value: stream, configurable: true, enumerable: true, writable: true });
  }
}
