import type { checkSync } from 'recheck';
import { isPlainlyLinear } from './linear-pattern.js';
import { anchorPattern } from './match-pattern.js';

/** Tells what is wrong with a pattern, in a clause without its text; null: it may be used with `matchesWhole`. */
export type PatternChecker = { readonly check: (pattern: string) => Promise<string | null> };

/** Far above what a sane pattern takes (10 to 700 ms); one that is not judged by then is refused. */
const CHECK_TIMEOUT_MS = 10_000;

/**
 * A checker that remembers its answers: each pattern's text is judged once. Patterns of a plain kind are accepted at sight;
 * the rest go to recheck, which is loaded for the first of them (half a second) and blocks the process while it works.
 */
export function createPatternChecker(): PatternChecker {
  const judged = new Map<string, Promise<string | null>>();
  return {
    check: (pattern) => {
      const known = judged.get(pattern) ?? judge(pattern);
      judged.set(pattern, known);
      return known;
    },
  };
}

async function judge(pattern: string): Promise<string | null> {
  try {
    anchorPattern(pattern);
    // An alternative or a bracket that only the anchoring group would close must not change what the pattern means.
    new RegExp(pattern, 'u');
  } catch {
    return 'not a regular expression that the u flag takes';
  }
  if (isPlainlyLinear(pattern)) return null;
  const check = await loadChecker();
  const found = check(anchorPattern(pattern).source, 'u', { timeout: CHECK_TIMEOUT_MS });
  switch (found.status) {
    case 'safe':
      return null;
    case 'vulnerable':
      return 'matching could take more than linear time: let parts that repeat not overlap';
    case 'unknown':
      return 'could not be shown to match in linear time: write it simpler';
  }
}

type CheckSync = typeof checkSync;

/**
 * The package's browser build is the checker in JavaScript alone. Its main build would start a worker, a JVM or a native
 * agent, as the environment says. Loaded as CommonJS it stands under `default`, bundled under its own name.
 */
async function loadChecker(): Promise<CheckSync> {
  const loaded: { readonly checkSync?: CheckSync; readonly default?: { readonly checkSync: CheckSync } } =
    await import('recheck/lib/browser.js');
  const check = loaded.checkSync ?? loaded.default?.checkSync;
  if (check === undefined) throw new Error('recheck has no checkSync');
  return check;
}
