// Makes the code cache of dist/run.cjs: V8 keeps what was compiled by then, so the cache is taken after a run in a process of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const ended = spawnSync(process.execPath, [join(root, '.ci/warm-up.cjs')], {
  cwd: root,
  env: { PATH: process.env.PATH },
  stdio: ['ignore', 'ignore', 'inherit'],
});
// Without a cache outloop runs as well, only slower to start.
if (!existsSync(join(root, 'dist/run.cache'))) console.error(`no code cache was made (exit ${ended.status})`);
writeFileSync(join(root, 'dist/built'), '');
