import { hash } from 'node:crypto';
import { dissect } from './dissect.js';
import { FOLDS, type FoldName } from './fold.js';
import { openFours, type FourGrams } from './four-grams.js';
import { openGlance, type Glance } from './glance.js';
import { GRAM, indexGrams, type GramIndex } from './gram-index.js';
import { indexHeads, type Heads } from './heads.js';
import { gradually } from './lazily.js';
import { MIN_BITS, makeNeedle, shortestStretch, type Needle } from './needle.js';
import { readPrivateKey } from './private-key.js';
import { readEscapes } from './read-escapes.js';
import { MAX_ROW } from './scanner.js';
import { plain, spellDigests, spellPart } from './spell.js';
import { spellVerbatim } from './spell-verbatim.js';
import type { Part, Spelling } from './spelling.js';
import { weigh } from './weigh.js';

/** What is looked for in one fold. */
export type Engine = {
  readonly fold: FoldName;
  readonly needles: readonly Needle[];
  /** Made when a stream is long, or may hold one of its grams. */
  readonly index: GramIndex;
  readonly heads: Heads;
  /** So many symbols of a needle in a row are found wherever they stand, from GRAM to MAX_ROW; no fewer count. */
  readonly row: number;
  readonly mayHold: Glance;
  readonly fours: FourGrams;
  /** For each secret the needle of its own bytes, where this fold has one. */
  readonly plain: ReadonlyMap<number, readonly Needle[]>;
  /** Makes a little of what a longer stream will ask for; false when there is nothing left to make. */
  advance(): boolean;
};

/** The index of a secret, and what of it is looked for form by form: all of it, or parts. `isFound`: an engine finds it as well. */
export type Exact = { readonly secret: number; readonly texts: readonly Uint8Array[]; readonly isFound: boolean };

/** `exact`: secrets with fewer than GRAM visible bytes, which no engine can find, and those with odd bytes, whose escapes can be read in several ways. */
type Made = { readonly engines: readonly Engine[]; readonly exact: readonly Exact[] };

const WINDOW = 12;
/** A secret is looked for in any case and punctuation from this much on: twelve letters of words. Shorter words stand in ordinary text. */
const MIN_WHOLE_BITS = 18;

/**
 * The engines that find these secrets: one over letters and digits, with every form; one over the visible bytes as they are, for secrets that hold too few
 * letters and digits. Form after form.
 */
export function* makeEngines(secrets: readonly Uint8Array[]): Generator<void, Made> {
  const word: Needle[] = [];
  const text: Needle[] = [];
  const plainWord = new Map<number, Needle[]>();
  const plainText = new Map<number, Needle[]>();
  const exact: Exact[] = [];
  for (const [id, secret] of secrets.entries()) {
    let found = false;
    const odd: Uint8Array[] = [];
    for (const bytes of dissect(secret)) {
      const part = weigh(bytes, true);
      const verbatim = weigh(bytes, false);
      const forms = spellPart(part, verbatim);
      const first = forms.next().value;
      const folded = first === undefined ? null : makeNeedle(id, first, FOLDS.word, GRAM);
      const bits = sum(part);
      // Of what carries too little for a fragment all of it counts.
      const needle = bits < MIN_WHOLE_BITS ? null : folded;
      for (const form of forms) {
        addForm(id, form, word, text);
        yield;
      }
      const read = readWhole(bytes);
      if (needle !== null && read !== null) addForm(id, plain(weigh(read, true)), word, text);
      if (needle !== null) note(word, plainWord, needle);
      found ||= needle !== null;
      if (needle !== null && bits >= MIN_BITS && !needsText(part, verbatim)) continue;
      const own = makeNeedle(id, plain(verbatim), FOLDS.text, GRAM);
      if (own !== null) note(text, plainText, own);
      for (const form of spellVerbatim(verbatim, folded === null)) addNeedle(text, makeNeedle(id, form, FOLDS.text, GRAM));
      for (const other of [read, fillBlanks(bytes)]) {
        if (other === null) continue;
        // Twelve characters are fewer where reading took some of them for escapes.
        const spelling = plain(weigh(other, false));
        const minSpan = Math.max(GRAM, spelling.minSpan - (bytes.length - other.length));
        addNeedle(text, makeNeedle(id, { ...spelling, minSpan }, FOLDS.text, GRAM));
      }
      found ||= own !== null;
      // Escapes of such bytes are read in more ways than one: the forms are looked for one by one as well. A private key has none.
      const isOdd = read !== null || bytes.some((byte) => byte < 0x20 || byte > 0x7e);
      if (isOdd && readPrivateKey(bytes) === null) odd.push(bytes);
    }
    for (const form of spellDigests(secret, hash)) {
      addForm(id, form, word, text);
      yield;
    }
    const texts = found ? odd : [secret, ...odd.filter(({ length }) => length < secret.length)];
    if (texts.length > 0) exact.push({ secret: id, texts, isFound: found });
  }
  const engines = [makeEngine('word', word, plainWord), makeEngine('text', text, plainText)].filter(({ needles }) => needles.length > 0);
  return { engines, exact };
}

function makeEngine(fold: FoldName, needles: readonly Needle[], own: ReadonlyMap<number, readonly Needle[]>): Engine {
  const index = gradually(() => indexGrams(needles));
  const row = gradually(() => findRow(needles));
  const fours = openFours(needles);
  return {
    fold,
    needles,
    heads: indexHeads(needles),
    plain: own,
    mayHold: openGlance(needles),
    fours,
    get index() {
      return index.value;
    },
    get row() {
      return row.value;
    },
    advance: () => index.advance() || row.advance() || fours.advance(),
  };
}

function* findRow(needles: readonly Needle[]): Generator<void, number> {
  let shortest = MAX_ROW;
  for (const needle of needles) {
    shortest = shortestStretch(needle, shortest);
    yield;
  }
  return Math.max(GRAM, shortest);
}

/** A form that holds too few letters and digits is looked for as it is, in both alphabets of base64 (RFC 4648 §5). */
function addForm(secret: number, form: Spelling, word: Needle[], text: Needle[]): void {
  const needle = makeNeedle(secret, form, FOLDS.word, GRAM);
  if (needle !== null) {
    word.push(needle);
    return;
  }
  const url = Buffer.from(Buffer.from(form.spelled).toString('latin1').replaceAll('+', '-').replaceAll('/', '_'), 'latin1');
  for (const spelled of [form.spelled, url]) {
    const exact = makeNeedle(secret, { ...form, spelled }, FOLDS.text, GRAM);
    if (exact !== null) text.push(exact);
  }
}

function note(to: Needle[], own: Map<number, Needle[]>, needle: Needle): void {
  to.push(needle);
  own.set(needle.secret, [...(own.get(needle.secret) ?? []), needle]);
}

/** A secret that holds escapes itself, as it is found where all escapes were read; null for the others. */
function readWhole(bytes: Uint8Array): Uint8Array | null {
  const reads = readEscapes(bytes, 0, bytes.length);
  const read = reads.at(-1) ?? reads[0];
  const whole = read.bytes.slice(0, read.length);
  return Buffer.from(whole).equals(bytes) ? null : whole;
}

/** A secret with spaces as HTML forms write it; null without any. */
function fillBlanks(bytes: Uint8Array): Uint8Array | null {
  return bytes.includes(0x20) ? bytes.map((byte) => (byte === 0x20 ? 0x2b : byte)) : null;
}

function addNeedle(to: Needle[], needle: Needle | null): void {
  if (needle !== null) to.push(needle);
}

function sum({ weights }: Part): number {
  return weights().reduce(add, 0);
}

function add(one: number, other: number): number {
  return one + other;
}

/** Whether some twelve bytes carry enough as they are, but not enough as letters and digits of one case. */
function needsText(folded: Part, verbatim: Part): boolean {
  const [words, texts] = [folded.weights(), verbatim.weights()];
  const open = texts.findIndex((weight) => weight > 0);
  const { length } = texts;
  const window = Math.min(WINDOW, length - open);
  for (let i = Math.max(0, open); i + window <= length; i++) {
    let word = 0;
    let text = 0;
    for (let at = i; at < i + window; at++) {
      word += words[at] ?? 0;
      text += texts[at] ?? 0;
    }
    if (text >= MIN_BITS && word < MIN_BITS) return true;
  }
  return false;
}
