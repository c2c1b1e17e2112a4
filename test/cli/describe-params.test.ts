import { describe, expect, test } from 'vitest';
import { describeParams, formatParams } from '../../src/cli/describe-params.js';
import { compileDemo } from '../service/compiling.js';

const alias = () =>
  compileDemo(`    title: T
    effect: read
    params:
      owner: { type: string, pattern: '[a-z]+' }
      state: { type: enum, values: [open, closed], default: open }
      page: { type: integer, min: 1, required: false }
      draft: { type: boolean }
    http: { method: GET, path: '/{owner}', query: { state: '{state}', page: '{page}', draft: '{draft}' } }
`);

describe('an alias’s parameters', () => {
  test('for people: what must be given stands free, what may be left out in brackets', async () => {
    expect(formatParams((await alias()).params, {})).toBe('owner=<string> [state=open|closed] [page=<integer>] draft=<boolean>');
  });

  test('a pinned one shows the values that are accepted, and may be left out', async () => {
    expect(formatParams((await alias()).params, { owner: ['acme', 'acme-labs'], draft: [true] })).toBe(
      '[owner="acme"|"acme-labs"] [state=open|closed] [page=<integer>] [draft=true]',
    );
  });

  test('for agents: type, whether it is required, default and what its values may be, without what only outloop needs', async () => {
    expect(describeParams((await alias()).params)).toEqual({
      owner: { type: 'string', required: true, pattern: '[a-z]+', maxLength: 65536 },
      state: { type: 'enum', required: false, values: ['open', 'closed'], default: 'open' },
      page: { type: 'integer', required: false, min: 1 },
      draft: { type: 'boolean', required: true },
    });
  });
});
