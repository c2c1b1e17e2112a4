import { createHash } from 'node:crypto';

const KEY = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc';

type Row = {
  readonly title: string;
  readonly secrets: readonly (readonly [name: string, value: string])[];
  readonly input: string;
  readonly output: string;
  readonly count: number;
  /** What it may be as well when the stream is cut: a character went out before it could be known. */
  readonly cut: readonly string[];
};

const R = '[redacted:key]';
const one = (title: string, input: string, output: string, count = 1, secret = KEY, cut: readonly string[] = []): Row => ({
  title,
  secrets: [['key', secret]],
  input,
  output,
  count,
  cut,
});
const quoted = 'p"w/<é>&\'x\\9z+';

/** What a redactor makes of a text; each row is also run one byte at a time and cut at every point. */
export const REDACTION_ROWS: readonly Row[] = [
  one('the raw value is replaced', `key=${KEY}.`, `key=${R}.`),
  one('every occurrence is replaced', `${KEY} ${KEY}`, `${R} ${R}`, 2),
  one('two that touch are two', `${KEY}${KEY}`, `${R}${R}`, 2),
  one(
    'another value beside it that counts up to nine as it does is left alone',
    '{"sent":"access-token-13-0123456789","other":"client-secret-0123456789"}',
    `{"sent":"${R}","other":"client-secret-0123456789"}`,
    1,
    'access-token-13-0123456789',
  ),
  one('a text without it is left alone', 'sk_live_4eC39HqLyjW and more', 'sk_live_4eC39HqLyjW and more', 0),
  one('eleven characters behind a public beginning are left alone', 'k_live_4eC39HqLyjW and', 'k_live_4eC39HqLyjW and', 0),
  one(
    'twelve are hidden, with the beginning where it is not out already',
    'k_live_4eC39HqLyjWD and',
    `${R} and`,
    1,
    KEY,
    Array.from({ length: 18 }, (_, i) => `${'k_live_4eC39HqLyjW'.slice(0, i + 1)}${R} and`),
  ),
  one('a beginning before the secret is kept', `sk_live_sk_live_${KEY}`, `sk_live_sk_live_${R}`),
  one('base64', `${Buffer.from(KEY).toString('base64')}`, R),
  one('base64 inside a longer text, one byte in', Buffer.from(`u${KEY}`).toString('base64'), `dX${R}`, 1, KEY, [`dXN${R}`]),
  one('base64 inside a longer text, two bytes in', Buffer.from(`u:${KEY}`).toString('base64'), `dTp${R}`, 1, KEY, [`dTpz${R}`]),
  one('hexadecimal', Buffer.from(KEY).toString('hex'), R),
  one('hexadecimal in capitals', Buffer.from(KEY).toString('hex').toUpperCase(), R),
  one('percent encoding', encodeURIComponent(quoted), R, 1, quoted),
  one('percent encoding in lower case', encodeURIComponent(quoted).toLowerCase(), R, 1, quoted.toLowerCase()),
  one('a JSON string', JSON.stringify({ a: quoted }), `{"a":"${R}"}`, 1, quoted),
  one('a JSON string with escaped slashes', 'p\\"w\\/<é>&\'x\\\\9z+', R, 1, quoted),
  one('a JSON string in ASCII', 'p\\"w/<\\u00e9>&\'x\\\\9z+', R, 1, quoted),
  one('HTML', 'p&quot;w/&lt;é&gt;&amp;&#39;x\\9z+', R, 1, quoted),
  one(
    'each line of a secret of several lines',
    'got: MIIEvQIBADANBgkqh\r\nand AoIBAQC7VJTUt9Us8',
    `got: ${R}\r\nand ${R}`,
    2,
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqh\nAoIBAQC7VJTUt9Us8\n-----END PRIVATE KEY-----\n',
  ),
  one(
    'a PEM banner is public',
    '-----END PRIVATE KEY-----',
    '-----END PRIVATE KEY-----',
    0,
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqh\n-----END PRIVATE KEY-----\n',
  ),
  one(
    'a letter far before a secret is not hidden with it, though it is the one that the secret lacks there',
    `m${'.'.repeat(80)}M7Ph9Vq9ZC6Wb9Vq1zr0pg0`,
    `m${'.'.repeat(80)}${R}`,
    1,
    'mM7Ph9Vq9ZC6Wb9Vq1zr0pg0',
    [R],
  ),
  one('a secret that overlaps itself is one match', 'xabcabcabcabcx', `x${R}x`, 1, 'abcabcabc'),
  one('a secret whose first character is its last', '--aXXXXXXXa-XXXa--', `--${R}-XXXa--`, 1, 'aXXXXXXXa'),
  {
    title: 'a secret that begins another gives way to the longer',
    secrets: [
      ['short', 'abcdefgh'],
      ['long', 'abcdefghijkl'],
    ],
    input: 'abcdefghijkl abcdefghijk',
    output: '[redacted:long] [redacted:short]ijk',
    count: 2,
    cut: ['[redacted:short] [redacted:short]ijk'],
  },
  {
    title: 'overlapping secrets become one match under the name of the first',
    secrets: [
      ['one', 'aaaabbbb'],
      ['two', 'bbbbcccc'],
    ],
    input: '.aaaabbbbcccc.',
    output: '.[redacted:one].',
    count: 1,
    cut: [],
  },
  {
    title: 'a short secret that the replacements spell is hidden beside them, and they stay as they are',
    secrets: [
      ['sbp', 'cted'],
      ['key', KEY],
    ],
    input: `${KEY}cted, acted ${KEY}`,
    output: `${R}[redacted:sbp], a[redacted:sbp] ${R}`,
    count: 4,
    cut: [],
  },
  {
    title: 'a short secret that a long one holds leaves nothing of the long one',
    secrets: [
      ['pin', 'a'],
      ['key', KEY],
      ['part', 'arjt'],
    ],
    input: `a ${KEY} ba arjt`,
    output: `[redacted:pin] ${R} b[redacted:pin] [redacted:part]`,
    count: 4,
    cut: [],
  },
  {
    title: 'a replacement that stands in the text is no secret',
    secrets: [['pin', 'a']],
    input: 'see [redacted:pin]a[red',
    output: 'see [redacted:pin][redacted:pin][red',
    count: 1,
    cut: [],
  },
  one(
    'what would be an escape with the beginning of a secret behind it stays',
    'KEY=3197c7e1f9e6d0ea07747cbc058e834d Signature=08427a3c43af21e1717d1917c3c2e86e',
    'KEY=[redacted:key] Signature=08427a3c43af21e1717d1917c3c2e86e',
    1,
    '3197c7e1f9e6d0ea07747cbc058e834d',
  ),
  one(
    'what would be an escape that takes a character back stays',
    'Signature=08427a3c43af21e1717d1917c3c2e86e',
    'Signature=[redacted:key]',
    1,
    '08427a3c43af21e1717d1917c3c2e86e',
  ),
  one('a phrase in another case and punctuation', 'Correct, Horse: BATTERY-Staple!', `${R}!`, 1, 'correct horse battery staple'),
  one(
    'a phrase without one of its words is left alone',
    'Correct Horse Battery, and more',
    'Correct Horse Battery, and more',
    0,
    'correct horse battery staple',
  ),
  one('a number with other punctuation', 'call 555/867-5309', `call ${R}`, 1, '555-867-5309'),
  ...['BUTTERFLY', 'Butter-fly', '["b","u"]'].map((input) =>
    one(`a single word that is a secret is hidden as it stands alone, not as ${input}`, input, input, 0, 'butterfly'),
  ),
  one('a single word that is a secret, as a list', '["b", "u", "t", "t", "e", "r", "f", "l", "y"]', `["${R}"]`, 1, 'butterfly'),
  ...[
    ["['a', 'B', '3', '$', 'x', 'Y', '9', '!']", `['${R}']`],
    ['a,B,3,$,x,Y,9,!', R],
    ['AB3$XY9!', R],
    ['ab3$xy9!', R],
  ].map(([input = '', output = '']) => one(`a password with few letters and digits, as ${input}`, input, output, 1, 'aB3$xY9!')),
];

const WORDS = Buffer.from('kR7xQ2mZ9pLw4Tt8Bn3VcYs6');
/** So long that it is looked for in the common forms alone. */
export const LONG_TOKEN = Array.from({ length: 5 }, (_, i) =>
  createHash('sha512').update(`part ${i}`).digest('base64url').slice(0, 80),
).join('');

/** What is not found, by docs/redaction.md: each comes out as it is. */
export const NOT_FOUND_ROWS: readonly { readonly title: string; readonly secret: string; readonly stream: string }[] = [
  { title: 'a single word in another case', secret: 'butterfly', stream: 'Butterfly' },
  { title: 'a password with few letters and digits in mixed case', secret: 'aB3$xY9!', stream: 'Ab3$Xy9!' },
  { title: 'its characters with what no list has between them', secret: 'aB3$xY9!', stream: 'a|B|3|$|x|Y|9|!' },
  {
    title: 'a phrase whose last letter is struck out',
    secret: 'correct horse battery staple',
    stream: `${Array.from('correct horse battery staple', (letter) => `\\x${letter.charCodeAt(0).toString(16)}`).join('')}\bu`,
  },
  {
    title: 'one `\\n` of JSON with fewer than twelve characters on either side',
    secret: 'kR7xQ2mZ9pLw4Tt8Bn3V',
    stream: 'kR7xQ2mZ9p\\nLw4Tt8Bn3V',
  },
  { title: 'letters that are not ASCII in mixed case', secret: 'пароль-секрет', stream: 'Пароль-Секрет' },
  { title: 'bytes that are not ASCII as `cat -v` shows them', secret: 'Zürich-Köln9', stream: 'ZM-CM-<rich-KM-CM-6ln9' },
  { title: 'the numbers of characters that are not ASCII', secret: 'Zürich-Köln9', stream: '[90,252,114,105,99,104,45,75,246,108,110,57]' },
  {
    title: 'words of several bytes, each with `0x`',
    secret: WORDS.toString(),
    stream: Array.from({ length: 6 }, (_, i) => `0x${WORDS.readUInt32LE(4 * i).toString(16)}`).join(', '),
  },
  {
    title: 'words of four bytes as numbers',
    secret: WORDS.toString(),
    stream: Array.from({ length: 6 }, (_, i) => WORDS.readUInt32LE(4 * i)).join(' '),
  },
  { title: 'base32 of the other alphabet', secret: 'kR7xQ2mZ9pLw4Tt8Bn3V', stream: 'DD93EU2H69MLKEBG9HRJ8L3K7116SCQM' },
  {
    title: 'a long token as octal numbers',
    secret: LONG_TOKEN,
    stream: [...Buffer.from(LONG_TOKEN)].map((byte) => byte.toString(8)).join(' '),
  },
];
