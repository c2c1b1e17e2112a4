import { expect, test } from 'vitest';
import { errorCode } from '../../src/net/error-code.js';

test('an error without a code has none, whatever it is', () => {
  expect(errorCode(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
  for (const error of [new Error('x'), null, undefined, 'ECONNRESET', { code: 7 }]) expect(errorCode(error)).toBe('');
});
