import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonFault } from '../../src/model/find-json-fault.js';

test.each([
  ['{"a":[1,2.5e-3,true,null,"x\\u00e9"]}', null],
  [' [ ] ', null],
  ['0', null],
  ['', 'it is not JSON at character 1'],
  ['{"a":}', 'it is not JSON at character 6'],
  ['[1,]', 'it is not JSON at character 4'],
  ['{"a":1,}', 'it is not JSON at character 8'],
  ['[01]', 'it is not JSON at character 3'],
  ["{'a':1}", 'it is not JSON at character 2'],
  ['"a\nb"', 'it is not JSON at character 1'],
  ['[1', 'it is not JSON at character 3'],
  ['1 2', 'it is not JSON at character 3'],
  ['[[[1]]]', 'it nests deeper than 2 levels'],
  ['[[1]]', null],
])('%j: %s', (text, fault) => {
  expect(findJsonFault(text, 2)).toBe(fault);
});

test('JSON.parse takes exactly the texts without a fault', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '1',
    '-0',
    '1e5',
    '.5',
    'true',
    'nul',
    ' ',
    '\n',
    '\\u12',
    '"\\u1234"',
  );
  const text = fc.oneof(
    fc.json(),
    fc.array(piece, { maxLength: 8 }).map((list) => list.join('')),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (one) => {
      let parses = true;
      try {
        JSON.parse(one);
      } catch {
        parses = false;
      }
      expect(findJsonFault(one, 1000) === null).toBe(parses);
    }),
    { numRuns: 2000 },
  );
});
