/** What the fuzzer found to come out, once: a stream with twelve characters of a secret or more in a form that is hidden. */
export type FoundLeak = { readonly title: string; readonly secret: string; readonly kind: 'folded' | 'exact'; readonly stream: string };

const escaped = (text: string, unit: (code: number) => string) => Array.from(text, (character) => unit(character.charCodeAt(0))).join('');
const key = 'vl5RC3pW2fW4lP8Ch9';
const symbols = 'p"w/<e>&\'x\\9z+;{Q~';
const broken = 'xB9s_3_D8Qx6Ds1+g8BQ0sn5kZ7nD0WC8B';

export const REDACTION_FOUND: readonly FoundLeak[] = [
  {
    title: 'twelve characters in base64 that stand one byte in, which determine fifteen characters alone',
    secret: key,
    kind: 'folded',
    stream: `${Buffer.from('upW2fW4lP8Ch9').toString('base64')}\n`,
  },
  {
    title: 'twelve characters whose last stand behind punctuation of the secret’s own',
    secret: broken,
    kind: 'folded',
    stream: '3_D8Qx6Ds1+g',
  },
  {
    title: 'the same in octal escapes, where punctuation takes as many bytes as a letter',
    secret: broken,
    kind: 'folded',
    stream: escaped('3_D8Qx6Ds1+g', (code) => `\\0${code.toString(8).padStart(3, '0')}`),
  },
  {
    title: 'an escape of an escape behind the beginning of another, which its first character would go on',
    secret: 'zm9fm7nf3tb4hr0nv3sc5kg5cl3ns0mk7hd2wp2hz',
    kind: 'folded',
    stream: `\\u00${escaped('b4hr0nv3sc5kg', (code) => `%25${code.toString(16)}`)}`,
  },
  {
    title: 'a password with symbols as xxd dumps it, eight bytes in one line and ten in the next',
    secret: symbols,
    kind: 'exact',
    stream: [
      '00000000: 4150 495f 4b45 593d 7022 772f 3c65 3e26  API_KEY=p"w/<e>&',
      "00000010: 2778 5c39 7a2b 3b7b 517e                 'x\\9z+;{Q~\n",
    ].join('\n'),
  },
  {
    title: 'a fragment of a password with symbols, reversed',
    secret: symbols,
    kind: 'exact',
    stream: '+z9\\x\'&>e</w"',
  },
  {
    title: 'twelve characters of a password in HTML, of which a backslash reads as none',
    secret: symbols,
    kind: 'exact',
    stream: '>&amp;&#39;x\\9z+;{Q~',
  },
  {
    title: 'an overstruck password that has a backslash, which does not escape the backspace behind it',
    secret: symbols,
    kind: 'exact',
    stream: Array.from(symbols, (character) => `${character}\b${character}`).join(''),
  },
  {
    title: 'octal escapes right behind what begins a control sequence, whose end their first backslash would be',
    secret: key,
    kind: 'folded',
    stream: `^[[${escaped(key, (code) => `\\0${code.toString(8).padStart(3, '0')}`)}`,
  },
  {
    title: 'an escape shortly behind a colour in so many numbers that they look like other text',
    secret: key,
    kind: 'folded',
    stream: `vl5RC3pW\x1b[38;2;255;100;50m2f%57${key.slice(11, 14)} and the rest of this line`,
  },
  ...['7Dr6CV7n==\r\n2D0xZ0DV8=\r\n', '7Dr6CV7n=2=\nD0xZ0DV8'].map((stream) => ({
    title: `an escape that a soft line break cuts, in ${JSON.stringify(stream)}`,
    secret: 'Wn6Zq3Bj7Dr6CV7n-0xZ0DV8',
    kind: 'folded' as const,
    stream,
  })),
];

/** Streams that are the key through and through, with escapes in more than one form at once: each comes out as its replacement alone. */
export const MIXED_ESCAPES: readonly { readonly title: string; readonly secret: string; readonly stream: string }[] = [
  {
    title: 'escapes of one digit of an escape, with more letters and digits before it than stand in the reach of a gram',
    secret: key,
    stream: escaped(key, (code) => {
      const digits = code.toString(16).padStart(8, '0');
      return `\\U${digits.slice(0, 7)}%${digits.charCodeAt(7).toString(16)}`;
    }),
  },
  {
    title: 'an escape with many behind it that soft line breaks cut',
    secret: key,
    stream: `v%6c${escaped(key.slice(2), (code) => `%${code.toString(16).split('').join('=\n')}`)}`,
  },
  {
    title: 'escapes farther apart than what is read around each of them, with a few characters between',
    secret: key,
    stream: Array.from({ length: 6 }, (_, i) =>
      [`%${key.charCodeAt(3 * i).toString(16)}`, key[3 * i + 1], key[3 * i + 2]].join(' '.repeat(30)),
    ).join(' '.repeat(30)),
  },
  {
    title: 'an escape before pairs of characters that escapes for form feeds set apart',
    secret: key,
    stream: '%76l\\f5R\\fC3\\fpW\\f2f\\fW4\\flP\\f8C\\fh9',
  },
];
