import { isAscii, joinCharacters, splitCharacters, type Character } from './characters.js';
import { MAX_EXOTIC_BYTES, SPAN, reverse, rotate, spellDumps, widen } from './spell.js';
import type { Part, Spelling } from './spelling.js';

/**
 * What stands between the characters of a list in JSON, in Python and without quotation marks (blanks give no symbols), and of what is underlined by overstriking, of
 * which the bar comes before what strikes it out.
 */
const BETWEEN = ['","', "','", ',', '_'];

/**
 * The spellings of a part that are looked for with their punctuation and case. `caseless`: it has too few letters and digits to be looked for by them alone, so
 * that its capitals and small letters are spelt here.
 */
export function* spellVerbatim(part: Part, caseless: boolean): Generator<Spelling, void> {
  yield reverse(part);
  yield rotate(part);
  const characters = part.bytes.length > MAX_EXOTIC_BYTES ? null : splitCharacters(part);
  if (characters === null) return;
  // The text beside them is looked for with its symbols here.
  yield* spellDumps(part);
  for (const between of BETWEEN) yield look(joinCharacters(characters, { between }), spanOfList(between), 1);
  const ascii = isAscii(part.bytes);
  if (caseless || !ascii) yield* spellCases(characters);
  if (ascii) return;
  // `tr` and the C locale leave alone what is not ASCII.
  yield look(joinCharacters(characters, { spell: (text) => (text > '~' ? text : text.toUpperCase()) }), SPAN.raw, 1);
  yield look(joinCharacters(characters, { spell: (text) => (text > '~' ? text : text.toLowerCase()) }), SPAN.raw, 1);
  yield look(joinCharacters(characters.toReversed()), SPAN.raw);
  // A backspace is read as taking back a byte.
  yield look(joinCharacters(characters, { spell: (text) => text + text }), 2 * SPAN.raw);
  for (const bigEndian of [false, true]) yield look(widen(part, bigEndian), SPAN.utf16);
  yield look(joinCharacters(characters, { encoding: 'latin1', spell: narrow }), SPAN.raw, 1);
  yield look(joinCharacters(characters, { spell: toLatin1 }), SPAN.raw);
}

function* spellCases(characters: readonly Character[]): Generator<Spelling, void> {
  yield look(joinCharacters(characters, { spell: (text) => text.toUpperCase() }), SPAN.raw, 1);
  yield look(joinCharacters(characters, { spell: (text) => text.toLowerCase() }), SPAN.raw, 1);
}

function spanOfList(between: string): number {
  return (SPAN.raw - 1) * (1 + between.length) + 1;
}

function look({ bytes, weights }: Part, minSpan: number, held: 0 | 1 = 0): Spelling {
  return { spelled: bytes, length: bytes.length, weights, minSpan, held, dump: false, folded: false };
}

/** A byte for each character that Latin-1 has, as `\xfc` reads in Python, YAML and JavaScript, and `%FC` in what `escape` made; the bytes of UTF-8 for others. */
function narrow(character: string): string {
  return character <= LAST_OF_LATIN1 ? character : toLatin1(character);
}

const LAST_OF_LATIN1 = '\u00ff';

/** The bytes of UTF-8, each taken for a character: how a header reads in Node and Python. */
function toLatin1(character: string): string {
  return Buffer.from(character).toString('latin1');
}
