import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findKeys } from '../../../src/credential/found/find-keys.js';
import { SCANNED } from '../../vectors/scanned-texts.js';

const show = ({ line, column, what, name }: Awaited<ReturnType<typeof findKeys>>[number]) =>
  `${line}:${column} ${what}${name === null ? '' : ` (${name})`}`;

describe('a text', () => {
  it.each(SCANNED)('$path is searched: $found', async ({ path, text, found }) => {
    expect((await findKeys(path, text, new Set())).map(show)).toEqual(found);
  });

  it('knows a variable of the operator’s services by its name', async () => {
    const text = 'ODD_NAME=something-private-01\nODD_OTHER=something-private-01\n';
    expect((await findKeys('.env', text, new Set(['ODD_NAME']))).map(show)).toEqual(['1:10 key of a service (ODD_NAME)']);
    expect(await findKeys('.env', 'ODD_NAME=${ELSEWHERE}\n', new Set(['ODD_NAME']))).toEqual([]);
  });

  it('gives nothing of a value, wherever it stands', async () => {
    const value = fc.stringMatching(/^[A-Za-z0-9_-]{16,40}$/);
    await fc.assert(
      fc.asyncProperty(value, fc.constantFrom('A_TOKEN=', '"api_key": "', 'password: ', '--secret '), async (secret, before) => {
        const found = await findKeys('.env', `${before}${secret}\n`, new Set());
        expect(JSON.stringify(found)).not.toContain(secret);
      }),
      { numRuns: 100 },
    );
  });

  it('takes no time that grows faster than its length', async () => {
    const started = Date.now();
    for (const text of [
      '"'.repeat(200_000),
      'A='.repeat(100_000),
      'a-'.repeat(100_000),
      `${'x'.repeat(19_000)}\n`.repeat(20),
      '<plist><key>A</key>'.repeat(20_000),
    ]) {
      await findKeys('.env', text, new Set());
    }
    expect(Date.now() - started).toBeLessThan(20_000);
  });
});
