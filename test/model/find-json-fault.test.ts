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

test.each(['9007199254740993', '[1,-9007199254740992]', '{"a":1e400}', '1e21', '[1e-400]'])(
  '%j holds a number that JavaScript changes',
  (text) => {
    expect(findJsonFault(text, 2)).toMatch(/^it holds a number that cannot be kept exactly, at character \d+$/);
  },
);

test('JSON.parse takes exactly the texts without a fault, but for numbers that it changes', () => {
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
      const fault = findJsonFault(one, 1000);
      if (!parses || !fault?.includes('kept exactly')) expect(fault === null).toBe(parses);
    }),
    { numRuns: 2000 },
  );
});
