import type { Param } from '../../src/model/service.js';

type Kind = Param['type'];

/** A parameter's declaration as YAML, a text from the command line, and the value or the fault. Read in a query, which no text leaves. */
export type ValueRow = {
  readonly param: string;
  readonly text: string;
  readonly value?: unknown;
  readonly code?: 'PARAM_INVALID' | 'PARAM_UNSAFE';
  readonly kind: Kind;
};

const ok = (kind: Kind, param: string, text: string, value: unknown): ValueRow => ({ kind, param, text, value });
const bad = (kind: Kind, param: string, text: string, code: 'PARAM_INVALID' | 'PARAM_UNSAFE' = 'PARAM_INVALID'): ValueRow => ({
  kind,
  param,
  text,
  code,
});

export const VALUE_ROWS: readonly ValueRow[] = [
  ok('string', '{ type: string }', '', ''),
  ok('string', '{ type: string }', 'naïve \u{1f511}', 'naïve \u{1f511}'),
  ok('string', "{ type: string, pattern: 'a|b' }", 'b', 'b'),
  bad('string', "{ type: string, pattern: 'a|b' }", 'ab'),
  bad('string', "{ type: string, pattern: '[a-z]+' }", 'abc\n'),
  bad('string', "{ type: string, pattern: '[a-z]+' }", 'ab\nCD'),
  bad('string', '{ type: string, maxLength: 3 }', 'abcd'),
  bad('string', '{ type: string }', '\ud800', 'PARAM_UNSAFE'),
  bad('string', '{ type: string }', 'a\udc00b', 'PARAM_UNSAFE'),
  ok('integer', '{ type: integer }', '0', 0),
  ok('integer', '{ type: integer }', '-17', -17),
  ok('integer', '{ type: integer }', '9007199254740991', 9007199254740991),
  bad('integer', '{ type: integer }', '9007199254740992'),
  ...['', ' 1', '1 ', '+1', '01', '-0', '1.0', '1e3', '0x10', '１', '1_000', 'NaN', 'Infinity'].map((text) =>
    bad('integer', '{ type: integer }', text),
  ),
  bad('integer', '{ type: integer, min: 1 }', '0'),
  bad('integer', '{ type: integer, max: 9 }', '10'),
  ok('number', '{ type: number }', '1.5', 1.5),
  ok('number', '{ type: number }', '-1e-3', -0.001),
  ok('number', '{ type: number }', '9007199254740991', 9007199254740991),
  ok('number', '{ type: number }', '0.00e-400', 0),
  ...['-0', '-0.00e-400'].map((text) => bad('number', '{ type: number }', text)),
  bad('json', '{ type: json }', '[1,-0]'),
  ok('number', '{ type: number }', '0.30000000000000004', 0.30000000000000004),
  ...['9007199254740993', '-9007199254740992', '12345678901234567890.5', '1e21', '1e-400'].map((text) =>
    bad('number', '{ type: number }', text),
  ),
  ...['', '.5', '1.', '+1', 'NaN', 'Infinity', '1e999', '0x1', '1,5'].map((text) => bad('number', '{ type: number }', text)),
  ok('boolean', '{ type: boolean }', 'true', true),
  ok('boolean', '{ type: boolean }', 'false', false),
  ...['True', '1', 'yes', ''].map((text) => bad('boolean', '{ type: boolean }', text)),
  ok('enum', '{ type: enum, values: [open, closed] }', 'open', 'open'),
  ...['Open', 'open ', '', 'toString'].map((text) => bad('enum', '{ type: enum, values: [open, closed] }', text)),
  ok('json', '{ type: json }', '{"a":[1,null,"x"]}', { a: [1, null, 'x'] }),
  ok('json', '{ type: json }', ' 1 ', 1),
  ok('json', '{ type: json }', `${'['.repeat(64)}${']'.repeat(64)}`, JSON.parse(`${'['.repeat(64)}${']'.repeat(64)}`)),
  bad('json', '{ type: json }', `${'['.repeat(65)}${']'.repeat(65)}`),
  bad('json', '{ type: json }', '['.repeat(60_000)),
  ...['', '{', '[1,]', '{"a":1,}', '{a:1}', "'a'", '1 2', 'nul', '"\n"', '[1}', '-', '01', '"\\x"'].map((text) =>
    bad('json', '{ type: json }', text),
  ),
  ok('json', '{ type: json }', '[1e15,-9007199254740991,1e-300]', [1e15, -9007199254740991, 1e-300]),
  ...['9007199254740993', '{"id":9007199254740993}', '[1e308]', '[1e-400]'].map((text) => bad('json', '{ type: json }', text)),
  ...['1e400', '-1e400', '[1e400]', '{"a":[{"z":-1e999}]}', `[${'9'.repeat(400)}]`].map((text) => bad('json', '{ type: json }', text)),
  bad('json', '{ type: json }', '"\\ud800"', 'PARAM_UNSAFE'),
  bad('json', '{ type: json }', '{"\\udc00":1}', 'PARAM_UNSAFE'),
];

/** Text in each place: true where it is refused as PARAM_UNSAFE. */
export const PLACE_ROWS: readonly { readonly place: 'path' | 'header' | 'argv'; readonly text: string; readonly unsafe: boolean }[] = [
  ...[
    '',
    '.',
    '..',
    '%2e',
    '%2E%2e',
    '.%2e',
    '%252e',
    'a/b',
    'a\\b',
    'a?b',
    'a#b',
    '100%',
    '..%2f',
    '%00',
    'a\0b',
    'a\nb',
    'a\rb',
    'a\tb',
    'a\u007fb',
    'a\u0085b',
    '/',
    '//evil.example',
    'a\u2028b',
    '．．',
    '.．',
    '‥',
    '․',
    '﹒﹒',
    '..\u200b',
    '\u2060.\u00ad.',
    '\u200d',
  ].map((text) => ({ place: 'path' as const, text, unsafe: true })),
  ...[
    'a',
    '...',
    '.a',
    'a.',
    'a b',
    'ü',
    '…',
    '．a',
    'なに？',
    'Fate／stay night',
    '👩\u200d💻',
    '@',
    ':',
    'a:b@c',
    ';x=1',
    '-',
    '{x}',
    "it's",
    '(a)',
    '&=+$,!*',
  ].map((text) => ({
    place: 'path' as const,
    text,
    unsafe: false,
  })),
  ...['a\r\nB: c', 'a\nb', 'a\rb', 'a\0b', 'a\tb', 'a\u007f', '\u0080', ' a', 'a ', 'π', '\u{1f511}', 'a\u2028b'].map((text) => ({
    place: 'header' as const,
    text,
    unsafe: true,
  })),
  ...['', 'a', 'a b', 'é', 'ÿ', '"x"', 'a,b;c', '-', '@'].map((text) => ({ place: 'header' as const, text, unsafe: false })),
  ...['-', '--help', '-x', '@file', '@', 'a\0b'].map((text) => ({ place: 'argv' as const, text, unsafe: true })),
  ...['', 'a', 'a-b', ' -x', '$(id)', '`id`', '; rm -rf /', '../x', 'a\nb', '*', '–x'].map((text) => ({
    place: 'argv' as const,
    text,
    unsafe: false,
  })),
];
