import { readUsage } from './read-usage.js';
import { LostOutput } from './guard-process.js';

/** An error that ended a command: what is wrong, in a sentence without its full stop, what helps, and the exit code. */
export type Failure = {
  readonly reason: string;
  readonly next: string | null;
  readonly exit: number;
  /** What of the catalogue it is; null: nothing of it. */
  readonly code: 'USAGE' | 'INTERNAL_ERROR' | null;
};

/** Reads an error. oclif's own carry their exit code and a message for people; the text of a bug could hold anything and is not shown. */
export function readFailure(error: unknown): Failure {
  if (isOclifs(error)) return { ...readUsage(error.message), exit: error.oclif.exit ?? 2, code: 'USAGE' };
  // Ctrl-C at a question.
  if (error instanceof Error && error.name === 'ExitPromptError') return { reason: 'nothing was changed', next: null, exit: 1, code: null };
  if (error instanceof LostOutput) return { reason: `${error.message} (${error.code})`, next: null, exit: 1, code: null };
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    const where = 'path' in error && typeof error.path === 'string' ? ` ${error.path}` : '';
    const reason = `the file system refused: ${String(error.syscall)}${where} (${String(error.code)})`;
    return { reason, next: 'outloop doctor', exit: 1, code: null };
  }
  const reason = `outloop failed (${error instanceof Error ? error.name : 'unknown error'})`;
  return { reason, next: 'report it, with what outloop doctor says', exit: 1, code: 'INTERNAL_ERROR' };
}

/** An error of oclif's, a plug-in's own copy of oclif among them, whose classes are others. */
function isOclifs(error: unknown): error is Error & { readonly oclif: { readonly exit?: number } } {
  return error instanceof Error && 'oclif' in error && typeof error.oclif === 'object' && error.oclif !== null;
}
