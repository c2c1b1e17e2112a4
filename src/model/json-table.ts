/** A text as JSON; null when it is not JSON, or is null. The parser's error would quote the text, so it goes no further. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Whether a value is a JSON object: not null, and no array. */
export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A parameter's value, which a schedule keeps, nests 64 levels deep, and what outloop puts around it a few. */
const MAX_DEPTH = 80;

/**
 * As `parseJson`, for files that hold what outloop wrote: null also where a key stands twice in one object, where bytes were no UTF-8 (U+FFFD), and
 * where it nests deeper than anything that outloop writes, so that what reads the value may follow it down.
 */
export function parseStrictJson(text: string): unknown {
  const value = parseJson(text);
  return text.includes('\ufffd') || countKeysIn(text) !== countKeysOf(value) ? null : value;
}

/** In a text that is JSON, every string that a colon follows is a key. Every run counts some: a pattern would cost more to compile than this takes. */
function countKeysIn(text: string): number {
  let keys = 0;
  for (let begin = text.indexOf('"'); begin >= 0;) {
    const end = findEnd(text, begin);
    if (end < 0) break;
    let next = end + 1;
    while (BLANKS.includes(text.charAt(next)) && next < text.length) next++;
    if (text.charAt(next) === ':') keys++;
    begin = text.indexOf('"', next);
  }
  return keys;
}

/** What JSON takes for blank (RFC 8259 §2). */
const BLANKS = ' \t\n\r';

/** Where the string that begins at `begin` ends: at the next quote that an even number of backslashes stands before; negative where it does not. */
function findEnd(text: string, begin: number): number {
  for (let end = text.indexOf('"', begin + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charAt(end - 1 - backslashes) === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return -1;
}

/** Level by level, for a stack has an end; null: there are too many. */
function countKeysOf(value: unknown): number | null {
  let keys = 0;
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return null;
    level = level.flatMap((part): readonly unknown[] => {
      if (typeof part !== 'object' || part === null) return [];
      const parts: readonly unknown[] = Object.values(part);
      if (!Array.isArray(part)) keys += parts.length;
      return parts;
    });
  }
  return keys;
}
