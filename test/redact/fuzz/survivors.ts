import { createHash } from 'node:crypto';
import type { Subject } from './subjects.js';

/**
 * How a form is undone, without anything of the redactor's: plainly, one form at a time, however slow. Each may give several readings. `packed`: a text has the
 * secret's bytes only where they are written that way, so that what is no letter or digit tells something.
 */
type Reading = { readonly form: string; readonly packed: boolean; readonly read: (text: string) => readonly string[] };

/** Twelve characters as a dump has them; what is dumped is printed twice, and the first column may be out before the second tells what it is. */
const DUMP = 'dump';
const MAX_LINE = 12;

const once = (form: string, read: (text: string) => string): Reading => ({ form, packed: false, read: (text) => [read(text)] });
const fromCode = (digits: string, base: number) => String.fromCodePoint(Math.min(parseInt(digits, base), 0x10ffff));
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const swap = (pairs: string) => (pairs.match(/../g) ?? []).reverse().join('');
const fromHex = (digits: string) => latin1(Buffer.from(digits, 'hex'));

const percent = (text: string) => text.replaceAll(/%(?:u00)?([0-9a-f]{2})/gi, (_, digits: string) => fromCode(digits, 16));
const backslash = (text: string) =>
  text
    .replaceAll(
      /\\+(?:u\{([0-9a-fA-F]{1,6})(?:\}|(?![0-9a-fA-F]))|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2}))/g,
      (_, ...digits: (string | undefined)[]) => fromCode(digits.slice(0, 4).find((some) => some !== undefined) ?? '20', 16),
    )
    .replaceAll(/\\+(0[0-7]{3}|[0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8) & 0xff))
    .replaceAll(/\\+[nrt]/g, '\n')
    .replaceAll(/\\(.)/gs, '$1');
const references = (text: string) =>
  text
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll(/&#x([0-9a-f]{1,6})(?:;|(?![0-9a-f]))/gi, (_, digits: string) => fromCode(digits, 16))
    .replaceAll(/&#([0-9]{1,6})(?:;|(?![0-9]))/g, (_, digits: string) => fromCode(digits, 10));
const quotedPrintable = (text: string) =>
  text.replaceAll(/=\r?\n/g, '').replaceAll(/=([0-9A-F]{2})/gi, (_, digits: string) => fromCode(digits, 16));
const twice = (read: (text: string) => string) => (text: string) => [read(text), read(read(text))];

/** Base64 of either alphabet, from each of the four characters on that a group may begin at. */
function base64(text: string): string[] {
  const packed = text.replaceAll(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/');
  const runs = packed.match(/[A-Za-z0-9+/]{15,}/g) ?? [];
  return [0, 1, 2, 3].map((skip) => runs.map((run) => latin1(Buffer.from(`${'AAAA'.slice(0, skip)}${run}`, 'base64'))).join(FOREIGN));
}

function base32(text: string): string[] {
  const runs =
    text
      .replaceAll(/\s/g, '')
      .toUpperCase()
      .match(/[A-Z2-7]{18,}/g) ?? [];
  const bits = runs.map((run) =>
    Array.from(run, (character) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character).toString(2).padStart(5, '0')).join(''),
  );
  return Array.from({ length: 8 }, (_, skip) =>
    bits.map((run) => (run.slice(skip).match(/.{8}/g) ?? []).map((byte) => fromCode(byte, 2)).join('')).join(FOREIGN),
  );
}

/** Hexadecimal digits with anything between that is neither digit nor letter, in pairs from the first or the second on. */
function hex(text: string): string[] {
  const runs = text.replaceAll(/0x/gi, '').match(/(?:[0-9a-f][^0-9a-z\u2022]*){24,}/gi) ?? [];
  const digits = runs.map((run) => run.replaceAll(/[^0-9a-f]/gi, ''));
  return [0, 1].map((skip) => digits.map((run) => fromHex(run.slice(skip))).join(FOREIGN));
}

/** Hexadecimal or octal words of the machine's order, and what stands in the columns of a dump between its offset and its text. */
function words(text: string): string[] {
  const rows = text.split('\n').map((row) => row.replace(/^[0-9a-f]+:? /i, '').replace(/\|.*$/, ''));
  const digits = rows.flatMap((row) => row.match(/(?<![^\s])(?:[0-9a-f]{2}){1,8}(?![^\s])/gi) ?? []);
  const octal = rows.flatMap((row) => row.match(/(?<![^\s])[01][0-7]{5}(?![^\s])/g) ?? []);
  return [
    fromHex(digits.join('')),
    digits.map((word) => fromHex(swap(word))).join(''),
    octal.map((word) => String.fromCharCode(parseInt(word, 8) & 0xff, parseInt(word, 8) >> 8)).join(''),
  ];
}

const numbers = (text: string, base: 8 | 10, pattern: RegExp) =>
  text
    .split(/[a-z\u2022]/i)
    .map((run) => (run.match(pattern) ?? []).map((digits) => String.fromCharCode(parseInt(digits, base) & 0xff)).join(''))
    .join(FOREIGN);

const READINGS: readonly Reading[] = [
  once('as it is', (text) => text),
  once('reversed', (text) => Array.from(text).reverse().join('')),
  once('rot13', (text) =>
    text.replaceAll(/[a-z]/gi, (letter) => String.fromCharCode(letter.charCodeAt(0) + (/[a-m]/i.test(letter) ? 13 : -13))),
  ),
  { form: 'percent', packed: false, read: twice(percent) },
  { form: 'backslash', packed: false, read: twice(backslash) },
  { form: 'references', packed: false, read: twice(references) },
  once('quoted-printable', quotedPrintable),
  { form: 'base64', packed: true, read: (text) => base64(text).flatMap((read) => [read, ...base64(read)]) },
  { form: 'base32', packed: true, read: base32 },
  { form: 'hex', packed: true, read: hex },
  { form: 'octal', packed: true, read: (text) => [numbers(text, 8, /(?<![0-9])[0-3][0-7]{2}(?![0-9])/g)] },
  { form: 'decimal', packed: true, read: (text) => [numbers(text, 10, /(?<![0-9])[0-9]{1,3}(?![0-9])/g)] },
  { form: DUMP, packed: true, read: words },
];

/** What stands in the place of a letter or digit that is none of the secret's: it ends every fragment. */
export const FOREIGN = '\u2022';

/** A text as a terminal shows it: without control sequences, and without what was struck over. */
function show(text: string): string {
  return text.replaceAll(/\x1b\[[ -?\u2022]*[@-~\u2022]|\x1b[(-+]./g, '').replaceAll(/[^\n]\x08(?=[!-~])/g, '');
}

/** What is left of a text when nothing counts but letters and digits in one case, or visible bytes. */
function squeeze(text: string, { kind }: Subject): string {
  const shown = show(text);
  return kind === 'folded' ? shown.toLowerCase().replaceAll(/[^0-9a-z\u2022]/g, '') : shown.replaceAll(/[\0-\x20\x7f]/g, '');
}

/** Each fragment of a secret that is one too many, from a letter or digit to one; for the dumps of a stream in pieces twice as long. */
function fragments({ guarded, window, kind }: Subject, times: 1 | 2): readonly string[] {
  const found = new Set<string>();
  for (const part of guarded) {
    const size = Math.min(window * times, kind === 'folded' ? window * times : part.length);
    for (let at = 0; at + size <= part.length; at++) {
      const fragment = part.slice(at, at + size);
      if (kind !== 'folded') found.add(fragment.replaceAll(/[\0-\x20\x7f]/g, ''));
      else if (/^[0-9a-z].*[0-9a-z]$/is.test(fragment)) found.add(fragment.toLowerCase().replaceAll(/[^0-9a-z]/g, ''));
    }
  }
  return [...found];
}

/** Texts of digests of a secret that give it away as soon as twenty of their characters are there. */
function digests({ value }: Subject): readonly string[] {
  return ['md5', 'sha1', 'sha256', 'sha512'].flatMap((algorithm) =>
    (['hex', 'base64'] as const).flatMap((encoding) => {
      const text = createHash(algorithm)
        .update(Buffer.from(value, 'latin1'))
        .digest(encoding)
        .replaceAll(/[^0-9a-z]/gi, '')
        .toLowerCase();
      return Array.from({ length: Math.max(0, text.length - 19) }, (_, at) => text.slice(at, at + 20));
    }),
  );
}

/** Looks through texts for what must not be in them. */
export type Searcher = (text: string, inPieces: boolean) => string | null;

/** Gives the form of a text in which a fragment of the secret stands, or null. Of a password with symbols a fragment stands for itself; in what is packed it is all of it. */
export function openSearcher(subject: Subject): Searcher {
  const { kind, guarded, value } = subject;
  if (kind === 'short') return (text) => (text.includes(value) ? 'as it is' : null);
  const short = fragments(subject, 1);
  const long = fragments(subject, 2);
  const known = kind === 'folded' ? digests(subject) : [];
  return (text, inPieces) => {
    const shown = show(text);
    const plain = squeeze(text, subject);
    if (known.some((fragment) => plain.includes(fragment))) return 'a digest';
    const seen = new Set<string>();
    for (const { form, packed, read } of READINGS) {
      // A dump cuts a secret of words or digits into lines that carry too little.
      if (form === DUMP && subject.window > MAX_LINE) continue;
      const all = packed && kind === 'exact';
      const looked = all ? guarded : form === DUMP && inPieces ? long : short;
      for (const reading of read(shown)) {
        const left = all ? reading : squeeze(reading, subject);
        if (left.length < 6 || seen.has(left)) continue;
        seen.add(left);
        if (looked.some((fragment) => left.includes(fragment))) return form;
      }
    }
    return null;
  };
}
