import { Args, Flags, Parser } from '@oclif/core';
import { describe, expect, test } from 'vitest';
import { readUsage } from '../../src/cli/read-usage.js';
import { withNext } from '../../src/cli/with-next.js';

const INPUT = {
  args: { tenant: Args.string({ required: true, description: 'the tenant' }), kind: Args.string({ options: ['a', 'b'] }) },
  flags: {
    permit: Flags.string({ multiple: true, exclusive: ['forbid'] }),
    forbid: Flags.string({ multiple: true }),
    timeout: Flags.string({ parse: () => Promise.reject(new Error('--timeout needs a time')) }),
    backup: Flags.boolean({ dependsOn: ['permit'] }),
    count: Flags.integer({ min: 1 }),
    type: Flags.option({ options: ['intent', 'deny'] as const })(),
  },
};

/** What a person sees of oclif's own complaint about these words. */
async function complain(...argv: string[]): Promise<string> {
  try {
    await Parser.parse(argv, INPUT);
  } catch (error) {
    return withNext(readUsage(error instanceof Error ? error.message : ''));
  }
  throw new Error('it was taken');
}

describe('a usage error', () => {
  test.each([
    [[], 'missing: tenant. Next: repeat it with --help'],
    [['acme', 'a', 'S3CRET'], 'there are more arguments than this command takes. Next: repeat it with --help'],
    [['acme', 'S3CRET'], 'the argument is one of a, b. Next: repeat it with --help'],
    [['acme', '--nope'], 'there is no flag --nope. Next: repeat it with --help'],
    [['acme', '--type', 'S3CRET'], '--type is one of intent, deny. Next: repeat it with --help'],
    [['acme', '--count', 'S3CRET'], '--count: expected an integer. Next: repeat it with --help'],
    [['acme', '--timeout', 'S3CRET'], '--timeout needs a time. Next: repeat it with --help'],
    [['acme', '--backup', '--forbid', 'S3CRET'], '--backup needs --permit. Next: repeat it with --help'],
    [['acme', '--permit', 'S3CRET', '--forbid', 'S3CRET'], '--forbid and --permit do not go together. Next: repeat it with --help'],
  ])('of %j is one line that quotes no value', async (argv, line) => {
    const said = await complain(...argv);
    expect(said).toBe(line);
    expect(said).not.toContain('S3CRET');
  });

  test.each([
    ['The following error occurred:\n  \u001b[2mMissing required flag format\u001b[22m', 'missing: --format'],
    [
      'The following error occurred:\n \u001b[2m--forbid=b.c cannot also be provided when using --permit\u001b[22m',
      '--forbid and --permit do not go together',
    ],
  ])('is the same where oclif puts colour into it: %j', (message, line) => {
    expect(withNext(readUsage(`${message}\nSee more help with --help`))).toBe(`${line}. Next: repeat it with --help`);
  });

  test('of our own stays as it is', () => {
    expect(withNext(readUsage('a credential is written TENANT/NAME'))).toBe('a credential is written TENANT/NAME');
  });
});
