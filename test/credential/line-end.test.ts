import { expect, it } from 'vitest';
import { dropLineEnd } from '../../src/credential/line-end.js';

it.each([
  ['value\n', 'value'],
  ['value\r\n', 'value'],
  ['value', 'value'],
  ['\n', ''],
  ['', ''],
  ['value\n\n', 'value\n\n'],
  ['one\ntwo\n', 'one\ntwo\n'],
  ['value\r', 'value\r'],
  ['\0\xff\n', '\0\xff'],
])('%j becomes %j', (given, left) => {
  expect(Buffer.from(dropLineEnd(Buffer.from(given, 'latin1'))).toString('latin1')).toBe(left);
});
