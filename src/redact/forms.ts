import { isUtf8 } from 'node:buffer';

/** A form shorter than this says too little of a secret to be told from ordinary output. */
const SHORTEST_FORM = 4;
/** A line of a secret that is shorter stands in ordinary output too (`}`, `-----`). */
const SHORTEST_LINE = 8;
/** Columns at which base64 is wrapped: PEM (RFC 7468 §2) and MIME (RFC 2045 §6.8). */
const WRAPS = [64, 76] as const;

/**
 * The byte strings that give a secret away: the secret itself and how programs commonly write it — base64, hex, percent
 * encoding, JSON, HTML, and the lines of a secret that has several. White space around a secret is often lost on the way, so the
 * forms without it are there too. No two are equal; none is empty. An empty secret has none. The caller owns what it gets.
 */
export function formsOf(secret: Uint8Array): Uint8Array[] {
  if (secret.length === 0) return [];
  const raw = Buffer.from(secret);
  const distinct = new Map<string, Uint8Array>([[raw.toString('latin1'), raw]]);
  const trimmed = Buffer.from(raw.toString('latin1').replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''), 'latin1');
  for (const bytes of trimmed.length === raw.length ? [raw] : [raw, trimmed]) {
    for (const form of [bytes.toString('latin1'), ...encodingsOf(bytes)]) {
      if (form.length < SHORTEST_FORM || distinct.has(form)) continue;
      distinct.set(form, Buffer.from(form, 'latin1'));
    }
  }
  return [...distinct.values()];
}

/** The encodings of `raw`, each character a byte. */
function encodingsOf(raw: Buffer): string[] {
  const forms = [...base64Forms(raw), ...byteForms(raw)];
  if (isUnreserved(raw)) return forms;
  forms.push(...lineForms(raw));
  if (!isUtf8(raw)) return forms;
  const text = raw.toString('utf8');
  return [...forms, ...percentForms(text), ...jsonForms(text), ...htmlForms(text)];
}

/** Letters, digits and `-._~` alone (RFC 3986 §2.3): most tokens, which no encoding of text changes. */
function isUnreserved(raw: Buffer): boolean {
  return raw.every(
    (byte) => ((byte | 32) - 97) >>> 0 < 26 || (byte - 48) >>> 0 < 10 || byte === 45 || byte === 46 || byte === 95 || byte === 126,
  );
}

/**
 * Base64 of the secret at each of the three places that it can have in a longer text: the characters that the secret alone
 * determines (a character holds 6 bits). Also the whole encoding, whose last character depends on nothing when the text ends there.
 */
function base64Forms(raw: Buffer): string[] {
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), raw]).toString('base64');
    const from = Math.ceil((8 * before) / 6);
    const unpadded = Math.ceil((8 * (before + raw.length)) / 6);
    forms.push(encoded.slice(from, Math.floor((8 * (before + raw.length)) / 6)), encoded.slice(from, unpadded), encoded.slice(from));
    if (before === 0) for (const columns of WRAPS) forms.push(...wrappedLines(encoded.slice(0, unpadded), columns));
  }
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

function wrappedLines(encoded: string, columns: number): string[] {
  const lines: string[] = [];
  for (let at = 0; encoded.length > columns && at < encoded.length; at += columns) lines.push(encoded.slice(at, at + columns));
  return lines.filter((line) => line.length >= SHORTEST_LINE);
}

/** Every byte as two hexadecimal digits, percent-encoded (RFC 3986 §2.1), and as JSON's `\u00xx` (RFC 8259 §7), in either case. */
function byteForms(raw: Buffer): string[] {
  const hex = raw.toString('hex');
  let percent = '';
  let unicode = '';
  for (let at = 0; at < hex.length; at += 2) {
    const digits = hex.slice(at, at + 2);
    percent += `%${digits}`;
    unicode += `\\u00${digits}`;
  }
  return [hex, hex.toUpperCase(), percent, percent.toUpperCase(), unicode, `\\u${unicode.slice(2).toUpperCase().replaceAll('U', 'u')}`];
}

/** Each line of a secret that has several, such as a private key: programs print and wrap them one at a time. */
function lineForms(raw: Buffer): string[] {
  const lines = raw.toString('latin1').split(/[\r\n]+/);
  if (lines.length < 2) return [];
  return lines.map((line) => line.replace(/^[ \t]+|[ \t]+$/g, '')).filter((line) => line.length >= SHORTEST_LINE);
}

/**
 * Percent encoding with the characters kept that encodeURIComponent keeps, that encodeURI keeps, and that RFC 3986 §2.3 calls
 * unreserved; a space also as `+` (WHATWG URL, application/x-www-form-urlencoded); hexadecimal digits in either case.
 */
function percentForms(text: string): string[] {
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const whole = encodeURI(text);
  const forms = [component, strict, whole, component.replaceAll('%20', '+'), strict.replaceAll('%20', '+').replaceAll('%2A', '*')];
  return forms.flatMap((form) => (form.includes('%') ? [form, form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())] : [form]));
}

/** Which further characters JSON writers turn into `\u00xx`: none; Go; PHP's JSON_HEX flags; .NET. */
const ESCAPED = ['', '<>&', "<>&'", `<>&'"`, `<>&'"+\`\x7f`] as const;

/** The inside of a JSON string (RFC 8259 §7), as writers differ: `/` or `\/`, other characters than ASCII as they are or as `\u`, digits in either case. */
function jsonForms(text: string): string[] {
  const forms = [text.replace(/[^]/g, unicodeEscape)];
  const parts = text.split(/([<>&'"+`\x7f])/);
  for (const marks of ESCAPED) {
    if (marks !== '' && !Array.from(marks).some((mark) => text.includes(mark))) continue;
    const whole = parts
      .map((part) => (part.length === 1 && marks.includes(part) ? unicodeEscape(part) : JSON.stringify(part).slice(1, -1)))
      .join('');
    for (const form of [whole, whole.replaceAll('/', '\\/')]) forms.push(form, form.replace(/[^\0-\x7f]/g, unicodeEscape));
  }
  const upper = forms.map((form) => form.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`));
  return [...forms, ...upper].map(asBytes);
}

/** `é` becomes `\u00e9`; a character outside the BMP is matched one surrogate at a time, as JSON writes it. */
function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** HTML's special characters as character references: named with each common spelling of the apostrophe, decimal, hexadecimal. */
function htmlForms(text: string): string[] {
  if (!/[&<>"'/=`]/.test(text)) return [];
  const named = text.replace(/[&<>"]/g, (mark) => NAMED[mark] ?? mark);
  const unquoted = text.replace(/[&<>]/g, (mark) => NAMED[mark] ?? mark);
  const forms = ['&#39;', '&#x27;', '&apos;', '&#039;', "'"].map((apostrophe) => named.replaceAll("'", apostrophe));
  forms.push(named.replace(/['/=`]/g, (mark) => (mark === "'" ? '&#39;' : hexReference(mark))));
  forms.push(unquoted, unquoted.replace(/["']/g, decimalReference));
  for (const marks of [/[&<>"']/g, /[&<>"'/]/g, /[&<>"'/=`]/g]) {
    forms.push(
      text.replace(marks, decimalReference),
      text.replace(marks, hexReference),
      text.replace(marks, (mark) => hexReference(mark).toLowerCase()),
    );
  }
  return forms.map(asBytes);
}

function decimalReference(mark: string): string {
  return `&#${mark.charCodeAt(0)};`;
}

function hexReference(mark: string): string {
  return `&#x${mark.charCodeAt(0).toString(16).toUpperCase()};`;
}

/** Text as its UTF-8 bytes, one character a byte. */
function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
