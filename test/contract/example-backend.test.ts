import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe } from 'vitest';
import type { BackendKind } from '../../src/credential/kind.js';
import { makeSetting, openingOf } from '../credential/make-setting.js';
import { holdToReadingContract } from './reading-contract.js';
import type { ReadingSubject, Troubles } from './reading-subject.js';

const ROOT = join(import.meta.dirname, '../..');
const NONE = 'a folder of files has no such trouble';
const TROUBLES: Troubles = {
  locked: NONE,
  refused: NONE,
  down: NONE,
  slow: NONE,
  busy: NONE,
  failing: { kind: 'damaged' },
  garbage: NONE,
  large: { kind: 'damaged' },
  wrong: { kind: 'damaged' },
  leaky: NONE,
};

/** The backend that docs/extending.md shows whole, as a contributor would have it in a folder of its own. */
async function loadExample(directory: string): Promise<BackendKind> {
  const document = readFileSync(join(ROOT, 'docs/extending.md'), 'utf8');
  const contents = /<!-- example: folder-backend -->\n+```ts\n([^]*?)```/.exec(document)?.[1];
  if (contents === undefined) throw new Error('docs/extending.md has no example');
  const outfile = join(directory, 'folder-backend.cjs');
  // A sibling of the folder that it would be in, so that its imports lead where they say.
  const stdin = { contents, resolveDir: join(ROOT, 'src/credential/doppler'), loader: 'ts' } as const;
  await build({ stdin, outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node20' });
  return (createRequire(import.meta.url)(outfile) as { folder: BackendKind }).folder;
}

async function open(): Promise<ReadingSubject> {
  const made = makeSetting();
  const kind = await loadExample(made.root);
  const files = join(made.root, 'keys/acme');
  mkdirSync(files, { recursive: true });
  const backend = kind.open(openingOf(made.setting, { name: 'folder' }), { folder: join(made.root, 'keys') });
  let asked = 0;
  return {
    backend: {
      name: backend.name,
      get: (ref, ask) => {
        if (!ask.signal.aborted && /^[a-z]/.test(ref) && !ref.includes('\n')) asked++;
        return backend.get(ref, ask);
      },
      probe: (signal) => backend.probe(signal),
    },
    place: (name, value) => {
      rmSync(join(files, name), { recursive: true, force: true });
      writeFileSync(join(files, name), value, { mode: 0o600 });
      return name;
    },
    missing: 'nothing',
    names: ['key', 'key-2', '2key'],
    carries: 'bytes',
    set: (trouble) => {
      const path = join(files, 'troubled');
      if (trouble === 'large') writeFileSync(path, Buffer.alloc(10 * 1024 * 1024));
      if (trouble === 'wrong' || trouble === 'failing') rmSync(path);
      if (trouble === 'wrong') writeFileSync(path, 'open to all', { mode: 0o644 });
      if (trouble === 'failing') mkdirSync(path);
    },
    reads: () => asked,
    asked: () => asked,
    secrets: () => [],
    tells: 0,
    remove: () => made.remove(),
  };
}

describe('the example of docs/extending.md', () => holdToReadingContract('folder', TROUBLES, open));
