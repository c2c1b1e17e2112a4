import type { hash } from 'node:crypto';
import { isAscii, joinCharacters, splitCharacters } from './characters.js';
import type { Part, Spelling, Weights } from './spelling.js';
import { readPrivateKey } from './private-key.js';
import { weigh } from './weigh.js';
import { writeInJson } from './write-json.js';

/** Parts longer than this are spelt in the common forms alone, and as a list of numbers, as programs print bytes: a key file of kilobytes has some 70 forms otherwise. */
export const MAX_EXOTIC_BYTES = 256;
/** Twelve characters of a secret, in each form's own characters: those that they determine alone where they stand worst. Of what takes several for each it is fewer than twelve. */
export const SPAN = {
  raw: 12,
  utf16: 20,
  /** Eight characters, as one line of a dump has them. */
  utf16Hex: 30,
  base64: 15,
  base64Twice: 19,
  base32: 18,
  hex: 16,
  prefixedHex: 40,
  octal: 24,
  prefixedOctal: 28,
  decimal: 20,
  words: 16,
  digest: 16,
} as const;

/** How one form is looked for. */
type Look = Pick<Spelling, 'minSpan' | 'held' | 'dump' | 'folded'>;

/**
 * Every spelling of a part that is looked for in the `word` fold. What is written with escapes is found by reading the escapes, not here. `packed` is the same part with what each
 * byte carries in forms that keep it whole, symbols and the case of letters too.
 */
export function* spellPart(part: Part, packed: Part): Generator<Spelling, void> {
  yield plain(part);
  const once = base64(packed, SPAN.base64, true);
  yield* once;
  yield hex(packed);
  yield* hexWords(packed, 2);
  yield reverse(part);
  yield* decoded(part);
  yield spellBytes(packed, String, { ...NUMBERS, minSpan: SPAN.decimal });
  yield spellBytes(packed, (byte) => `0x${hexOf(byte)}`, { ...NUMBERS, minSpan: SPAN.prefixedHex, dump: false });
  if (part.bytes.length > MAX_EXOTIC_BYTES) return;
  yield rotate(part);
  yield* exotic(packed, once);
}

/** The part as it is. */
export function plain({ bytes, weights }: Part): Spelling {
  return { spelled: bytes, length: bytes.length, weights, minSpan: SPAN.raw, held: 1, dump: false, folded: false };
}

/** `once`: the part in base64. */
function* exotic(part: Part, once: readonly Spelling[]): Generator<Spelling, void> {
  for (const { spelled, weights } of once) yield* base64({ bytes: spelled, weights }, SPAN.base64Twice, false);
  for (const written of writeInJson(part)) yield* base64(written, SPAN.base64, false);
  yield* base64(widen(part, false), SPAN.base64Twice, false);
  // Of ASCII either order is the other one, a byte on.
  if (!isAscii(part.bytes)) yield* base64(widen(part, true), SPAN.base64Twice, false);
  yield* base32(part);
  yield spellBytes(part, (byte) => byte.toString(8).padStart(3, '0'), { ...NUMBERS, minSpan: SPAN.octal });
  yield spellBytes(part, (byte) => byte.toString(8), { ...NUMBERS, minSpan: SPAN.decimal });
  yield spellBytes(part, (byte) => `0${byte.toString(8)}`, { ...NUMBERS, minSpan: SPAN.prefixedOctal, dump: false });
  yield spellBytes(part, (byte) => String(byte).padStart(3, '0'), { ...NUMBERS, minSpan: SPAN.octal });
  yield wideHex(part);
  yield* hexWords(part, 4);
  yield* hexWords(part, 8);
  yield* numberWords(part, (word) => word.toString(8).padStart(6, '0'));
  yield* numberWords(part, String);
}

const NUMBERS = { held: 0, dump: true, folded: true } as const;

function spellBytes({ bytes, weights }: Part, spell: (byte: number) => string, look: Look): Spelling {
  return spellUnits(
    spellEach(bytes.length, (i) => spell(bytes[i] ?? 0)),
    weights,
    look,
  );
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

const HEX: Look = { minSpan: SPAN.hex, held: 1, dump: true, folded: true };
const UTF16_HEX: Look = { ...HEX, minSpan: SPAN.utf16Hex, held: 0 };

/** The part's bytes as a dump has them beside their text. */
export function* spellDumps(part: Part): Generator<Spelling, void> {
  yield hex(part);
  yield wideHex(part);
}

function wideHex(part: Part): Spelling {
  return hex(widen(part, false), UTF16_HEX);
}

function hex({ bytes, weights }: Part, look = HEX): Spelling {
  return spellHex(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), weights, look);
}

/** Two digits for each byte; all digits of what has one weight share it. */
function spellHex(bytes: Buffer, weights: Weights, { minSpan, held, dump, folded }: Look): Spelling {
  const spelled = Buffer.from(bytes.toString('hex'), 'latin1');
  const share = () => {
    const whole = weights();
    const shares = new Float32Array(spelled.length);
    const each = spelled.length / whole.length;
    for (let i = 0; i < whole.length; i++) shares.fill((whole[i] ?? 0) / each, i * each, (i + 1) * each);
    return shares;
  };
  return { spelled, length: spelled.length, weights: share, minSpan, held, dump, folded };
}

/** As Array.from, which a short run has not compiled: there an iterator makes an object for each step. */
function spellEach(count: number, spell: (index: number) => string): string[] {
  const units: string[] = [];
  for (let i = 0; i < count; i++) units.push(spell(i));
  return units;
}

/** One text for each byte; its characters share what the byte carries. */
function spellUnits(units: readonly string[], weights: Weights, { minSpan, held, dump, folded }: Look): Spelling {
  const spelled = Buffer.from(units.join(''), 'latin1');
  const share = () => {
    const whole = weights();
    const shares = new Float32Array(spelled.length);
    let at = 0;
    units.forEach((unit, index) => {
      shares.fill((whole[index] ?? 0) / unit.length, at, at + unit.length);
      at += unit.length;
    });
    return shares;
  };
  return { spelled, length: spelled.length, weights: share, minSpan, held, dump, folded };
}

/**
 * What base64 makes of the part at offset 0, 1 and 2 of a longer text: the characters that the part alone determines (RFC 4648 §4: three bytes become four
 * characters).
 */
function base64({ bytes, weights }: Part, minSpan: number, waits: boolean): Spelling[] {
  return [0, 1, 2].map((offset) => {
    const padded = pad(bytes, offset);
    const whole = Buffer.from(padded.toString('base64'), 'latin1');
    const held = !waits ? 0 : offset === 0 ? 1 : 2;
    return cutPacked(whole, { weights, offset, bitsEach: 6, length: padded.length }, { minSpan, held, dump: false, folded: false });
  });
}

const IN_BASE32: Look = { minSpan: SPAN.base32, held: 0, dump: false, folded: true };

/** As base64, for base32 (RFC 4648 §6: five bytes become eight characters), in small letters: a form's case is not looked at. */
function base32({ bytes, weights }: Part): Spelling[] {
  return [0, 1, 2, 3, 4].map((offset) => {
    const padded = pad(bytes, offset);
    return cutPacked(encodeBase32(padded), { weights, offset, bitsEach: 5, length: padded.length }, IN_BASE32);
  });
}

/** So many zeros before the bytes. */
function pad(bytes: Uint8Array, zeros: number): Buffer {
  const padded = Buffer.alloc(zeros + bytes.length);
  padded.set(bytes, zeros);
  return padded;
}

type Packing = { readonly weights: Weights; readonly offset: number; readonly bitsEach: number; readonly length: number };

/** Of an encoding of so many bits a character, the characters that lie within the part; each takes its share of the byte that it begins in. */
function cutPacked(whole: Uint8Array, { weights, offset, bitsEach, length }: Packing, { minSpan, held, dump, folded }: Look): Spelling {
  const first = Math.ceil((offset * 8) / bitsEach);
  const end = Math.floor((length * 8) / bitsEach);
  const share = () => {
    const bits = weights();
    const shares = new Float32Array(end - first);
    for (let i = first; i < end; i++) shares[i - first] = ((bits[((i * bitsEach) >> 3) - offset] ?? 0) * bitsEach) / 8;
    return shares;
  };
  return { spelled: whole.subarray(first), length: end - first, weights: share, minSpan, held, dump, folded };
}

function encodeBase32(bytes: Uint8Array): Uint8Array {
  const digits = new Uint8Array(Math.ceil((bytes.length * 8) / 5));
  let count = 0;
  let held = 0;
  let bits = 0;
  for (let i = 0; i < bytes.length; i++) {
    held = ((held << 8) | (bytes[i] ?? 0)) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) digits[count++] = BASE32[(held >> (bits - 5)) & 31] ?? 0;
  }
  if (bits > 0) digits[count] = BASE32[(held << (5 - bits)) & 31] ?? 0;
  return digits;
}

const BASE32 = Buffer.from('abcdefghijklmnopqrstuvwxyz234567');

const WORDS: Look = { minSpan: SPAN.words, held: 0, dump: true, folded: true };

/** Dumps in words of the machine's order, such as those of `od` and `hexdump`: the last byte of each word comes first. */
function hexWords(part: Part, width: 2 | 4 | 8): Spelling[] {
  return cutWords(part, width).map(({ bytes, weights }) => {
    if (width === 2) bytes.swap16();
    else if (width === 4) bytes.swap32();
    else bytes.swap64();
    return spellHex(bytes, weights, WORDS);
  });
}

/** As `hexWords`, for words of two bytes that are printed as numbers. */
function numberWords(part: Part, spell: (word: number) => string): Spelling[] {
  return cutWords(part, 2).map(({ bytes, weights }) => {
    const word = (i: number) => (bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8);
    return spellUnits(
      spellEach(bytes.length / 2, (i) => spell(word(i))),
      weights,
      WORDS,
    );
  });
}

/** The whole words of the part at every offset that it may have in a word, and what each carries; bytes of words that are partly somebody else's are left out. */
function cutWords({ bytes, weights }: Part, width: number): { readonly bytes: Buffer; readonly weights: Weights }[] {
  return Array.from({ length: width }, (_, offset) => {
    const count = Math.max(0, Math.floor((bytes.length - offset) / width));
    const carry = () => {
      const each = weights();
      const carried = new Float32Array(count);
      for (let i = 0; i < count * width; i++)
        carried[Math.floor(i / width)] = (carried[Math.floor(i / width)] ?? 0) + (each[offset + i] ?? 0);
      return carried;
    };
    return { bytes: Buffer.from(bytes.subarray(offset, offset + count * width)), weights: carry };
  });
}

export function reverse({ bytes, weights }: Part): Spelling {
  const turned = () => weights().slice().reverse();
  return {
    spelled: bytes.slice().reverse(),
    length: bytes.length,
    weights: turned,
    minSpan: SPAN.raw,
    held: 0,
    dump: false,
    folded: false,
  };
}

export function rotate({ bytes, weights }: Part): Spelling {
  const spelled = bytes.map((byte) => {
    const letter = byte & 0xdf;
    if (letter < 0x41 || letter > 0x5a) return byte;
    return letter <= 0x4d ? byte + 13 : byte - 13;
  });
  return { spelled, length: bytes.length, weights, minSpan: SPAN.raw, held: 0, dump: false, folded: false };
}

/** The part in UTF-16 of either order; of what is no UTF-8, each byte is taken for a character. */
export function widen(part: Part, bigEndian: boolean): Part {
  const characters = isAscii(part.bytes) ? null : splitCharacters(part);
  const { bytes, weights } = characters === null ? widenBytes(part) : joinCharacters(characters, { encoding: 'utf16le' });
  if (!bigEndian) return { bytes, weights };
  const swap = () => weights().map((_, i, whole) => whole[i ^ 1] ?? 0);
  return { bytes: bytes.map((_, i) => bytes[i ^ 1] ?? 0), weights: swap };
}

function widenBytes({ bytes, weights }: Part): Part {
  const wide = new Uint8Array(bytes.length * 2);
  bytes.forEach((byte, i) => (wide[2 * i] = byte));
  const share = () => {
    const shares = new Float32Array(wide.length);
    weights().forEach((weight, i) => (shares[2 * i] = weight));
    return shares;
  };
  return { bytes: wide, weights: share };
}

/** The bytes that a PEM body encodes, as tools print them that read it, and where another kind of file holds them. */
function decoded({ bytes }: Part): Spelling[] {
  const key = readPrivateKey(bytes);
  if (key === null || !key.isText) return [];
  const part = weigh(key.bytes, false);
  return [hex(part), ...base64(part, SPAN.base64, false).slice(1)];
}

const NEWLINE = Uint8Array.of(0x0a);

/** Common digests of a secret, and of the secret with the newline that `echo` puts behind it. They do not give it away, but a guess can be compared with them. */
export function* spellDigests(secret: Uint8Array, digestOf: typeof hash): Generator<Spelling, void> {
  for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512']) {
    for (const text of [secret, Buffer.concat([secret, NEWLINE])]) {
      const digest = digestOf(algorithm, text, 'buffer');
      yield ofDigest(digest.toString('hex'), true);
      yield ofDigest(digest.toString('base64').replaceAll('=', ''), false);
    }
  }
}

function ofDigest(text: string, folded: boolean): Spelling {
  const spelled = Buffer.from(text, 'latin1');
  const { length } = spelled;
  return { spelled, length, weights: () => new Float32Array(length).fill(4), minSpan: SPAN.digest, held: 0, dump: false, folded };
}
