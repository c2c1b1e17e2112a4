import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCanonical } from '../../src/model/canonical-json.js';
import type { Json } from '../../src/model/service.js';

test('the canonical text is JSON of the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(formatCanonical(value as Json))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('the order of members makes no difference, and anything else does', () => {
  const shuffled = fc
    .dictionary(fc.string(), fc.jsonValue())
    .map((value) => [value, Object.fromEntries(Object.entries(value).reverse())] as const);
  fc.assert(
    fc.property(shuffled, ([value, reversed]) => {
      expect(formatCanonical(value as Json)).toBe(formatCanonical(reversed as Json));
    }),
  );
  expect(formatCanonical({ a: [1, 2] })).not.toBe(formatCanonical({ a: [2, 1] }));
  expect(formatCanonical({ a: null })).not.toBe(formatCanonical({}));
});
