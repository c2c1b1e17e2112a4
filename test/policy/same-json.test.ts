import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Json } from '../../src/model/service.js';
import { isSameJson } from '../../src/policy/same-json.js';

const DIFFERENT: readonly (readonly [Json, Json])[] = [
  [1, '1'],
  [0, false],
  [0, null],
  ['', null],
  ['', []],
  [[], {}],
  [{}, []],
  [{}, null],
  [null, {}],
  [
    [1, 2],
    [2, 1],
  ],
  [[1], [1, 1]],
  [{ a: 1 }, { a: '1' }],
  [{ a: 1 }, { b: 1 }],
  [{ a: null }, {}],
  [{ a: null }, { b: null }],
  [{ 0: 'a' }, ['a']],
  [['a'], { 0: 'a' }],
  [{ length: 0 }, []],
  ['é', 'e\u0301'],
  [{ a: 1 }, { constructor: 1 }],
  [JSON.parse('{"__proto__":{"a":1}}'), {}],
  [JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"toString":{"a":1}}')],
];

describe('isSameJson', () => {
  test.each(DIFFERENT)('%j is not %j', (a, b) => {
    expect(isSameJson(a, b)).toBe(false);
    expect(isSameJson(b, a)).toBe(false);
  });

  it('finds a value the same as its copy with the keys turned round', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = turnRound(JSON.parse(JSON.stringify(value)));
        expect(isSameJson(JSON.parse(JSON.stringify(value)), copy)).toBe(true);
      }),
    );
  });

  it('agrees with the canonical text of two values', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (a, b) => {
        const [one, other]: Json[] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))];
        expect(isSameJson(one!, other!)).toBe(canonical(one!) === canonical(other!));
      }),
    );
  });
});

function turnRound(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(turnRound);
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [key, turnRound(item)]);
  return Object.fromEntries(entries.reverse());
}

function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join()}}`;
}
