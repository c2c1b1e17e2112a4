import { fstatSync } from 'node:fs';
import { writeWhole } from './write-whole.js';

const STDOUT = 1;
const STDERR = 2;

/** Where the writing on a descriptor stands. `midLine`: the last byte written there ended no line. */
export type LineState = { midLine: boolean };

/** Lines of ours on standard error, each of which begins a line, whatever an action has written there. */
export type OwnLines = {
  /** Kept up to date by whoever writes to the two descriptors; they are one where those are the same terminal, pipe or file. */
  readonly stdout: LineState;
  readonly stderr: LineState;
  /** Writes a line, which ends in a line feed. Nobody may be listening there, and the exit code says the same. */
  say(line: string): Promise<void>;
};

export function openOwnLines(): OwnLines {
  const stderr: LineState = { midLine: false };
  return {
    stdout: isSameFile(STDOUT, STDERR) ? stderr : { midLine: false },
    stderr,
    async say(line) {
      const begin = stderr.midLine ? '\n' : '';
      stderr.midLine = false;
      await writeWhole(STDERR, begin + line);
    },
  };
}

function isSameFile(one: number, other: number): boolean {
  try {
    const [a, b] = [fstatSync(one, { bigint: true }), fstatSync(other, { bigint: true })];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}
