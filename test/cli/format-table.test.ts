import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTable } from '../../src/cli/format-table.js';

test('columns are as wide as their widest cell, and no line ends in blanks', () => {
  expect(formatTable([['a', 'bbb', 'c'], ['aaaa', 'b', ''], ['a', '', ''], []])).toEqual(['a     bbb  c', 'aaaa  b', 'a', '']);
});

test('a cell stays on its line, whatever stands in it', () => {
  expect(formatTable([['a\nb\u001b[2J', 'c\u202e']])).toEqual(['a\\u{a}b\\u{1b}[2J  c\\u{202e}']);
});

test('colour does not move a column', () => {
  const rows = [
    ['x', 'y'],
    ['xx', 'y'],
  ];
  const painted = formatTable(rows, { paint: (text, row, column) => (row === 0 && column === 0 ? `<${text}>` : text) });
  expect(painted).toEqual(['<x >  y', 'xx  y']);
});

test('the text of the last column goes on under itself, broken at blanks', () => {
  const text = 'some words that are longer than what is left of the line';
  expect(
    formatTable(
      [
        ['ok', 'state', text],
        ['bad', 'x', 'y'],
      ],
      { width: 45 },
    ),
  ).toEqual(['ok   state  some words that are longer than', '            what is left of the line', 'bad  x      y']);
});

test('columns that find no place in the line go on in a further one, as many for every row', () => {
  const id = 'req_01JD3Y0000000000000000000A';
  const rows = [
    ['REQUEST', 'TENANT', 'ALIAS', 'STATE'],
    [id, 'acme/website', 'github.issues.list', 'waits'],
    [id, 'globex/web', '', ''],
  ];
  expect(formatTable(rows, { width: 60 })).toEqual([
    'REQUEST                         TENANT',
    '    ALIAS               STATE',
    `${id}  acme/website`,
    '    github.issues.list  waits',
    `${id}  globex/web`,
  ]);
  expect(formatTable(rows, { width: 71 })).toEqual(formatTable(rows));
});

test('a word that is longer than the line stays whole', () => {
  expect(formatTable([['a', `see ${'x'.repeat(50)} there`]], { width: 40 })).toEqual(['a  see', `   ${'x'.repeat(50)}`, '   there']);
});

test('no width loses a word, and what fits stays as it is', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  const cell = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 120 }),
      (rows, width) => {
        const lines = formatTable(rows, { width });
        expect(lines.join(' ').split(/\s+/).filter(Boolean)).toEqual(rows.flat().join(' ').split(' ').filter(Boolean));
        for (const line of lines) if (line.length > width) expect(line.trim()).not.toContain(' ');
        const whole = formatTable(rows);
        if (whole.every((line) => line.length <= width)) expect(lines).toEqual(whole);
      },
    ),
  );
});
