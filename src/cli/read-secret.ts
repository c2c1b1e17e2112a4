import { readFileSync } from 'node:fs';

/** A secret's value: typed without echo on a terminal, else all of standard input. One trailing newline is dropped. The bytes are the caller's to wipe. */
export async function readSecretValue(terminal: boolean, question: string): Promise<Buffer> {
  if (terminal) {
    const { default: password } = await import('@inquirer/password');
    return Buffer.from(await password({ message: question, mask: false }, { output: process.stderr }));
  }
  const bytes = readFileSync(0);
  const end = bytes.at(-1) === 10 ? (bytes.at(-2) === 13 ? 2 : 1) : 0;
  return bytes.subarray(0, bytes.length - end);
}
