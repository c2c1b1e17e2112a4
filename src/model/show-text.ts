/**
 * Text from outside as it may stand on a terminal and in one line: control characters (C0, DEL, C1), line separators,
 * bidirectional and zero-width format characters are written as `\u{…}`.
 */
export function showText(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (character) => `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
}
