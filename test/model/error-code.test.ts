import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codeOf, errorCode, findCode, rethrowBug } from '../../src/model/error-code.js';

function failToRead(): unknown {
  try {
    return readFileSync('/nonexistent/x');
  } catch (error) {
    return error;
  }
}

const BUGS = [new TypeError('a bug'), Object.assign(new Error('x'), { code: 7 }), null, undefined, 'ECONNRESET', { code: 7 }];

test('the system’s errors have a code', () => {
  const error = failToRead();
  expect([findCode(error), errorCode(error), codeOf(error)]).toEqual(['ENOENT', 'ENOENT', 'ENOENT']);
  expect(findCode(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
  expect(() => rethrowBug(error)).not.toThrow();
});

test.each(BUGS)('anything else has none, whatever it is, and is a bug that is thrown on: %s', (bug) => {
  expect([findCode(bug), errorCode(bug)]).toEqual([null, 'unknown']);
  for (const ask of [codeOf, rethrowBug]) {
    let thrown: unknown = 'nothing';
    try {
      ask(bug);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBe(bug);
  }
});
