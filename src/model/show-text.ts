/**
 * Controls, lone halves of surrogate pairs, line separators, and what no person sees: format characters (bidirectional, zero-width, tags) and
 * those that Unicode's DerivedCoreProperties.txt calls Default_Ignorable_Code_Point (fillers, variation selectors).
 */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** The same but for what JSON.stringify escapes itself, and the line feeds and blanks that JSON is laid out with. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Text from outside as it may stand on a terminal and in one line: what is unsafe there is written as `\u{…}`. */
export function showText(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** JSON as it may stand on a terminal: the same value, with what is unsafe there as `\uXXXX`. JSON.stringify escapes the rest itself. */
export function escapeJson(json: string): string {
  return json.replace(UNSAFE_IN_JSON, (character) =>
    character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
