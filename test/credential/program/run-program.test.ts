import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram, type ProgramEnding } from '../../../src/credential/program/run-program.js';
import { beginPlace, type Ground } from '../../../src/state/private-places.js';
import { groundAt } from '../../execute/make-command.js';
import { temporaryHome } from '../../helpers/temporary-home.js';

/** Runs a shell script as a tool that only root could change, or as one that is run from a private copy. */
async function runScript(script: string, { temporary = temporaryHome(), system = true } = {}) {
  const path = join(temporaryHome(), 'tool');
  const text = `#!/bin/sh\n${script}\n`;
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  const tool = { path, sha256: createHash('sha256').update(text).digest('hex'), size: text.length, system };
  return runProgram({ tool, argv: [], env: {}, limitMs: 20_000, ground: groundAt(temporary), signal: new AbortController().signal });
}

function beginAt(ground: Ground): string {
  const begun = beginPlace(ground);
  if (begun.kind === 'unfit') throw new Error(begun.why);
  return begun.path;
}

const textOf = (ending: ProgramEnding): string | null => (ending.kind === 'ended' ? Buffer.from(ending.stdout).toString() : null);

test('what a program wrote is its answer once it has ended', async () => {
  const ending = await runScript('printf whole; exit 3');
  expect(ending).toMatchObject({ kind: 'ended', exit: 3 });
  expect(textOf(ending)).toBe('whole');
});

test('what another process may still write to is no answer: half a value could pass for one', async () => {
  expect(await runScript('(sleep 5; printf second) & printf first')).toEqual({ kind: 'open' });
});

test('a private copy stands among the private places of this user, and goes with its run', async () => {
  const temporary = temporaryHome();
  const ending = await runScript('printf "%s" "$0"', { temporary, system: false });
  const begin = beginAt(groundAt(temporary));
  expect(textOf(ending)).toMatch(new RegExp(`^${begin.replaceAll('.', '\\.')}[A-Za-z0-9]{6}/bin/tool$`));
  expect(readdirSync(dirname(begin))).toEqual([]);
});

test('a private copy is not made where others could change it', async () => {
  const temporary = temporaryHome();
  chmodSync(temporary, 0o777);
  expect(await runScript('printf one', { temporary, system: false })).toEqual({ kind: 'not-started' });
  expect(readdirSync(temporary)).toEqual([]);
});

test('a private copy that a killed run left behind is removed by the next', async () => {
  const temporary = temporaryHome();
  const other = spawn('/bin/sleep', ['60']);
  const left = `${beginAt({ ...groundAt(temporary), pid: other.pid ?? 0 })}AbCdEf`;
  mkdirSync(join(left, 'bin'), { recursive: true });
  expect(textOf(await runScript('printf one', { temporary, system: false }))).toBe('one');
  expect(existsSync(left)).toBe(true);
  const ended = once(other, 'exit');
  other.kill('SIGKILL');
  await ended;
  expect(textOf(await runScript('printf two', { temporary, system: false }))).toBe('two');
  expect(existsSync(left)).toBe(false);
});
