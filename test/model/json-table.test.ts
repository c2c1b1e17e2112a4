import { expect, test } from 'vitest';
import { isTable, parseJson, parseStrictJson } from '../../src/model/json-table.js';

test('what is not JSON is null, without the error that would quote it', () => {
  expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
  expect(parseJson('S3CRET')).toBeNull();
  expect(parseJson('')).toBeNull();
});

test('a file that nests deeper than what outloop writes is none, however deep', () => {
  const nest = (levels: number) => `${'{"a":['.repeat(levels / 2)}${']}'.repeat(levels / 2)}`;
  expect(parseStrictJson(nest(80))).toEqual(JSON.parse(nest(80)));
  for (const levels of [82, 4000, 1_000_000]) expect(parseStrictJson(nest(levels))).toBeNull();
});

test('a file is as long as it likes, and holds each key once', () => {
  const list = Array.from({ length: 200_000 }, (_, at) => ({ at }));
  expect(parseStrictJson(JSON.stringify(list))).toEqual(list);
  expect(parseStrictJson('{"a":[{"b":1,"b":2}]}')).toBeNull();
  expect(parseStrictJson('{"a":"\ufffd"}')).toBeNull();
});

test('only an object is a table', () => {
  expect(isTable({})).toBe(true);
  for (const value of [null, [], 'x', 1, undefined, true]) expect(isTable(value)).toBe(false);
});
