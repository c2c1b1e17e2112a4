import { expect, test } from 'vitest';
import { interruptedBy, isInterruption } from '../../src/model/interruption.js';

test('an interruption is told from every other reason to stop', () => {
  expect(isInterruption(interruptedBy('SIGINT'))).toBe(true);
  for (const other of [new Error('x'), null, 'SIGINT', { kind: 'denial' }]) expect(isInterruption(other)).toBe(false);
});
