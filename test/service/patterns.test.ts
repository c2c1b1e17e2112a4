import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainlyLinear } from '../../src/service/linear-pattern.js';
import { anchorPattern, matchesWhole } from '../../src/service/match-pattern.js';
import { createPatternChecker } from '../../src/service/patterns.js';
import { PLAIN_PATTERNS, SAFE_PATTERNS, UNREADABLE_PATTERNS, UNSAFE_PATTERNS } from '../vectors/service-patterns.js';

const checker = createPatternChecker();

describe('a pattern', () => {
  it.each(PLAIN_PATTERNS)('%s is accepted at sight', async (pattern) => {
    expect(isPlainlyLinear(pattern)).toBe(true);
    expect(await checker.check(pattern)).toBeNull();
  });

  it.each(SAFE_PATTERNS)('%s is accepted by the checker', async (pattern) => {
    expect(isPlainlyLinear(pattern)).toBe(false);
    expect(await checker.check(pattern)).toBeNull();
  });

  it.each(UNSAFE_PATTERNS)('%s is refused', async (pattern) => {
    expect(isPlainlyLinear(pattern)).toBe(false);
    expect(await checker.check(pattern)).toMatch(/linear/);
  });

  it.each(UNREADABLE_PATTERNS)('%s is no regular expression', async (pattern) => {
    expect(await checker.check(pattern)).toMatch(/regular expression/);
  });

  it('matches the whole value and nothing less', () => {
    expect(matchesWhole('a|b', 'a')).toBe(true);
    for (const text of ['ab', 'a\n', '\na', 'a\nb', ' a', '']) expect(matchesWhole('a|b', text)).toBe(false);
  });

  it.each([...PLAIN_PATTERNS, ...SAFE_PATTERNS])('%s judges 64 KiB at once', (pattern) => {
    const regex = anchorPattern(pattern);
    for (const filler of ['a', '0', 'a-', 'a.', 'é', '/', '\n']) {
      const started = performance.now();
      regex.test(`${filler.repeat(65_536 / filler.length)}\u0000`);
      expect(performance.now() - started).toBeLessThan(1000);
    }
  });

  it('a row of atoms that is accepted at sight costs linear time', () => {
    const atom = fc.constantFrom('a', '[ab]', '[^a]', '\\d', '\\w', '.', '[a-c]', 'b');
    const quantifier = fc.constantFrom('', '?', '*', '+', '{1,9}', '{2}', '{3,}');
    const row = fc.array(
      fc.tuple(atom, quantifier).map((pair) => pair.join('')),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(row, fc.constantFrom('a', 'b', 'ab', '1', 'abc'), (atoms, filler) => {
        const pattern = atoms.join('');
        if (!isPlainlyLinear(pattern)) return;
        const started = performance.now();
        anchorPattern(pattern).test(`${filler.repeat(Math.floor(60_000 / filler.length))}\u0000`);
        expect(performance.now() - started).toBeLessThan(1000);
      }),
      { numRuns: 500 },
    );
  });
});
