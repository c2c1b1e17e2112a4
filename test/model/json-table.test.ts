import { expect, test } from 'vitest';
import { isTable, parseJson } from '../../src/model/json-table.js';

test('what is not JSON is null, without the error that would quote it', () => {
  expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
  expect(parseJson('S3CRET')).toBeNull();
  expect(parseJson('')).toBeNull();
});

test('only an object is a table', () => {
  expect(isTable({})).toBe(true);
  for (const value of [null, [], 'x', 1, undefined, true]) expect(isTable(value)).toBe(false);
});
