import { expect, it } from 'vitest';
import { judgeOpError } from '../../../src/credential/1password/judge-op-error.js';
import { OP_ERRORS } from '../../vectors/op-errors.js';

it.each(OP_ERRORS)('%s', (said, expected) => {
  expect(judgeOpError(said)).toMatchObject(expected);
  expect(JSON.stringify(judgeOpError(said))).not.toContain('Acme');
});
