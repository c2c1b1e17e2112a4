import { parseArgs } from 'node:util';
import type { UsageProblem } from './run-arguments.js';

/** The command line of `outloop redact`, read but not yet judged. */
export type RedactArguments = {
  readonly credentials: readonly string[];
  readonly tenant: string | null;
  readonly as: string | null;
  /** Its output is the stream: there is no envelope. */
  readonly json: false;
  readonly statusFd: number | null;
};

const STATUS_FD = /^(?:[3-9]|[1-9][0-9]{1,3})$/;

/** Reads what follows `outloop redact`. */
export function parseRedactArguments(argv: readonly string[]): RedactArguments | UsageProblem {
  const refuse = (detail: string): UsageProblem => ({ kind: 'usage', detail, json: false, statusFd: null, command: 'redact' });
  let values: { credential?: string[]; tenant?: string; as?: string; 'status-fd'?: string };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      strict: true,
      options: {
        credential: { type: 'string', multiple: true },
        tenant: { type: 'string' },
        as: { type: 'string' },
        'status-fd': { type: 'string' },
      },
    }));
  } catch {
    // Its text would quote the words.
    return refuse('redact takes --credential NAME, as often as you like, --tenant, --as and --status-fd, and standard input');
  }
  const { credential: credentials = [], tenant = null, as = null, 'status-fd': descriptor } = values;
  if (credentials.length === 0) return refuse('name what is to be redacted: --credential NAME');
  if (descriptor !== undefined && !STATUS_FD.test(descriptor)) return refuse('--status-fd needs an open pipe, socket or file');
  return { credentials, tenant, as, json: false, statusFd: descriptor === undefined ? null : Number(descriptor) };
}
