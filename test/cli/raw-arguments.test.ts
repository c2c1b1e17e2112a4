import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { markUnreadable } from '../../src/cli/raw-arguments.js';
import { makeHome } from '../helpers/temporary-home.js';

const SOURCE = join(import.meta.dirname, '../../src/cli/raw-arguments.ts');

describe('arguments', () => {
  let program: string;
  beforeAll(async () => {
    const { home, remove } = makeHome();
    program = join(home, 'print.cjs');
    const stdin = {
      contents: `import { markUnreadable } from ${JSON.stringify(SOURCE)}; console.log(JSON.stringify(markUnreadable(process.argv.slice(2))))`,
      resolveDir: home,
    };
    await build({ stdin, bundle: true, platform: 'node', format: 'cjs', outfile: program });
    return remove;
  });

  /** What a process of its own sees of arguments that a shell spells as octal escapes. */
  async function see(...spelt: string[]): Promise<string[]> {
    const words = spelt.map((word) => `"$(printf '${word}')"`).join(' ');
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', `exec "$0" "$1" ${words}`, process.execPath, program]);
    return JSON.parse(stdout) as string[];
  }

  test.runIf(process.platform === 'linux')(
    'whose bytes are not UTF-8 are told from those that hold the replacement character',
    async () => {
      expect(await see('x=\\377', 'x=\\357\\277\\275', 'plain', '\\303\\251', 'a\\303')).toEqual([
        'x=\udcff',
        'x=\ufffd',
        'plain',
        'é',
        'a\udcff',
      ]);
    },
  );

  test('without the replacement character are given back as they are', () => {
    const argv = ['run', 'é', ''];
    expect(markUnreadable(argv)).toBe(argv);
  });

  test('that the kernel’s own copy does not bear out count as not UTF-8', () => {
    expect(markUnreadable(['x=\ufffd'])).toEqual(['x=\udcff']);
  });
});
