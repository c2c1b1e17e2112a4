import { readInput } from './read-input.js';
import { typeSecret } from './type-secret.js';

/** More than any backend takes (64 KiB), so that a longer value is refused as what it is, with room for the newline. */
const MAX_BYTES = 65_536 + 4096;

/** A value, whose bytes are the caller's to wipe; or far too much of one, or several lines where one was asked for: nothing of those is kept. */
export type SecretInput = { readonly kind: 'value'; readonly bytes: Buffer } | { readonly kind: 'too-long' | 'several-lines' };

/** A secret's value: typed without echo on a terminal, else all of standard input, of which one trailing newline is dropped. */
export async function readSecretValue(terminal: boolean, question: string): Promise<SecretInput> {
  if (terminal) {
    const typed = await typeSecret(question);
    return typed === null ? { kind: 'several-lines' } : { kind: 'value', bytes: typed };
  }
  const bytes = readInput(0, MAX_BYTES);
  if (bytes === null) return { kind: 'too-long' };
  const end = bytes.at(-1) === 10 ? (bytes.at(-2) === 13 ? 2 : 1) : 0;
  return { kind: 'value', bytes: bytes.subarray(0, bytes.length - end) };
}
