import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inside } from '../../src/model/inside.js';

test.each([
  ['/', 'acme'],
  ['/home/ann', '.outloop'],
  ['/home/ann/state', 'services/github.yaml'],
  ['/home/a\nb', '..c'],
])('what is inside %j by the name %j is where node:path says', (folder, name) => {
  expect(inside(folder, name)).toBe(join(folder, name));
});
