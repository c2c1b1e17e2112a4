import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { Config, Errors, flush, run, settings } from '@oclif/core';
import { showText } from '../model/show-text.js';
import { COMMANDS } from './commands.js';
import { describeUsage } from './describe-usage.js';
import { guardProcess, LostOutput } from './guard-process.js';
import { suggestCommand } from './suggest-command.js';

export { COMMANDS };
export { CATALOGUE } from '../denial/catalogue.js';
export { HTTP_ERROR_EXIT, LAST_BEFORE_BACKEND } from '../denial/exits.js';

/** Runs the whole command line on oclif. Exits 0, 1 for a negative answer, 2 for usage. */
export async function main(argv: readonly string[]): Promise<void> {
  guardProcess(presentFailure);
  try {
    if (argv[0] === '') throw new Errors.CLIError('an argument is empty', { exit: 2 });
    // oclif would run plug-ins that stand in the user's data folder (XDG_DATA_HOME), and load TypeScript for NODE_ENV=development.
    settings.enableAutoTranspile = false;
    const config = await Config.load({ root: join(__dirname, '..'), version: OUTLOOP_VERSION, userPlugins: false, devPlugins: false });
    await run(argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv], config);
    await flush();
  } catch (error) {
    process.exitCode = presentFailure(error);
  }
}

/** Shows an error on one line and gives the exit code. oclif's own carry theirs and a message for people; the text of a bug could hold anything and is not shown. */
function presentFailure(error: unknown): number {
  if (error instanceof Errors.ExitError) return error.oclif.exit ?? 1;
  const line = describeFailure(error);
  try {
    writeSync(2, `outloop: ${showText(line)}\n`);
  } catch {
    // Nobody listens, and the exit code says as much.
  }
  return isOclifs(error) ? (error.oclif.exit ?? 2) : 1;
}

function describeFailure(error: unknown): string {
  if (isOclifs(error)) return suggestCommand(error.message, Object.keys(COMMANDS)) ?? describeUsage(error.message);
  // Ctrl-C at a question.
  if (error instanceof Error && error.name === 'ExitPromptError') return 'nothing was changed';
  if (error instanceof LostOutput) return `${error.message} (${error.code})`;
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    const where = 'path' in error && typeof error.path === 'string' ? ` ${error.path}` : '';
    return `the file system refused: ${String(error.syscall)}${where} (${String(error.code)}). Next: outloop doctor`;
  }
  return `outloop failed (${error instanceof Error ? error.name : 'unknown error'}). Next: report it, with what outloop doctor says`;
}

/** An error of oclif's, a plug-in's own copy of oclif among them, whose classes are others. */
function isOclifs(error: unknown): error is Error & { readonly oclif: { readonly exit?: number } } {
  return error instanceof Error && 'oclif' in error && typeof error.oclif === 'object' && error.oclif !== null;
}
