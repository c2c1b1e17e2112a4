import { describe, expect, test } from 'vitest';
import { isSameRepository, readRepository } from '../../src/link/repository.js';
import { REPOSITORIES } from '../vectors/repositories.js';

describe('a repository’s address', () => {
  test.each(REPOSITORIES)('%j is %j', (address, read) => {
    expect(readRepository(address)).toBe(read);
  });

  test('is compared as its CI does', () => {
    expect(isSameRepository('github.com/a/B', 'github.com/A/b', true)).toBe(true);
    expect(isSameRepository('example.com/a/B', 'example.com/A/b', false)).toBe(false);
  });

  test('in its one spelling is read as itself', () => {
    for (const [, read] of REPOSITORIES) if (read?.startsWith('/') === true) expect(readRepository(read)).toBe(read);
  });
});
