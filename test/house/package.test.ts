import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** What `npm pack` would put into the package, by its own account. */
function listPacked(): string[] {
  const told = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
  const [packed] = JSON.parse(told) as [{ files: { path: string }[] }];
  return packed.files.map(({ path }) => path);
}

describe('the package', () => {
  const packed = listPacked();

  test('holds every file that its documents link to', () => {
    const documents = packed.filter((path) => path.endsWith('.md'));
    const links = documents.flatMap((path) =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) =>
        normalize(join(dirname(path), link)),
      ),
    );
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((link) => !packed.some((path) => path === link || path.startsWith(link)))).toEqual([]);
  });

  test('holds what it runs and the notices of what is bundled, and no source, test or bench', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'bin/run.js',
        'bin/start.js',
        'dist/outloop',
        'dist/run.cjs',
        'dist/cli.cjs',
        'dist/third-party-notices.txt',
        'LICENSE',
        'README.md',
      ]),
    );
    expect(packed.filter((path) => /^(src|test|bench|\.ci)\//.test(path))).toEqual([]);
    // These are of use on the machine that made them.
    expect(packed.filter((path) => /snapshot|built|stamp/.test(path))).toEqual([]);
  });

  test('names every bundled package with its licence, and where the source of what is not permissive can be had', () => {
    const notices = readFileSync(join(ROOT, 'dist/third-party-notices.txt'), 'utf8');
    for (const name of ['@oclif/core', 'zod', 'yaml', 'luxon', 'recheck'])
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+`, 'm'));
    expect(notices).toMatch(/^@jmespath-community\/jmespath [\d.]+\nLicence: MPL-2.0\nSource: \S+/m);
    expect(notices).not.toMatch(/Licence: (?:see below|UNLICENSED|.*GPL)/);
  });

  test('runs a file that is there', () => {
    const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: { outloop: string } };
    expect(existsSync(join(ROOT, bin.outloop))).toBe(true);
  });
});
