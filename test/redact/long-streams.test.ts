import { expect, test } from 'vitest';
import { openFilterOf, pass, type Kind } from './filters.js';

/** What comes before, so that scanners ask what they ask in long streams alone. Nothing of it is a secret's. */
const FILL = 'some ordinary words, and the line ends here\n'.repeat(400);
const KEY = 'kR7xQ2mZ9pLw4Tt8Bn3V';
const PHRASE = 'correct horse battery staple orange window';
const blanks = (count: number) => ' '.repeat(count);

/** Secrets that the surroundings of an escape, or of a control sequence, nearly hide from the scanners. */
const ROWS: readonly { readonly title: string; readonly secret: string; readonly chunks: readonly string[]; readonly out: string }[] = [
  {
    title: 'a phrase with an escape far before the end of a chunk',
    secret: PHRASE,
    chunks: [` = correct horse batter\\x79${blanks(62)}`, 'staple orange window\n'],
    out: ' = [redacted:k]\n',
  },
  {
    title: 'a key with an escape far before the end of a chunk',
    secret: KEY,
    chunks: [` = kR7xQ2mZ9p\\x4c${blanks(62)}`, 'w4Tt8Bn3V\n'],
    out: ' = [redacted:k]\n',
  },
  ...[62, 63, 64, 65, 66, 67].map((count) => ({
    title: `a key with a colour in it, and an escape ${count} blanks behind that`,
    secret: KEY,
    chunks: [` , kR7x\u001b[31m${blanks(count)}Q2mZ9\\x70Lw4T hello\u001b[0m`, ` ${FILL}`],
    out: ` , [redacted:k] hello\u001b[0m ${FILL}`,
  })),
  ...[10, 11, 12, 13, 14].map((count) => ({
    title: `a key with an escape, and a form feed ${count} blanks before that`,
    secret: 'kR7xQ2mZ9pLw4Tt',
    chunks: [` , kR7xQ2mZ\\f${blanks(count)}9pL\\x774Tt hello world, and the rest of it `, FILL],
    out: ` , [redacted:k] hello world, and the rest of it ${FILL}`,
  })),
  ...[25, 26, 32, 39, 40].map((count) => ({
    title: `a phrase with a long colour in it, and ${count} blanks and an escape behind that at the end of a long chunk`,
    secret: PHRASE,
    chunks: [`${FILL} = correct horse bat\u001b[38;2;255;25;100;48;2;10;11;11m${blanks(count)}t\\x65ry`, ' staple orange window\n'],
    out: `${FILL} = [redacted:k]\n`,
  })),
  ...['', 'a', 'ab', 'abc', 'abcd'].map((before) => ({
    title: `a key whose first letter ends a control sequence, behind '${before}'`,
    secret: 'mR7xQ2kZ9pLw',
    chunks: [` ${before}\u001b[31mR7xQ2kZ9pLw end\n`],
    out: ` ${before}\u001b[31[redacted:k] end\n`,
  })),
  {
    title: 'pieces of a key in escapes, each too short to count, beside a fragment of it',
    secret: KEY,
    chunks: [` ${KEY.slice(0, 14)} , kR7\\x78Q2m is one, Z9p\\x4cw4Tt8B another `, FILL],
    out: ` [redacted:k] , [redacted:k] is one, [redacted:k] another ${FILL}`,
  },
];

test.each(ROWS.flatMap((row) => (['wasm', 'script'] as const).map((kind: Kind) => ({ ...row, kind }))))(
  '$title, with the $kind scanner',
  ({ secret, chunks, out, kind }) => {
    const filter = openFilterOf(kind, Buffer.from(secret));
    const passed = pass(
      filter,
      [FILL, ...chunks].map((chunk) => Buffer.from(chunk)),
    );
    expect(passed.subarray(FILL.length).toString()).toBe(out);
  },
);
