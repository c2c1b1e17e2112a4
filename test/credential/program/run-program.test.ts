import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../../../src/credential/program/run-program.js';
import { temporaryHome } from '../../helpers/temporary-home.js';

/** Runs a shell script as a tool that only root could change. */
async function runScript(script: string) {
  const temporary = temporaryHome();
  const path = join(temporary, 'tool');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  const tool = { path, sha256: '', size: 0, system: true };
  return runProgram({ tool, argv: [], env: {}, limitMs: 20_000, temporary, signal: new AbortController().signal });
}

test('what a program wrote is its answer once it has ended', async () => {
  const ending = await runScript('printf whole; exit 3');
  expect(ending).toMatchObject({ kind: 'ended', exit: 3 });
  expect(ending.kind === 'ended' && Buffer.from(ending.stdout).toString()).toBe('whole');
});

test('what another process may still write to is no answer: half a value could pass for one', async () => {
  expect(await runScript('(sleep 5; printf second) & printf first')).toEqual({ kind: 'open' });
});
