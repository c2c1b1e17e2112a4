import { join } from 'node:path';
import { Config, Errors, flush, run } from '@oclif/core';
import { suggestName } from '../model/suggest.js';
import { COMMANDS } from './commands.js';

export { COMMANDS };
export { CATALOGUE } from '../denial/catalogue.js';

/** Runs the whole command line on oclif. Exits 0, 1 for a negative answer, 2 for usage. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const config = await Config.load({ root: join(__dirname, '..'), version: OUTLOOP_VERSION });
    await run([...argv], config);
    await flush();
  } catch (error) {
    presentFailure(error);
  }
}

/** oclif's own errors carry their exit code and a message for people; anything else is a bug and says so without its stack. */
function presentFailure(error: unknown): void {
  const exit = error instanceof Errors.CLIError || error instanceof Errors.ExitError ? (error.oclif.exit ?? 2) : 1;
  process.exitCode = exit;
  if (error instanceof Errors.ExitError) return;
  const message = error instanceof Error ? error.message : 'unknown error';
  process.stderr.write(`outloop: ${suggestCommand(message) ?? message}\n`);
}

/** A command that does not exist, with the one that may be meant. */
function suggestCommand(message: string): string | null {
  const typed = /^command (\S+) not found$/.exec(message)?.[1];
  if (typed === undefined) return null;
  const near = suggestName(typed, Object.keys(COMMANDS));
  const words = (id: string) => id.replaceAll(':', ' ');
  return `there is no command ${words(typed)}${near === null ? '; see outloop help' : `; did you mean ${words(near)}?`}`;
}
