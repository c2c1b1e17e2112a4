/** The `code` of an error of Node's (`ENOENT`), which is public; null for anything else. Its message may quote what was sent and is never read. */
export function findCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** As `findCode`, `unknown` for what has none. */
export function errorCode(error: unknown): string {
  return findCode(error) ?? 'unknown';
}

/** The system's own name for an error (`ENOSPC`). Anything that is not such an error is a bug and is thrown on. */
export function codeOf(error: unknown): string {
  const code = findCode(error);
  if (code === null) throw error;
  return code;
}

/** For an error of the system's whose name nobody asks for: only what is a bug is thrown on. */
export function rethrowBug(error: unknown): void {
  codeOf(error);
}
