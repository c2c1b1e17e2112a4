// Makes the code caches beside the bundles: V8 keeps what was compiled by then, so they are taken after runs in a process of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ended = spawnSync(process.execPath, [join(root, '.ci/warm-up.cjs')], {
  cwd: root,
  env: { PATH: process.env.PATH },
  stdio: ['ignore', 'ignore', 'pipe'],
  encoding: 'utf8',
});
// Without a cache outloop runs as well, only slower to start.
if (!existsSync(join(root, 'dist/run.cache'))) console.error(`no code cache was made (exit ${ended.status}):\n${ended.stderr}`);
writeFileSync(join(root, 'dist/built'), '');
