import { readFileSync } from 'node:fs';
import { Errors } from '@oclif/core';
import { expect, test } from 'vitest';
import { LostOutput } from '../../src/cli/guard-process.js';
import { readFailure } from '../../src/cli/read-failure.js';

/** What this throws. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const refused = thrownBy(() => readFileSync('/nonexistent/state.json'));
const stopped = Object.assign(new Error('User force closed the prompt'), { name: 'ExitPromptError' });

test.each([
  ['a command line', new Errors.CLIError('Nonexistent flag: --bogus\nSee more help with --help'), 'there is no flag --bogus', 2, 'USAGE'],
  ['a usage error of ours', new Errors.CLIError('an argument is empty', { exit: 2 }), 'an argument is empty', 2, 'USAGE'],
  ['Ctrl-C at a question', stopped, 'nothing was changed', 1, null],
  ['a full disk behind stdout', new LostOutput('ENOSPC'), 'standard output cannot be written (ENOSPC)', 1, null],
  ['the file system', refused, 'the file system refused: open /nonexistent/state.json (ENOENT)', 1, null],
  ['a bug, whose text may hold anything', new TypeError('sk_live_2xYTvR8wKq3LmZ7n'), 'outloop failed (TypeError)', 1, 'INTERNAL_ERROR'],
  ['what is no error', 'sk_live_2xYTvR8wKq3LmZ7n', 'outloop failed (unknown error)', 1, 'INTERNAL_ERROR'],
])('%s', (_, error, reason, exit, code) => {
  expect(readFailure(error)).toMatchObject({ reason, exit, code });
});
