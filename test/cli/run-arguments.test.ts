import { Parser } from '@oclif/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRunArguments, RUN_FLAGS, type RunArguments, type UsageProblem } from '../../src/cli/run-arguments.js';
import { oclifFlags } from '../../src/cli/run-flags.js';
import { ARGUMENT_ROWS, type Asked } from '../vectors/run-arguments.js';

const NOTHING: Omit<RunArguments, 'alias' | 'params'> = {
  extra: [],
  paramsFrom: null,
  json: false,
  dryRun: false,
  requestOnly: false,
  reason: null,
  statusFd: null,
  timeoutMs: null,
  tenant: null,
  as: null,
};
const isProblem = (read: RunArguments | UsageProblem): read is UsageProblem => 'kind' in read;
const show = (argv: readonly string[]) => (argv.length === 0 ? 'nothing' : JSON.stringify(argv.join(' ')));

/** What oclif makes of the same words with the definition that `outloop run` gives it; null when it refuses them. */
async function askOclif(
  argv: readonly string[],
): Promise<{ readonly words: readonly string[]; readonly flags: Record<string, unknown> } | null> {
  const flags = oclifFlags(RUN_FLAGS.map(({ name }) => name));
  try {
    const read = await Parser.parse([...argv], { flags, strict: false, '--': true });
    return { words: read.argv as string[], flags: read.flags };
  } catch {
    return null;
  }
}

function fill({ pairs, ...asked }: Asked): Omit<RunArguments, 'alias'> & { readonly alias?: string } {
  const params = (pairs ?? []).map((pair) => {
    const equals = pair.indexOf('=');
    return { name: pair.slice(0, equals), kind: 'text' as const, text: pair.slice(equals + 1) };
  });
  return { ...NOTHING, params, ...asked };
}

/** The words of a request as they were typed, without the flags and the two hyphens. */
function wordsOf({ alias, params, extra }: RunArguments): readonly string[] {
  return [alias, ...params.map((param) => `${param.name}=${param.kind === 'text' ? param.text : ''}`), ...extra];
}

/** The flags of a request in oclif's shape. */
function asFlags({
  paramsFrom,
  json,
  dryRun,
  requestOnly,
  reason,
  statusFd,
  timeoutMs,
  tenant,
  as,
}: RunArguments): Record<string, unknown> {
  const given = {
    params: paramsFrom,
    json: json || null,
    'dry-run': dryRun || null,
    'request-only': requestOnly || null,
    reason,
    'status-fd': statusFd,
    timeout: timeoutMs,
    tenant,
    as,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

/** oclif's flags with the texts of the two numbers read as they are here. */
function readNumbers(flags: Record<string, unknown>): Record<string, unknown> {
  const words = ['timeout', 'status-fd'].flatMap((name) => (typeof flags[name] === 'string' ? [`--${name}=${flags[name]}`] : []));
  const again = parseRunArguments(['a.b', ...words]);
  if (isProblem(again)) throw new Error(again.detail);
  return { ...flags, ...asFlags(again) };
}

describe('a command line of outloop run', () => {
  test.each(ARGUMENT_ROWS.map((row) => [show(row.argv), row] as const))('%s is read alike by both parsers', async (_, row) => {
    const read = parseRunArguments(row.argv);
    const oclif = await askOclif(row.argv);
    if ('refused' in row) {
      expect(isProblem(read) ? read.detail : read).toBe(row.refused);
      expect(oclif === null).toBe(row.lax === undefined);
      return;
    }
    expect(read).toEqual(fill(row.asks));
    if (isProblem(read)) return;
    expect(oclif?.words).toEqual(wordsOf(read));
    expect(readNumbers(oclif?.flags ?? {})).toEqual(asFlags(read));
  });

  test('whatever it is, oclif takes what is taken here, with the same words and flags', async () => {
    const word = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('a.b', 'x=1', 'y=', '-', '--', '', '-x', '--json=1', '--dry', '7s', '4') },
      { weight: 4, arbitrary: fc.constantFrom(...RUN_FLAGS.map(({ name }) => `--${name}`)) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom(...RUN_FLAGS.map(({ name }) => name)), fc.constantFrom('', '3', '5s', '-', '--x', 'é='))
          .map(([name, value]) => `--${name}=${value}`),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
    );
    const property = fc.asyncProperty(fc.array(word, { maxLength: 7 }), async (argv) => {
      const read = parseRunArguments(argv);
      if (isProblem(read)) return;
      const oclif = await askOclif(argv);
      expect(oclif).not.toBeNull();
      // oclif moves a word that stands twice after the two hyphens; the rows hold it to the order.
      expect(oclif?.words.toSorted()).toEqual(wordsOf(read).toSorted());
      expect(readNumbers(oclif?.flags ?? {})).toEqual(asFlags(read));
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('a refused one still says how to answer', () => {
    expect(parseRunArguments(['a.b', '--nope', '--status-fd', '4', '--json'])).toMatchObject({ kind: 'usage', json: true, statusFd: 4 });
    expect(parseRunArguments(['a.b', '--tenant', '--json'])).toMatchObject({ kind: 'usage', json: true, statusFd: null });
    expect(parseRunArguments(['a.b', '--status-fd', '1'])).toMatchObject({ kind: 'usage', json: false, statusFd: null });
  });

  test('a refusal quotes no value', () => {
    for (const argv of [
      ['a.b', '--timeout', 'S3CRET'],
      ['a.b', '--nope=S3CRET'],
      ['a.b', 'S3CRET'],
      ['a.b', '-xS3CRET'],
      ['a.b', '--status-fd=S3CRET'],
    ]) {
      expect(JSON.stringify(parseRunArguments(argv))).not.toContain('S3CRET');
    }
  });

  test('of a command with fewer flags the others are unknown', () => {
    const some = RUN_FLAGS.filter(({ name }) => name === 'json');
    expect(parseRunArguments(['a.b', '--timeout', '5s'], some)).toMatchObject({ kind: 'usage' });
    expect(parseRunArguments(['a.b', '--json'], some)).toMatchObject({ alias: 'a.b', json: true });
  });
});
