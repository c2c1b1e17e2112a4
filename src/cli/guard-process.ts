import { errorCode } from '../model/error-code.js';

/** A command whose reader has gone ends as SIGPIPE would have ended it. */
const SIGPIPE_EXIT = 128 + 13;

/**
 * Sees to it that this command ends with one line of ours whatever becomes of it: `present` shows an error that nobody caught and gives the
 * exit code. A standard output that takes no more ends the command at once, in silence where its reader has gone (`| head`).
 */
export function guardProcess(present: (error: unknown) => number): void {
  process.on('uncaughtException', (error) => process.exit(present(error)));
  const fail = (error: unknown): never => {
    const code = errorCode(error);
    process.exit(code === 'EPIPE' ? SIGPIPE_EXIT : present(new LostOutput(code)));
  };
  // A listener of oclif's throws what is not EPIPE; a file's stream throws at once.
  process.stdout.prependListener('error', fail);
  const write = process.stdout.write.bind(process.stdout) as (...args: unknown[]) => boolean;
  process.stdout.write = (...args: unknown[]) => {
    // oclif writes an empty text at the end, which fails too where nothing more is taken.
    if (args[0] === '') {
      args.findLast((arg) => typeof arg === 'function')?.();
      return true;
    }
    try {
      return write(...args);
    } catch (error) {
      return fail(error);
    }
  };
  process.stderr.on('error', () => undefined);
}

/** Standard output does not take the answer; `code` is the system's name of why (`ENOSPC`). */
export class LostOutput extends Error {
  constructor(readonly code: string) {
    super('standard output cannot be written');
  }
}
