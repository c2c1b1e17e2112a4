import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const DIST = join(import.meta.dirname, '../../dist');
const BUNDLES = readdirSync(DIST).filter((name) => name.endsWith('.cjs'));
const BUILT_IN = new Set(builtinModules);

/** What a bundle looks up when it runs: the words of `require("…")` and `import("…")`. */
function lookups(text: string): string[] {
  return [...text.matchAll(/\b(?:require|import)\(["']([^"')]+)["']\)/g)].map(([, name = '']) => name);
}

describe('the built bundles', () => {
  test('look up nothing by name but Node’s own modules, so that neither NODE_PATH nor a folder can answer', () => {
    expect(BUNDLES).toEqual(expect.arrayContaining(['cli.cjs', 'keychain-helper.cjs', 'run.cjs']));
    const foreign = BUNDLES.flatMap((bundle) =>
      lookups(readFileSync(join(DIST, bundle), 'utf8'))
        .filter((name) => !name.startsWith('node:') && !name.startsWith('./') && !BUILT_IN.has(name))
        .map((name) => `${bundle}: ${name}`),
    );
    // The native module cannot be bundled. Its helper is a process of its own with an environment of our making.
    // What `outloop:import` imports is a plug-in's file, by its URL.
    expect([...new Set(foreign)]).toEqual(['cli.cjs: outloop:import', 'keychain-helper.cjs: keytar']);
  });

  test('look up only bundles that are there', () => {
    const own = BUNDLES.flatMap((bundle) => lookups(readFileSync(join(DIST, bundle), 'utf8')).filter((name) => name.startsWith('./')));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((name) => !BUNDLES.includes(name.slice(2)))).toEqual([]);
  });

  test('that `run` starts with do not hold the command line’s library', () => {
    expect(readFileSync(join(DIST, 'run.cjs'), 'utf8')).not.toMatch(/oclif/);
  });
});
