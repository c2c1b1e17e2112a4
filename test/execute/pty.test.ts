import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { loadPty } from '../../src/execute/pty.js';
import { temporaryHome } from '../helpers/temporary-home.js';

const ROOT = join(import.meta.dirname, '../..');
const SCOPE = realpathSync(join(ROOT, 'node_modules/@lydell'));
const PART = `node-pty-${process.platform}-${process.arch}`;

/** Puts the package, or its native part, into a folder. */
function install(name: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(SCOPE, name), to, { recursive: true });
}

function installation(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

const LAYOUTS: readonly (readonly [string, (home: string) => string])[] = [
  [
    'below outloop',
    (home) => {
      install('node-pty', join(home, 'outloop/node_modules/@lydell/node-pty'));
      install(PART, join(home, `outloop/node_modules/@lydell/${PART}`));
      return installation(join(home, 'outloop'));
    },
  ],
  [
    'beside outloop',
    (home) => {
      install('node-pty', join(home, 'node_modules/@lydell/node-pty'));
      install(PART, join(home, `node_modules/@lydell/${PART}`));
      return installation(join(home, 'node_modules/outloop'));
    },
  ],
  [
    'below itself',
    (home) => {
      install('node-pty', join(home, 'node_modules/@lydell/node-pty'));
      install(PART, join(home, `node_modules/@lydell/node-pty/node_modules/@lydell/${PART}`));
      return installation(join(home, 'node_modules/outloop'));
    },
  ],
  [
    'behind symbolic links, as pnpm has it',
    (home) => {
      const store = join(home, 'node_modules/.pnpm');
      install('node-pty', join(store, 'pty@1/node_modules/@lydell/node-pty'));
      install(PART, join(store, `pty@1/node_modules/@lydell/${PART}`));
      const outloop = installation(join(store, 'outloop@1/node_modules/outloop'));
      mkdirSync(join(store, 'outloop@1/node_modules/@lydell'));
      symlinkSync(join(store, 'pty@1/node_modules/@lydell/node-pty'), join(store, 'outloop@1/node_modules/@lydell/node-pty'));
      symlinkSync(outloop, join(home, 'node_modules/outloop'));
      return join(home, 'node_modules/outloop');
    },
  ],
];

const ABSENT: readonly (readonly [string, (home: string) => string])[] = [
  ['nowhere', (home) => installation(join(home, 'node_modules/outloop'))],
  [
    'without its native part',
    (home) => {
      install('node-pty', join(home, 'node_modules/@lydell/node-pty'));
      return installation(join(home, 'node_modules/outloop'));
    },
  ],
  [
    'in a folder above, which is no package folder of outloop’s',
    (home) => {
      install('node-pty', join(home, 'node_modules/@lydell/node-pty'));
      install(PART, join(home, `node_modules/@lydell/${PART}`));
      return installation(join(home, 'work/outloop'));
    },
  ],
  [
    'with a native part that is no library',
    (home) => {
      install('node-pty', join(home, 'node_modules/@lydell/node-pty'));
      mkdirSync(join(home, `node_modules/@lydell/${PART}`), { recursive: true });
      writeFileSync(join(home, `node_modules/@lydell/${PART}/pty.node`), 'no library');
      return installation(join(home, 'node_modules/outloop'));
    },
  ],
];

describe('what makes pseudo-terminals', () => {
  test.each(LAYOUTS)('is found %s', (_, lay) => {
    expect(isDenial(loadPty(lay(temporaryHome())))).toBe(false);
  });

  test.each(ABSENT)('is ISOLATION_UNAVAILABLE when it lies %s', (_, lay) => {
    expect(loadPty(lay(temporaryHome()))).toMatchObject({
      code: 'ISOLATION_UNAVAILABLE',
      facts: { detail: expect.stringMatching(/^it is to have a terminal, and (?:the optional package )?@lydell\/node-pty/) as string },
    });
  });

  test('has no install script, nor has any of its parts, and its version is pinned', () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    expect(optionalDependencies['@lydell/node-pty']).toMatch(/^\d+\.\d+\.\d+$/);
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string; hasInstallScript?: boolean; os?: string[] }>;
    };
    const parts = Object.entries(packages).filter(([path]) => path.startsWith('node_modules/@lydell/'));
    expect(parts.length).toBeGreaterThan(4);
    for (const [, { version, hasInstallScript }] of parts) {
      expect(version).toBe(optionalDependencies['@lydell/node-pty']);
      expect(hasInstallScript).toBeUndefined();
    }
  });

  test('gives a terminal whose output ends when nobody has it open, and not before its last byte', async () => {
    const opened = openHere();
    const line = `${'y'.repeat(99)}\n`;
    let written = 0;
    // More than one read takes, all of it there before the first.
    while (writeMore(opened.slave, line)) written += line.length;
    expect(written).toBeGreaterThan(8192);
    opened.release();
    let shown = '';
    for await (const chunk of opened.output as AsyncIterable<Buffer>) shown += chunk.toString();
    opened.close();
    expect(shown.replaceAll('\r', '').slice(0, written)).toBe(line.repeat(written / line.length));
  });

  test('takes what is typed as far as there is room, without waiting for a reader', () => {
    const opened = openHere();
    const typed = Buffer.from(`${'x'.repeat(100)}\r`);
    let taken = 0;
    let now = typed.length;
    while (now > 0 && taken < 10_000_000) taken += now = opened.write(typed);
    expect(now).toBe(0);
    expect(taken).toBeGreaterThan(1000);
    opened.resize({ columns: 100, rows: 30 });
    opened.close();
    expect(opened.write(typed)).toBe(typed.length);
  });
});

function openHere() {
  const pty = loadPty(ROOT);
  if (isDenial(pty)) throw new Error(pty.code);
  return pty.open({ columns: 80, rows: 24 });
}

/** False when the terminal takes no more; it was opened so that it does not wait. */
function writeMore(descriptor: number, text: string): boolean {
  try {
    return writeSync(descriptor, text) === text.length;
  } catch {
    return false;
  }
}
