import { parseArgs } from 'node:util';
import { STATUS_FD, type UsageProblem } from './run-arguments.js';

/** The command line of `outloop redact`, read but not yet judged. */
export type RedactArguments = {
  readonly credentials: readonly string[];
  readonly tenant: string | null;
  readonly as: string | null;
  /** Its output is the stream: there is no envelope. */
  readonly json: false;
  readonly statusFd: number | null;
};

const OPTIONS = {
  credential: { type: 'string', multiple: true },
  tenant: { type: 'string' },
  as: { type: 'string' },
  'status-fd': { type: 'string' },
} as const;

/** Reads what follows `outloop redact`. */
export function parseRedactArguments(argv: readonly string[]): RedactArguments | UsageProblem {
  const args = [...argv];
  // Whatever else is wrong with the words, the record goes to the descriptor that they name.
  const { 'status-fd': descriptor } = parseArgs({ args, strict: false, options: OPTIONS }).values;
  const statusFd = typeof descriptor === 'string' ? STATUS_FD.read(descriptor) : null;
  const refuse = (detail: string): UsageProblem => ({ kind: 'usage', detail, json: false, statusFd, command: 'redact' });
  let values: { credential?: string[]; tenant?: string; as?: string };
  try {
    ({ values } = parseArgs({ args, strict: true, options: OPTIONS }));
  } catch {
    // Its text would quote the words.
    return refuse('redact takes --credential NAME, as often as you like, --tenant, --as and --status-fd, and standard input');
  }
  const { credential: credentials = [], tenant = null, as = null } = values;
  if (credentials.length === 0) return refuse('name what is to be redacted: --credential NAME');
  if (descriptor !== undefined && statusFd === null) return refuse(STATUS_FD.needs);
  return { credentials, tenant, as, json: false, statusFd };
}
