import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { Config, Errors, flush, run, settings } from '@oclif/core';
import { showText } from '../model/show-text.js';
import { COMMANDS } from './commands.js';
import { guardProcess } from './guard-process.js';
import { readFailure } from './read-failure.js';
import { suggestCommand } from './suggest-command.js';
import { withNext } from './with-next.js';

export { COMMANDS };
export { CATALOGUE } from '../denial/catalogue.js';
export { blankCommand } from '../denial/describe.js';
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

/** Shows an error on one line and gives the exit code. */
function presentFailure(error: unknown): number {
  if (error instanceof Errors.ExitError) return error.oclif.exit ?? 1;
  const failure = readFailure(error);
  const unknown = failure.code === 'USAGE' ? suggestCommand(failure.reason, Object.keys(COMMANDS)) : null;
  try {
    writeSync(2, `outloop: ${showText(unknown ?? withNext(failure))}\n`);
  } catch {
    // Nobody listens, and the exit code says as much.
  }
  return failure.exit;
}
