import { readInput } from './read-input.js';

/** More than any backend takes (64 KiB), so that a longer value is refused as what it is, with room for the newline. */
const MAX_BYTES = 65_536 + 4096;

/**
 * A secret's value: typed without echo on a terminal, else all of standard input, of which one trailing newline is dropped. Null when it is far
 * too long. The bytes are the caller's to wipe.
 */
export async function readSecretValue(terminal: boolean, question: string): Promise<Buffer | null> {
  if (terminal) {
    const { default: password } = await import('@inquirer/password');
    return Buffer.from(await password({ message: question, mask: false }, { output: process.stderr }));
  }
  const bytes = readInput(0, MAX_BYTES);
  if (bytes === null) return null;
  const end = bytes.at(-1) === 10 ? (bytes.at(-2) === 13 ? 2 : 1) : 0;
  return bytes.subarray(0, bytes.length - end);
}
