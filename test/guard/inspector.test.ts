import { expect, test } from 'vitest';
import { inspectorIsOpen } from '../../src/guard/inspector.js';

test('an open inspector is RUNTIME_TAMPERED, and its address is not told', () => {
  const denial = inspectorIsOpen('ws://127.0.0.1:9229/0123');
  expect(denial).toMatchObject({ code: 'RUNTIME_TAMPERED' });
  expect(JSON.stringify(denial)).not.toContain('9229');
});

test('a closed inspector passes', () => {
  expect(inspectorIsOpen(undefined)).toBeNull();
});
