/**
 * The bytes without the line end at their end, where they are one line: what `echo` and most programs put after a value. Several lines,
 * such as a key file's, stay as they are. The array given is overwritten when it is not given back.
 */
export function dropLineEnd(bytes: Uint8Array): Uint8Array {
  const first = bytes.indexOf(10);
  if (first < 0 || first !== bytes.length - 1) return bytes;
  const end = bytes[first - 1] === 13 ? first - 1 : first;
  // A Buffer's own slice would be a view of what is overwritten next.
  const line = Uint8Array.from(bytes.subarray(0, end));
  bytes.fill(0);
  return line;
}
