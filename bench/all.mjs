// `npm run bench`: every part in turn. The exit code is 1 when one of them says that something does not hold.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PARTS = ['run', 'redact', 'callers', 'aliases'];
const here = dirname(fileURLToPath(import.meta.url));

for (const part of PARTS) {
  console.log(`\n## ${part}\n`);
  const { status } = spawnSync(process.execPath, [join(here, `${part}.mjs`)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
