import { expect, test } from 'vitest';
import { promised } from '../../src/model/promised.js';

test('what is given comes, and what is thrown rejects', async () => {
  await expect(promised(() => 7)).resolves.toBe(7);
  const thrown = new Error('no');
  const asked = promised(() => {
    throw thrown;
  });
  await expect(asked).rejects.toBe(thrown);
});
