import { createHash } from 'node:crypto';

/** One way in which tools write a secret. `span`: how many characters twelve of the secret's take, without separators. */
export type SecretForm = { readonly title: string; readonly spell: (secret: Buffer) => Buffer; readonly span: number };

const text = (title: string, span: number, spell: (secret: Buffer) => string): SecretForm => ({
  title,
  span,
  spell: (secret) => Buffer.from(spell(secret), 'latin1'),
});
const each = (title: string, perByte: number, unit: (byte: number, index: number) => string, separator = ''): SecretForm =>
  text(title, 12 * perByte, (secret) => Array.from(secret, unit).join(separator));
/** As tools write a secret that read it as UTF-8. */
const asText = (title: string, span: number, spell: (secret: string) => string): SecretForm => ({
  title,
  span,
  spell: (secret) => Buffer.from(spell(secret.toString('utf8'))),
});
const eachCharacter = (title: string, perCharacter: number, unit: (character: string) => string, separator = ''): SecretForm =>
  asText(title, 12 * perCharacter, (secret) => Array.from(secret, unit).join(separator));
const eachUnit = (title: string, perUnit: number, spell: (digits: string) => string): SecretForm =>
  asText(title, 12 * perUnit, (secret) => secret.replaceAll(/[^]/g, (unit) => spell(hex(unit.charCodeAt(0), 4))));
const codeOf = (character: string) => character.codePointAt(0) ?? 0;
const hex = (byte: number, digits = 2) => byte.toString(16).padStart(digits, '0');
const lines = (value: string, width: number) => value.replace(new RegExp(`.{${width}}`, 'gs'), '$&\n');
const base32 = (bytes: Buffer) => {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const packed = (bits.match(/.{1,5}/g) ?? []).map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[parseInt(five.padEnd(5, '0'), 2)] ?? '');
  return packed.join('').padEnd(Math.ceil(packed.length / 8) * 8, '=');
};
/** A dump of sixteen bytes a line: an offset, groups, and the bytes as text. */
export const dump = (
  secret: Buffer,
  { before = '', group = 1, offset = 8, ascii = true, unit = (bytes: Buffer) => bytes.toString('hex') },
) => {
  const all = Buffer.concat([Buffer.from(before), secret]);
  const rows: string[] = [];
  for (let at = 0; at < all.length; at += 16) {
    const row = all.subarray(at, at + 16);
    const groups: string[] = [];
    for (let i = 0; i < row.length; i += group) groups.push(unit(row.subarray(i, i + group)));
    rows.push(
      `${at.toString(16).padStart(offset, '0')} ${groups.join(' ').padEnd(50)}${ascii ? `|${row.toString('latin1').replaceAll(/[^ -~]/g, '.')}|` : ''}`,
    );
  }
  return `${rows.join('\n')}\n`;
};
const word = (bytes: Buffer) => Buffer.from(bytes).reverse().toString('hex');

/** Every form that docs/redaction.md lists as found. */
export const SECRET_FORMS: readonly SecretForm[] = [
  text('as it is', 12, (secret) => secret.toString('latin1')),
  each('with colours between its characters', 1, (byte, i) => `\x1b[3${i % 8}m${String.fromCharCode(byte)}`),
  each('with a reset between its characters', 1, (byte) => `${String.fromCharCode(byte)}\x1b(B\x1b[m`),
  eachCharacter('overstruck', 2, (character) => `${character}\b${character}`),
  eachCharacter('underlined by overstriking', 1, (character) => `_\b${character}`),
  each('one character a line', 1, (byte) => String.fromCharCode(byte), '\r\n'),
  each('spaced', 1, (byte) => String.fromCharCode(byte), ' '),
  eachCharacter('as a list of characters', 1, (character) => JSON.stringify(character), ','),
  ...[1, 3, 7, 20].map((width) => text(`wrapped at ${width}`, 12, (secret) => lines(secret.toString('latin1'), width))),
  ...['', 'u', 'u:'].flatMap((before) => {
    const encode = (secret: Buffer) => Buffer.concat([Buffer.from(before), secret]);
    return [
      text(`base64 behind ${before.length} bytes`, 17, (secret) => encode(secret).toString('base64')),
      text(`base64url behind ${before.length} bytes`, 17, (secret) => encode(secret).toString('base64url')),
      text(`base64 behind ${before.length} bytes, wrapped`, 17, (secret) => lines(encode(secret).toString('base64'), 19)),
      text(`base64 of base64 behind ${before.length} bytes`, 23, (secret) =>
        Buffer.from(encode(secret).toString('base64')).toString('base64'),
      ),
      text(`base32 behind ${before.length} bytes`, 21, (secret) => base32(encode(secret))),
    ];
  }),
  text('base64 of its UTF-16', 33, (secret) => Buffer.from(secret.toString(), 'utf16le').toString('base64')),
  each('hexadecimal', 2, (byte) => hex(byte)),
  each('hexadecimal in capitals', 2, (byte) => hex(byte).toUpperCase()),
  each('hexadecimal between colons', 2, (byte) => hex(byte), ':'),
  each('hexadecimal with 0x', 4, (byte) => `0x${hex(byte)}`, ', '),
  text('as xxd dumps it', 36, (secret) => dump(secret, { before: 'API_KEY=', group: 2 })),
  text('as hexdump -C dumps it', 36, (secret) => dump(secret, { before: 'k' })),
  text('as hexdump dumps it', 24, (secret) => dump(secret, { group: 2, ascii: false, unit: word })),
  text('as od -tx4 dumps it', 24, (secret) => dump(secret, { group: 4, ascii: false, unit: word })),
  text('as od dumps it', 36, (secret) =>
    dump(secret, { group: 2, ascii: false, unit: (two) => ((two[0] ?? 0) + 256 * (two[1] ?? 0)).toString(8).padStart(6, '0') }),
  ),
  each('octal bytes', 3, (byte) => byte.toString(8).padStart(3, '0'), ' '),
  each('decimal bytes', 3, String, ', '),
  each('percent-encoded', 2, (byte) => `%${hex(byte).toUpperCase()}`),
  each('percent-encoded here and there', 2, (byte, i) => (i % 3 === 0 ? `%${hex(byte)}` : String.fromCharCode(byte))),
  each('percent-encoded twice', 4, (byte) => `%25${hex(byte)}`),
  asText('percent-encoded as a component', 12, encodeURIComponent),
  eachUnit('JSON escapes', 5, (digits) => `\\u${digits}`),
  eachUnit('JSON escapes of JSON', 5, (digits) => `\\\\u${digits.toUpperCase()}`),
  each('JavaScript escapes', 3, (byte) => `\\x${hex(byte)}`),
  eachCharacter('JavaScript escapes in braces', 3, (character) => `\\u{${hex(codeOf(character))}}`),
  eachCharacter('Python escapes', 9, (character) => `\\U${hex(codeOf(character), 8)}`),
  each('octal escapes', 3, (byte) => `\\${byte.toString(8).padStart(3, '0')}`),
  each('octal escapes of echo', 4, (byte) => `\\0${byte.toString(8).padStart(3, '0')}`),
  asText('a JSON string', 12, JSON.stringify),
  eachCharacter('decimal references', 3, (character) => `&#${codeOf(character)};`),
  eachCharacter('hexadecimal references', 3, (character) => `&#x${hex(codeOf(character))};`),
  eachCharacter('references of references', 3, (character) => `&amp;#${codeOf(character)};`),
  text('HTML', 12, (secret) =>
    secret.toString('latin1').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ),
  each('quoted-printable', 2, (byte) => `=${hex(byte).toUpperCase()}`),
  text('quoted-printable with soft breaks', 12, (secret) =>
    lines(
      secret.toString('latin1').replaceAll(/[^0-9A-Za-z]/g, (character) => `=${hex(character.charCodeAt(0)).toUpperCase()}`),
      9,
    ).replaceAll('\n', '=\r\n'),
  ),
  { title: 'UTF-16, little-endian', span: 12, spell: (secret) => Buffer.from(secret.toString(), 'utf16le') },
  { title: 'UTF-16, big-endian', span: 12, spell: (secret) => Buffer.from(secret.toString(), 'utf16le').swap16() },
  asText('reversed', 12, (secret) => Array.from(secret).reverse().join('')),
  text('rot13', 12, (secret) =>
    secret
      .toString('latin1')
      .replaceAll(/[a-z]/gi, (letter) => String.fromCharCode(letter.charCodeAt(0) + (/[a-m]/i.test(letter) ? 13 : -13))),
  ),
  asText('in capitals', 12, (secret) => secret.toUpperCase()),
  asText('in small letters', 12, (secret) => secret.toLowerCase()),
  ...['md5', 'sha1', 'sha256', 'sha512'].flatMap((algorithm) =>
    (['hex', 'base64'] as const).map((encoding) =>
      text(`${algorithm} in ${encoding}`, 20, (secret) => createHash(algorithm).update(secret).digest(encoding)),
    ),
  ),
];

const before = 'GET / HTTP/1.1\r\nAuthorization: Bearer ';
const wide = (secret: Buffer) => Buffer.from(secret.toString(), 'utf16le');
/** What a dump prints of a secret that its lines cut: eight characters or more of it in each of two, with the text beside them. */
export const DUMP_FORMS: readonly SecretForm[] = [
  text('as xxd dumps a request with it', 36, (secret) => dump(secret, { before, group: 2 })),
  text('as hexdump -C dumps a request with it', 36, (secret) => dump(secret, { before })),
  text('in UTF-16, as xxd dumps it', 48, (secret) => dump(wide(secret), { group: 2 })),
  text('in UTF-16, as hexdump -C dumps it', 48, (secret) => dump(wide(secret).swap16(), {})),
];

const asciiOf = (json: string, which: RegExp) => json.replaceAll(which, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`);
/** Base64 of JSON, for secrets that JSON escapes. */
const jsonForm = (title: string, write: (json: string) => string) =>
  text(title, 17, (secret) => Buffer.from(write(JSON.stringify(secret.toString()))).toString('base64'));

/** More, for secrets that are not ASCII, or that JSON escapes. Apart, since what the fuzzer kept counts on the number of those above. */
export const WIDE_FORMS: readonly SecretForm[] = [
  text('base64 of its UTF-16, big-endian', 33, (secret) => Buffer.from(secret.toString(), 'utf16le').swap16().toString('base64')),
  text('reversed byte by byte', 12, (secret) => Buffer.from(secret).reverse().toString('latin1')),
  eachCharacter('in ASCII, as Python and YAML print it', 4, (character) => (character < '\x7f' ? character : inPython(codeOf(character)))),
  asText('read as Latin-1, as a header in Node is', 12, (secret) => Buffer.from(secret).toString('latin1')),
  asText('in capitals as tr writes them', 12, (secret) => secret.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase())),
  asText('in small letters as tr writes them', 12, (secret) => secret.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())),
  jsonForm('base64 of JSON', (json) => json),
  jsonForm('base64 of JSON in ASCII', (json) => asciiOf(json, /[^ -~]/g)),
  jsonForm('base64 of JSON that is fit for HTML', (json) => asciiOf(json, /[<>&]/g)),
];
const inPython = (code: number) => {
  if (code <= 0xff) return `\\x${hex(code)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
};
