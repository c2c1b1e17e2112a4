/** A word as a POSIX shell reads it back: bare where every character is harmless, else in single quotes (POSIX 2.2.2). */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
