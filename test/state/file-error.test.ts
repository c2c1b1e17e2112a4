import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codeOf } from '../../src/state/file-error.js';

test('the file system’s errors have a code, and any other error is a bug that is thrown on', () => {
  let code = '';
  try {
    readFileSync('/nonexistent/x');
  } catch (error) {
    code = codeOf(error);
  }
  expect(code).toBe('ENOENT');
  expect(() => codeOf(new TypeError('a bug'))).toThrow('a bug');
  expect(() => codeOf(null)).toThrow();
});
