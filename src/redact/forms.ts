import { isAscii } from './characters.js';

/** A line of a secret is hidden by itself from this length on. */
const MIN_LINE_BYTES = 8;
/** An encoded form shorter than this would match by chance; the raw value is hidden whatever its length. */
const MIN_FORM_BYTES = 6;

/**
 * Every spelling of a secret that the redactor looks for, each once, the raw value first: base64 and base64url at all three
 * alignments (the characters that the secret alone determines), hexadecimal, percent, JSON and HTML forms, UTF-16 of what is not ASCII,
 * and each of its lines where it has several. The arrays are new and belong to the caller.
 */
export function listForms(secret: Uint8Array): readonly Buffer[] {
  const raw = Buffer.from(secret);
  if (raw.length === 0) return [];
  const encoded = [...base64Forms(raw), ...hexForms(raw), ...percentForms(raw), ...textForms(raw), ...wideForms(raw)];
  const seen = new Map<string, Buffer>([[raw.toString('latin1'), raw]]);
  for (const form of [...encoded.map((text) => Buffer.from(text, 'latin1')), ...linesOf(raw)]) {
    if (form.length >= MIN_FORM_BYTES) seen.set(form.toString('latin1'), form);
  }
  return [...seen.values()];
}

/**
 * What base64 makes of the secret at offset 0, 1 and 2 of a longer text. A character that also depends on a neighbour's bits is
 * left out at either end (RFC 4648 §4: three bytes become four characters).
 */
function base64Forms(raw: Buffer): string[] {
  const forms: string[] = [];
  for (const offset of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(offset), raw]);
    const whole = padded.toString('base64');
    const first = Math.ceil((offset * 8) / 6);
    const end = Math.floor((padded.length * 8) / 6);
    const inner = whole.slice(first, end);
    forms.push(inner, inner.replaceAll('+', '-').replaceAll('/', '_'));
    if (offset === 0) {
      const bare = whole.replaceAll('=', '');
      forms.push(whole, bare, bare.replaceAll('+', '-').replaceAll('/', '_'));
    }
  }
  return forms;
}

function hexForms(raw: Buffer): string[] {
  const lower = raw.toString('hex');
  return [lower, lower.toUpperCase()];
}

/** Every byte encoded, and only those that encodeURIComponent, a form or a path would encode; digits of either case. */
function percentForms(raw: Buffer): string[] {
  const whole = percentEncode(raw, () => false);
  const component = percentEncode(raw, (character) => /[A-Za-z0-9\-_.!~*'()]/.test(character));
  const strict = percentEncode(raw, (character) => /[A-Za-z0-9\-_.~]/.test(character));
  const form = percentEncode(raw, (character) => /[A-Za-z0-9\-_.* ]/.test(character)).replaceAll(' ', '+');
  return [whole, component, strict, form].flatMap((text) => [text, text.replace(/%[0-9A-F]{2}/g, (pair) => pair.toLowerCase())]);
}

function percentEncode(raw: Buffer, keeps: (character: string) => boolean): string {
  let text = '';
  for (const byte of raw) {
    const character = String.fromCharCode(byte);
    text += byte < 128 && keeps(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

/** JSON and HTML spellings, as bytes in a latin1 string. A secret that is not UTF-8 has no such spelling of its own. */
function textForms(raw: Buffer): string[] {
  const text = raw.toString('utf8');
  if (!Buffer.from(text).equals(raw)) return [];
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = escapeAll(json, /[\u0080-\uffff]/g);
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = html.replaceAll('"', '&quot;');
  const forms = [
    json,
    json.replaceAll('/', '\\/'),
    ascii,
    ascii.replaceAll('/', '\\/'),
    escapeAll(json, /[\u0080-\uffff<>&'+]/g),
    escapeAll(text, /[^]/g),
    escapeAll(text, /[^]/g).toUpperCase().replaceAll('\\U', '\\u'),
    html,
    quoted,
    quoted.replaceAll("'", '&#39;'),
    quoted.replaceAll("'", '&#x27;'),
    quoted.replaceAll("'", '&apos;'),
    html.replaceAll('"', '&#34;').replaceAll("'", '&#39;'),
    references(text, (code) => `&#${code};`),
    references(text, (code) => `&#x${code.toString(16)};`),
    references(text, (code) => `&#x${code.toString(16).toUpperCase()};`),
  ];
  return forms.map((form) => Buffer.from(form).toString('latin1'));
}

/** UTF-16 in either order, as bytes in a latin1 string, of UTF-8 that is not ASCII. */
function wideForms(raw: Buffer): string[] {
  const text = raw.toString('utf8');
  if (isAscii(raw) || !Buffer.from(text).equals(raw)) return [];
  const wide = Buffer.from(text, 'utf16le');
  return [wide.toString('latin1'), wide.swap16().toString('latin1')];
}

function escapeAll(text: string, which: RegExp): string {
  return text.replace(which, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function references(text: string, spell: (code: number) => string): string {
  return Array.from(text, (character) => spell(character.codePointAt(0) ?? 0)).join('');
}

/** The lines of several, but for the banners of PEM files (RFC 7468 §2), which are public. */
function linesOf(raw: Buffer): Buffer[] {
  if (!raw.includes(10)) return [];
  const lines = raw.toString('latin1').split(/\r?\n/);
  return lines.filter((line) => line.length >= MIN_LINE_BYTES && !line.startsWith('-----')).map((line) => Buffer.from(line, 'latin1'));
}
