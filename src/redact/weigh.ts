import { readPrivateKey } from './private-key.js';
import { publicPrefixOf } from './public-prefixes.js';
import type { Part } from './spelling.js';

/** What one character of a word carries: some 1.5 bits (Shannon, Prediction and Entropy of Printed English, 1951). */
const WORD_BITS = 1.5;
/** What a character carries that repeats the one before or counts on from it. */
const RUN_BITS = 0.5;
const LETTERS = /[A-Z]?[a-z]{3,}|[A-Z]{4,}/g;
/** A run of letters is looked at as a word from this length on. */
const MIN_WORD = 4;
/** The pairs of letters that make up most of English and of identifiers. */
const COMMON_PAIRS = new Set(
  (
    'th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se le sa si ar ve ra ld ur ro ri io ic ne ma me co ' +
    'ce li ch ll be ta la el ho us ly no om ec ss ee nc di em ct ac il ot wo so pe wa pr po sh lo tr un ut ie ni us ad ge ke ow ey ay pa ap op ' +
    'ai ev mo ir im ag ig am ab ck rd rs ts ns ul up ub ex od id av ov um fi fo fr cl cr br bl pl sp sc gr gh vi ty do da mi ol tu ru su rt rm rn ' +
    'wh wi we ba bo bu ef ff fe ga go ap pp qu ui ue cu ct pt mp mb tt oo ok ki sk sw ws ms ys ry ny my gy'
  ).split(' '),
);

/**
 * A part with what each of its bytes carries. Letters count in one case (`folded`), so that a letter is one of 26 and a letter or digit one of 36.
 * Words, runs and the public beginnings of known kinds of keys carry little or nothing: text that shares them is not the secret's.
 */
export function weigh(bytes: Uint8Array, folded: boolean): Part {
  const text = Buffer.from(bytes).toString('latin1');
  const kinds: Kind[] = [];
  for (let i = 0; i < bytes.length; i++) kinds.push(kindOf(bytes[i] ?? 0));
  const each = Math.log2(sizeOfAlphabet(new Set(kinds), folded));
  const weights = Float32Array.from(kinds, (kind) => (!folded || IN_WORDS.has(kind) ? each : 0));
  // As matchAll would find them, which makes the pattern anew at each call.
  for (let found = LETTERS.exec(text); found !== null; found = LETTERS.exec(text))
    if (isWord(found[0])) weights.fill(WORD_BITS, found.index, LETTERS.lastIndex);
  for (let i = 2; i < text.length; i++) {
    const step = text.charCodeAt(i) - text.charCodeAt(i - 1);
    if (Math.abs(step) <= 1 && step === text.charCodeAt(i - 1) - text.charCodeAt(i - 2)) weights[i] = Math.min(weights[i] ?? 0, RUN_BITS);
  }
  weights.fill(0, 0, publicPrefixOf(text).length);
  takeOutPublic(bytes, weights);
  return { bytes, weights: () => weights };
}

/** A private key carries what of it is secret; a character of base64 as much as its six bits have of that. */
function takeOutPublic(bytes: Uint8Array, weights: Float32Array): void {
  const key = readPrivateKey(bytes);
  if (key === null) return;
  let bit = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (key.isText && !isBase64(bytes[i] ?? 0)) continue;
    const end = bit + (key.isText ? 6 : 8);
    let secret = 0;
    for (let at = bit; at < end; at++) if (key.known[at >> 3] === 0) secret++;
    weights[i] = ((weights[i] ?? 0) * secret) / (end - bit);
    bit = end;
  }
}

function isBase64(byte: number): boolean {
  return /[A-Za-z0-9+/]/.test(String.fromCharCode(byte));
}

type Kind = 'digit' | 'hex' | 'letter' | 'sign' | 'space' | 'blank' | 'other';

const IN_WORDS: ReadonlySet<Kind> = new Set(['digit', 'hex', 'letter']);
const DECIMAL: ReadonlySet<Kind> = new Set(['digit', 'space', 'blank']);
const HEXADECIMAL: ReadonlySet<Kind> = new Set(['digit', 'hex', 'space', 'blank']);

/** `hex`: a letter that is a digit of hexadecimal; `blank`: what separates, but for the space; `other`: what is no printable ASCII. */
function kindOf(byte: number): Kind {
  if (byte >= 0x30 && byte <= 0x39) return 'digit';
  const letter = byte | 0x20;
  if (letter >= 0x61 && letter <= 0x7a) return letter <= 0x66 ? 'hex' : 'letter';
  if (byte === 0x20) return 'space';
  if ((byte >= 0x09 && byte <= 0x0d) || byte === 0xa0) return 'blank';
  return byte > 0x20 && byte < 0x7f ? 'sign' : 'other';
}

function sizeOfAlphabet(kinds: ReadonlySet<Kind>, folded: boolean): number {
  const areAll = (allowed: ReadonlySet<Kind>): boolean => [...kinds].every((kind) => allowed.has(kind));
  if (areAll(DECIMAL)) return 10;
  if (areAll(HEXADECIMAL)) return 16;
  if (folded) return kinds.has('digit') ? 36 : 26;
  return kinds.has('other') || kinds.has('blank') ? 64 : 90;
}

/** Whether a run of letters reads like a word: most of its pairs are common ones. */
function isWord(letters: string): boolean {
  const word = letters.toLowerCase();
  if (word.length < MIN_WORD) return false;
  let common = 0;
  for (let i = 1; i < word.length; i++) if (COMMON_PAIRS.has(word.slice(i - 1, i + 1))) common++;
  return common >= 0.75 * (word.length - 1);
}
