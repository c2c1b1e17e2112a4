import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const { isHot } = createRequire(import.meta.url)(join(ROOT, 'bin/start.js')) as { isHot: (argv: readonly string[]) => boolean };

/** The launcher's own words for it. */
const RULE = /^is_hot\(\) \{\n.*?^\}\n/ms.exec(readFileSync(join(ROOT, '.ci/start/launcher.sh'), 'utf8'))?.[0] ?? '';

test.each([
  [[], false],
  [['run'], true],
  [['run', 'a.b', 'x=y'], true],
  [['run', 'a.b', '--json'], true],
  [['run', '--help'], false],
  [['run', 'a.b', '-h'], false],
  [['run', 'a.b', '--', '-h'], true],
  [['run', '--help', '--', 'x'], false],
  [['run', 'a.b', 'x=--help'], true],
  [['run:a'], false],
  [['redact', '--credential', 'bot'], true],
  [['redact', '-h'], false],
  [['schedule', 'run', 'nightly'], true],
  [['schedule', 'run', '--help'], false],
  [['schedule', 'list'], false],
  [['schedule'], false],
  [['status', 'run'], false],
  [[''], false],
  [['run', '', '*', 'a b\n'], true],
] as const)('the launcher and bin/run.js agree on what is hot: %j', (argv, hot) => {
  expect(isHot(argv)).toBe(hot);
  expect(spawnSync('/bin/sh', ['-c', `${RULE}is_hot "$@"`, 'sh', ...argv]).status).toBe(hot ? 0 : 1);
});
