import { parseRunArguments, RUN_FLAGS, type UsageProblem } from './run-arguments.js';

/** The command line of `outloop schedule run`, read but not yet judged. */
export type FiringArguments = {
  readonly schedule: string;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly statusFd: number | null;
};

/** The flags of `outloop run` that a firing takes: everything else was pinned when the schedule was made. */
export const FIRING_FLAGS: readonly string[] = ['json', 'dry-run', 'status-fd'];

/** Reads what follows `outloop schedule run`: the schedule's name, and flags in the way of `outloop run`. */
export function parseFiringArguments(argv: readonly string[]): FiringArguments | UsageProblem {
  const parsed = parseRunArguments(argv, RUN_FLAGS, 'the schedule’s name');
  const { json, statusFd } = parsed;
  const refuse = (detail: string): UsageProblem => ({ kind: 'usage', detail, json, statusFd, command: 'schedule run' });
  if ('kind' in parsed) return refuse(parsed.detail);
  const foreign = argv.find((word) => word.startsWith('--') && !FIRING_FLAGS.includes(/^--([^=]*)/.exec(word)?.[1] ?? ''));
  if (foreign !== undefined || parsed.params.length > 0 || parsed.extra.length > 0) {
    return refuse('a schedule runs as it was made: give its name, and no parameters, arguments or flags of the run');
  }
  return { schedule: parsed.alias, json, dryRun: parsed.dryRun, statusFd };
}
