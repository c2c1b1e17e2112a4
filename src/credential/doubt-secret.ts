/** A variable's name in capitals, and the beginning of its value: base64 ends after such a sign, and does not go on. */
const ASSIGNMENT = /^(?:export )?[A-Z][A-Z0-9_]+=[^=]/;
const QUOTED = /^(["'`]).*\1$/s;
const BEARER = /^bearer /i;
const BLANK_END = /^[ \t]|[ \t]$/;

/** What of a value looks like more than the value itself, as clauses without any of it. It can be right all the same. */
export function doubtSecret(bytes: Uint8Array): readonly string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return [
    ...(QUOTED.test(text) ? ['it is wrapped in quotes'] : []),
    ...(ASSIGNMENT.test(text) ? ['it begins with NAME=, as a line of an environment does'] : []),
    ...(BEARER.test(text) ? ['it begins with Bearer, which outloop writes itself'] : []),
    ...(BLANK_END.test(text) ? ['it begins or ends with a space'] : []),
  ];
}
