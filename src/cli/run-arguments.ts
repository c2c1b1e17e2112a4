import type { GivenParam } from '../model/run.js';
import { suggestName } from '../model/suggest.js';

/** One flag of `outloop run`: the one table that the parser, the help and the shell completion read. */
export type RunFlag = { readonly name: string; readonly value: string | null; readonly description: string };

export const RUN_FLAGS: readonly RunFlag[] = [
  { name: 'params', value: 'FILE', description: 'read parameters from a JSON file, or from standard input with -' },
  { name: 'json', value: null, description: 'print one JSON envelope: the status record and the result' },
  { name: 'dry-run', value: null, description: 'decide and stop before any credential is fetched' },
  { name: 'request-only', value: null, description: 'record a request for the operator’s approval where one is needed, and run nothing' },
  { name: 'reason', value: 'TEXT', description: 'why you want this, for the operator who is asked to approve' },
  { name: 'status-fd', value: 'N', description: 'write the status record as JSON to this inherited descriptor (3 or above)' },
  { name: 'timeout', value: 'TIME', description: 'end the action after this time (500ms, 30s, 5m); it only lowers the alias’s own limit' },
  { name: 'tenant', value: 'TENANT', description: 'assert the tenant; another one is denied, and it never chooses one' },
  { name: 'as', value: 'PRINCIPAL', description: 'say who asks (agent:claude, schedule:nightly); a claim that never raises an agent' },
];

/** The command line of `outloop run`, read but not yet judged. */
export type RunArguments = {
  readonly alias: string;
  readonly params: readonly GivenParam[];
  readonly extra: readonly string[];
  readonly paramsFrom: string | null;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly requestOnly: boolean;
  readonly reason: string | null;
  readonly statusFd: number | null;
  readonly timeoutMs: number | null;
  readonly tenant: string | null;
  readonly as: string | null;
};

/** What is wrong with a command line, in words that quote no value; `json` and `statusFd` say how to answer all the same. */
export type UsageProblem = {
  readonly kind: 'usage';
  readonly detail: string;
  readonly json: boolean;
  readonly statusFd: number | null;
  /** The command that was called, where it is not `run`. */
  readonly command?: string;
};

/** A reason is read by a person: one or two sentences. */
const MAX_REASON_CHARS = 1000;
const DURATION = /^([1-9][0-9]{0,8})(ms|s|m)$/;
const UNIT_MS = { ms: 1, s: 1000, m: 60_000 } as const;

/**
 * Reads what follows `outloop run`, or `outloop explain` with fewer flags. Flags may stand anywhere before `--`; a flag's value
 * follows it (then it does not begin as a flag does) or an equals sign; a flag given twice is refused. The first other word is the alias, every further
 * one is `name=value`. `first` is what a message calls that first word.
 */
export function parseRunArguments(argv: readonly string[], known = RUN_FLAGS, first = 'the alias'): RunArguments | UsageProblem {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const extra = end < 0 ? [] : argv.slice(end + 1);
  const flags = new Map<string, string>();
  const plain: string[] = [];
  let problem: string | null = null;
  const refuse = (detail: string) => (problem ??= detail);

  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('--')) {
      if (word.startsWith('-') && word.length > 1) refuse(`unknown flag ${word.slice(0, 2)}`);
      else plain.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const flag = known.find((one) => one.name === name);
    if (flag === undefined) refuse(describeUnknown(name, known));
    else if (flags.has(name)) refuse(`--${name} is given twice`);
    else if (flag.value === null) {
      if (equals >= 0) refuse(`--${name} takes no value`);
      flags.set(name, '');
    } else {
      const value = equals < 0 ? words[i + 1] : word.slice(equals + 1);
      const isFlag = equals < 0 && value !== undefined && value.length > 1 && value.startsWith('-');
      if (value === undefined || value === '' || isFlag) {
        refuse(`--${name} needs a value`);
        continue;
      }
      if (equals < 0) i++;
      flags.set(name, value);
    }
  }

  const json = flags.has('json');
  const statusFd = readFlag(flags.get('status-fd'), STATUS_FD, refuse);
  const timeoutMs = readFlag(flags.get('timeout'), TIMEOUT, refuse);
  const reason = readFlag(flags.get('reason'), REASON, refuse);
  if (flags.has('dry-run') && flags.has('request-only')) refuse('--dry-run and --request-only cannot be given together');
  const [alias, ...pairs] = plain;
  const missing = `${first} is missing`;
  if (alias === undefined) refuse(missing);
  const params = pairs.map((pair) => readPair(pair, refuse));
  if (problem !== null || alias === undefined) return { kind: 'usage', detail: problem ?? missing, json, statusFd };
  return {
    alias,
    params,
    extra,
    paramsFrom: flags.get('params') ?? null,
    json,
    dryRun: flags.has('dry-run'),
    requestOnly: flags.has('request-only'),
    reason,
    statusFd,
    timeoutMs,
    tenant: flags.get('tenant') ?? null,
    as: flags.get('as') ?? null,
  };
}

/** A flag that may be a misspelt one; a long one could hold anything and is cut. */
function describeUnknown(name: string, known: readonly RunFlag[]): string {
  const near = suggestName(
    name,
    known.map((flag) => flag.name),
  );
  const shown = name.slice(0, 40);
  if (near !== null) return `unknown flag --${shown}; did you mean --${near}?`;
  return `unknown flag --${shown}${/^[A-Za-z][A-Za-z0-9_-]*$/.test(shown) ? `; a parameter is written ${shown}=VALUE, without dashes` : ''}`;
}

function readFlag<T>(text: string | undefined, { read, needs }: FlagForm<T>, refuse: (detail: string) => void): T | null {
  if (text === undefined) return null;
  const value = read(text);
  if (value === null) refuse(needs);
  return value;
}

/** How a flag's value is read; null where it has not the form, and what it needs then. */
export type FlagForm<T> = { readonly read: (text: string) => T | null; readonly needs: string };

/** `--status-fd`: a descriptor that is none of the three standard ones. */
export const STATUS_FD = {
  read: (text: string): number | null => (/^[0-9]{1,9}$/.test(text) && Number(text) >= 3 ? Number(text) : null),
  needs: '--status-fd needs a descriptor number of 3 or above',
} as const;

/** `--timeout`: `500ms`, `30s`, `5m` as milliseconds. */
export const TIMEOUT = {
  read(text: string): number | null {
    const [, count, unit] = DURATION.exec(text) ?? [];
    return count !== undefined && (unit === 'ms' || unit === 's' || unit === 'm') ? Number(count) * UNIT_MS[unit] : null;
  },
  needs: '--timeout needs a time such as 500ms, 30s or 5m',
} as const;

/** `--reason`: a sentence or two, for a person to read. */
export const REASON = {
  read: (text: string): string | null => (text.length <= MAX_REASON_CHARS ? text : null),
  needs: `--reason takes at most ${MAX_REASON_CHARS} characters`,
} as const;

function readPair(pair: string, refuse: (detail: string) => void): GivenParam {
  const equals = pair.indexOf('=');
  if (equals <= 0) refuse('parameters are given as name=value');
  return { name: pair.slice(0, equals), kind: 'text', text: pair.slice(equals + 1) };
}
