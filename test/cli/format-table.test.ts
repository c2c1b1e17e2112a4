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
  const painted = formatTable(rows, (text, row, column) => (row === 0 && column === 0 ? `<${text}>` : text));
  expect(painted).toEqual(['<x >  y', 'xx  y']);
});
