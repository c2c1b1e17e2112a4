import { expect, test } from 'vitest';
import { parseDescriptorFlags } from '../../src/model/descriptor-flags.js';

test.each([
  ['pos:\t0\nflags:\t0100000\nmnt_id:\t12\n', { readOnly: true, closeOnExec: false }],
  ['pos:\t0\nflags:\t02100000\n', { readOnly: true, closeOnExec: true }],
  ['flags:\t0100001\n', { readOnly: false, closeOnExec: false }],
  ['flags:\t02100002\n', { readOnly: false, closeOnExec: true }],
  ['pos:\t0\n', null],
  ['', null],
])('%j', (text, flags) => {
  expect(parseDescriptorFlags(text)).toEqual(flags);
});
