/**
 * Which bytes of a leak give something away: those that are others when the secret is another one. Both are written by the same tool, the twin from
 * a secret of the same shape, so that they differ in nothing else.
 */
export function markLeak(leak: Buffer, twin: Buffer): boolean[] {
  if (leak.length !== twin.length) throw new RangeError('the twin has another length');
  const marked = Array.from(leak, (byte, i) => byte !== twin[i]);
  // Two secrets agree in a digit here and there by chance.
  for (let i = 0; i < marked.length; i++) {
    const next = marked.indexOf(true, i);
    if (marked[i - 1] === true && next > i && next - i <= 2) marked[i] = true;
  }
  return marked;
}

/** A secret of the same shape: another character for each letter and digit, as long in every notation. What is public stays. */
export function makeTwin(secret: string, publicLength: number): string {
  const rotate = (character: string, alphabet: string, by: number) => alphabet.charAt((alphabet.indexOf(character) + by) % alphabet.length);
  return secret.replaceAll(/[0-9A-Za-z]/g, (character, at: number) => {
    if (at < publicLength) return character;
    if (/[0-9]/.test(character)) return rotate(character, '0123456789', 3);
    if (/[A-Z]/.test(character)) return rotate(character, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 11);
    return /[abc]/.test(character) ? rotate(character, 'abc', 1) : rotate(character, 'defghijklmnopqrstuvwxyz', 9);
  });
}

/** The longest run of a leak's telling bytes that a redactor left; bytes that tell nothing stand between them and do not count. */
export function longestSurvivor(leak: Buffer, marked: readonly boolean[], out: Buffer, mark: RegExp): number {
  const text = leak.toString('latin1');
  const kept = new Array<boolean>(leak.length).fill(false);
  let from = 0;
  for (const piece of out.toString('latin1').split(mark)) {
    const at = text.indexOf(piece, from);
    if (at < 0) throw new RangeError(`the output is not the leak with stretches replaced: ${JSON.stringify(piece)}`);
    kept.fill(true, at, at + piece.length);
    from = at + piece.length;
  }
  let longest = 0;
  let run = 0;
  marked.forEach((telling, i) => {
    if (!telling) return;
    run = kept[i] === true ? run + 1 : 0;
    longest = Math.max(longest, run);
  });
  return longest;
}
