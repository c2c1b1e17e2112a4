import { expect, test } from 'vitest';
import { countWords } from '../../src/model/count-words.js';

test('a count agrees with its noun', () => {
  expect([0, 1, 2].map((count) => countWords(count, 'grant'))).toEqual(['0 grants', '1 grant', '2 grants']);
  expect(countWords(1, 'alias', 'aliases')).toBe('1 alias');
  expect(countWords(16, 'alias', 'aliases')).toBe('16 aliases');
});
