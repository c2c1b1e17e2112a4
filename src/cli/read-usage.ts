import { stripVTControlCharacters } from 'node:util';

/** What oclif's parser says of a command line, and how we say it: on one line, and without a word of what was typed as a value. */
const WORDINGS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^Unexpected arguments?: /, () => 'there are more arguments than this command takes'],
  [/^Nonexistent flags?: (--?[A-Za-z0-9][A-Za-z0-9-]{0,39})/, (flag) => `there is no flag ${flag}`],
  [/^Nonexistent flags?: /, () => 'there is no such flag'],
  [/^Expected --([\w-]+)=.* to be one of: (.*)$/s, (flag, options) => `--${flag} is one of ${options}`],
  [/^Expected .* to be one of: (.*)$/s, (options) => `the argument is one of ${options}`],
  [
    /^Parsing --([\w-]+)\s+(.*?)(?: but received: .*)?$/s,
    (flag, expected) => (expected.startsWith(`--${flag} `) ? expected : `--${flag}: ${expected.toLowerCase()}`),
  ],
  [
    /^The following errors? occurred:\s+--([\w-]+)=.* cannot also be provided when using --([\w-]+)/s,
    (one, other) => `--${one} and --${other} do not go together`,
  ],
  [
    /^The following errors? occurred:\s+All of the following must be provided when using --([\w-]+): (--[\w-]+(?:, --[\w-]+)*)/s,
    (one, others) => `--${one} needs ${others}`,
  ],
  [/^The following errors? occurred:\s+Missing required flag ([\w-]+)/s, (flag) => `missing: --${flag}`],
  [/^Missing \d+ required args?:\n(.*?)(?:\n\n.*)?$/s, (list) => `missing: ${list.split('\n').map(firstWord).join(', ')}`],
];

/** What is wrong with a command line, in a sentence without its full stop, and what helps. */
type Usage = { readonly reason: string; readonly next: string | null };

/** Reads a usage error. `message` is oclif's own, on a terminal with colour in it, or one of ours, which stays as it is. */
export function readUsage(message: string): Usage {
  const [text = '', help] = stripVTControlCharacters(message).split('\nSee more help with --help');
  const next = help === undefined ? null : 'repeat it with --help';
  for (const [pattern, say] of WORDINGS) {
    const match = pattern.exec(text);
    if (match !== null) return { reason: say(...match.slice(1)), next };
  }
  return { reason: text.split('\n')[0] ?? '', next };
}

function firstWord(line: string): string {
  return line.trim().split(/\s/)[0] ?? '';
}
