/**
 * Whether `pattern` matches `text` from its first character to its last. The pattern is compiled with the `u` flag and was
 * shown to match in linear time when its service was compiled (patterns.ts); throws SyntaxError for one that never was.
 */
export function matchesWhole(pattern: string, text: string): boolean {
  return anchorPattern(pattern).test(text);
}

/** The pattern between both anchors; the group keeps an alternative from leaving them. */
export function anchorPattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}
