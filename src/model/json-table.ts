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

/** As `parseJson`, for files that hold what outloop wrote: null also where a key stands twice in one object, or bytes were no UTF-8 (U+FFFD). */
export function parseStrictJson(text: string): unknown {
  const value = parseJson(text);
  return text.includes('\ufffd') || countKeysIn(text) !== countKeysOf(value) ? null : value;
}

/** In a text that is JSON, every string that a colon follows is a key. */
function countKeysIn(text: string): number {
  let keys = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:)?/g)) if (colon !== undefined) keys++;
  return keys;
}

function countKeysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts: readonly unknown[] = Object.values(value);
  return parts.reduce<number>((sum, part) => sum + countKeysOf(part), Array.isArray(value) ? 0 : parts.length);
}
