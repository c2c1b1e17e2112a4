import { deny, type Denial } from '../denial/denial.js';
import { findCode } from '../model/error-code.js';

/**
 * What an error that nobody expected means before anything was fetched: the file system said no (`code`, with the name of its error as the
 * detail), or a bug of ours, whose text could hold anything and is shown to nobody.
 */
export function denyFailure(error: unknown, code: 'CONFIG_INVALID' | 'AUDIT_UNAVAILABLE', stage: string): Denial {
  const name = nameSystemError(error);
  return name === null ? deny('INTERNAL_ERROR', { stage }) : deny(code, { detail: `the file system said ${name} in ${stage}` });
}

/** `EIO`, where a system call failed; null for any other error. Node's errors of its own have a code as well, and no `syscall`. */
function nameSystemError(error: unknown): string | null {
  return error instanceof Error && 'syscall' in error ? findCode(error) : null;
}
