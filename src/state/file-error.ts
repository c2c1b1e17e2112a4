/** The file system's own name for an error (`ENOSPC`). Anything that is not such an error is a bug and is thrown on. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw error;
}
