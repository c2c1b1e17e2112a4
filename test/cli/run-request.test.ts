import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseRunArguments, type RunArguments } from '../../src/cli/run-arguments.js';
import { readRequest } from '../../src/cli/run-request.js';
import { temporaryHome } from '../helpers/temporary-home.js';

function parse(...argv: string[]): RunArguments {
  const read = parseRunArguments(argv);
  if ('kind' in read) throw new Error(read.detail);
  return read;
}

describe('the request of a command line', () => {
  test('asserts what the flag and the environment assert, and says where each stands', () => {
    expect(readRequest(parse('a.b', '--tenant', 'acme'), { OUTLOOP_TENANT: 'globex' })).toMatchObject({
      assertedTenants: [
        { from: '--tenant', tenant: 'acme' },
        { from: 'OUTLOOP_TENANT', tenant: 'globex' },
      ],
    });
  });

  test('takes an empty variable for none', () => {
    expect(readRequest(parse('a.b'), { OUTLOOP_TENANT: '', OUTLOOP_PRINCIPAL: '' })).toEqual({
      alias: 'a.b',
      assertedTenants: [],
      params: [],
      extra: [],
      claim: null,
      timeoutMs: null,
      reason: null,
    });
  });

  test('hands on the caller’s reason', () => {
    expect(readRequest(parse('a.b', '--reason', 'the customer asked'), {})).toMatchObject({ reason: 'the customer asked' });
  });

  test('claims what --as claims, else the environment', () => {
    const env = { OUTLOOP_PRINCIPAL: 'schedule:nightly' };
    expect(readRequest(parse('a.b'), env)).toMatchObject({ claim: 'schedule:nightly' });
    expect(readRequest(parse('a.b', '--as', 'agent:claude'), env)).toMatchObject({ claim: 'agent:claude' });
  });

  test('holds the parameters of the command line and of the file, neither in the other’s place', () => {
    const file = join(temporaryHome(), 'p.json');
    writeFileSync(file, '{"x":2,"y":[1]}');
    expect(readRequest(parse('a.b', 'x=1', `--params=${file}`), {})).toMatchObject({
      params: [
        { name: 'x', kind: 'text', text: '1' },
        { name: 'x', kind: 'json', value: 2 },
        { name: 'y', kind: 'json', value: [1] },
      ],
    });
  });

  test('is a usage problem where the file cannot be read, answered as the flags say', () => {
    expect(readRequest(parse('a.b', '--json', '--params', '/nonexistent/p.json'), {})).toMatchObject({
      kind: 'usage',
      json: true,
      detail: '--params: the file cannot be read',
    });
  });
});
