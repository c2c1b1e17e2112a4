/** The `code` of an error of Node's, '' when it has none. An error's message may quote what was sent and is never read. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
