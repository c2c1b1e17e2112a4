/** What nearly all text is. The classes below are made from Unicode's tables, which takes 0.5 ms: not where nothing needs them. */
const PLAIN = /^[ -~]*$/;
const PLAIN_JSON = /^[\n -~]*$/;

/**
 * Text from outside as it may stand on a terminal and in one line, with `\u{…}` for what is unsafe there: controls, lone halves of surrogate pairs,
 * line separators, and what no person sees: format characters (bidirectional, zero-width, tags) and those that Unicode's
 * DerivedCoreProperties.txt calls Default_Ignorable_Code_Point (fillers, variation selectors).
 */
export function showText(text: string): string {
  if (PLAIN.test(text)) return text;
  const unsafe = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
  return text.replace(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * JSON as it may stand on a terminal: the same value, with what is unsafe there as `\uXXXX`. JSON.stringify escapes the rest itself; line feeds and
 * blanks are what JSON is laid out with.
 */
export function escapeJson(json: string): string {
  if (PLAIN_JSON.test(json)) return json;
  return json.replace(/[\u007f-\u009f\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, (character) =>
    character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
