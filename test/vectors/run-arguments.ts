import type { RunArguments } from '../../src/cli/run-arguments.js';

/** What a command line asks for, where it is not the default. Pairs are `name=value` as typed. */
export type Asked = Partial<Omit<RunArguments, 'params'>> & { readonly pairs?: readonly string[] };

/** A command line after `outloop run`: what it means, or a part of what is wrong with it. `lax`: why oclif's own parser takes it all the same. */
export type ArgumentRow = { readonly argv: readonly string[]; readonly lax?: string } & (
  { readonly asks: Asked } | { readonly refused: string }
);

export const ARGUMENT_ROWS: readonly ArgumentRow[] = [
  { argv: ['a.b'], asks: { alias: 'a.b' } },
  { argv: ['acme/a.b'], asks: { alias: 'acme/a.b' } },
  { argv: ['a.b', 'x=1', 'y=two words'], asks: { alias: 'a.b', pairs: ['x=1', 'y=two words'] } },
  { argv: ['a.b', 'x='], asks: { alias: 'a.b', pairs: ['x='] } },
  { argv: ['a.b', 'x=y=z'], asks: { alias: 'a.b', pairs: ['x=y=z'] } },
  { argv: ['a.b', 'x=--json'], asks: { alias: 'a.b', pairs: ['x=--json'] } },
  { argv: ['a.b', 'x=1', 'x=2'], asks: { alias: 'a.b', pairs: ['x=1', 'x=2'] } },
  { argv: ['a.b', 'x=é\n\u202e'], asks: { alias: 'a.b', pairs: ['x=é\n\u202e'] } },
  { argv: ['--json', 'a.b'], asks: { alias: 'a.b', json: true } },
  { argv: ['a.b', 'x=1', '--json', 'y=2', '--dry-run'], asks: { alias: 'a.b', pairs: ['x=1', 'y=2'], json: true, dryRun: true } },
  { argv: ['a.b', '--params', 'p.json'], asks: { alias: 'a.b', paramsFrom: 'p.json' } },
  { argv: ['a.b', '--params=p.json'], asks: { alias: 'a.b', paramsFrom: 'p.json' } },
  { argv: ['a.b', '--params', '-'], asks: { alias: 'a.b', paramsFrom: '-' } },
  { argv: ['a.b', '--params=-'], asks: { alias: 'a.b', paramsFrom: '-' } },
  { argv: ['a.b', '--params=--odd'], asks: { alias: 'a.b', paramsFrom: '--odd' } },
  { argv: ['a.b', '--tenant=a=b'], asks: { alias: 'a.b', tenant: 'a=b' } },
  { argv: ['--tenant', 'acme', 'a.b', '--as', 'agent:claude'], asks: { alias: 'a.b', tenant: 'acme', as: 'agent:claude' } },
  { argv: ['a.b', '--status-fd', '3'], asks: { alias: 'a.b', statusFd: 3 } },
  { argv: ['a.b', '--status-fd=19'], asks: { alias: 'a.b', statusFd: 19 } },
  { argv: ['a.b', '--timeout', '500ms'], asks: { alias: 'a.b', timeoutMs: 500 } },
  { argv: ['a.b', '--timeout', '30s'], asks: { alias: 'a.b', timeoutMs: 30_000 } },
  { argv: ['a.b', '--timeout=5m'], asks: { alias: 'a.b', timeoutMs: 300_000 } },
  { argv: ['a.b', '--request-only'], asks: { alias: 'a.b', requestOnly: true } },
  { argv: ['a.b', '--reason', 'the customer asked'], asks: { alias: 'a.b', reason: 'the customer asked' } },
  { argv: ['a.b', '--reason=- for good'], asks: { alias: 'a.b', reason: '- for good' } },
  { argv: ['a.b', `--reason=${'x'.repeat(1000)}`], asks: { alias: 'a.b', reason: 'x'.repeat(1000) } },
  { argv: ['a.b', '--'], asks: { alias: 'a.b' } },
  { argv: ['a.b', '--', '--json', '-x'], asks: { alias: 'a.b', extra: ['--json', '-x'] } },
  { argv: ['a.b', 'x=1', '--json', '--', 'more', 'x=2'], asks: { alias: 'a.b', pairs: ['x=1'], json: true, extra: ['more', 'x=2'] } },

  { argv: ['a.b', `--reason=${'x'.repeat(1001)}`], refused: '--reason takes at most 1000 characters' },
  { argv: ['a.b', '--request-only=yes'], refused: '--request-only takes no value', lax: 'it leaves the value out' },
  {
    argv: ['a.b', '--dry-run', '--request-only'],
    refused: '--dry-run and --request-only cannot be given together',
    lax: 'it does not look at two flags together',
  },

  { argv: ['a.b', '--nope'], refused: 'unknown flag --nope; a parameter is written nope=VALUE, without dashes' },
  { argv: ['a.b', '--nope=secret-looking'], refused: 'unknown flag --nope; a parameter is written nope=VALUE, without dashes' },
  { argv: ['a.b', '--dry'], refused: 'unknown flag --dry; a parameter is written dry=VALUE, without dashes' },
  { argv: ['a.b', '--tennant', 'x'], refused: 'unknown flag --tennant; did you mean --tenant?' },
  { argv: ['a.b', '--no-json'], refused: 'unknown flag --no-json; did you mean --json?' },
  { argv: ['a.b', '--JSON'], refused: 'unknown flag --JSON; a parameter is written JSON=VALUE, without dashes' },
  { argv: ['a.b', '--=x'], refused: 'unknown flag --' },
  { argv: ['a.b', '-x'], refused: 'unknown flag -x' },
  { argv: ['a.b', '-xyz=secret-looking'], refused: 'unknown flag -x' },
  { argv: ['a.b', '--tenant'], refused: '--tenant needs a value' },
  { argv: ['a.b', '--tenant='], refused: '--tenant needs a value' },
  { argv: ['a.b', '--tenant', ''], refused: '--tenant needs a value' },
  { argv: ['a.b', '--tenant', '--json'], refused: '--tenant needs a value' },
  { argv: ['a.b', '--tenant', 'a', '--tenant', 'a'], refused: '--tenant is given twice' },
  { argv: ['a.b', '--status-fd', '2'], refused: '--status-fd needs a descriptor number of 3 or above' },
  { argv: ['a.b', '--status-fd', '0x4'], refused: '--status-fd needs a descriptor number of 3 or above' },
  { argv: ['a.b', '--status-fd', '3.0'], refused: '--status-fd needs a descriptor number of 3 or above' },
  { argv: ['a.b', '--status-fd', '12345678901'], refused: '--status-fd needs a descriptor number of 3 or above' },
  { argv: ['a.b', '--timeout', '30'], refused: '--timeout needs a time such as 500ms, 30s or 5m' },
  { argv: ['a.b', '--timeout', '0s'], refused: '--timeout needs a time such as 500ms, 30s or 5m' },
  { argv: ['a.b', '--timeout', '1.5s'], refused: '--timeout needs a time such as 500ms, 30s or 5m' },
  { argv: ['a.b', '--timeout', '1h'], refused: '--timeout needs a time such as 500ms, 30s or 5m' },

  { argv: [], refused: 'the alias is missing', lax: 'words are ours to judge' },
  { argv: ['--json'], refused: 'the alias is missing', lax: 'words are ours to judge' },
  { argv: ['--', 'a.b'], refused: 'the alias is missing', lax: 'words are ours to judge' },
  { argv: ['a.b', 'word'], refused: 'parameters are given as name=value', lax: 'words are ours to judge' },
  { argv: ['a.b', '=x'], refused: 'parameters are given as name=value', lax: 'words are ours to judge' },
  { argv: ['a.b', '-'], refused: 'parameters are given as name=value', lax: 'words are ours to judge' },
  { argv: ['a.b', ''], refused: 'parameters are given as name=value', lax: 'words are ours to judge' },
  { argv: ['a.b', '--json', '--json'], refused: '--json is given twice', lax: 'it takes a switch twice' },
  { argv: ['a.b', '--json=true'], refused: '--json takes no value', lax: 'it takes the value for a word' },
  { argv: ['a.b', '--params', '--', 'x'], refused: '--params needs a value', lax: 'it takes the two hyphens for the value' },
];
