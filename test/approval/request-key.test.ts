import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashDefinition, makeRequestKey, type SameRequest } from '../../src/approval/request-key.js';
import { makeAlias } from '../policy/make-question.js';

const KEY = new Uint8Array(32).fill(3);
const name = fc.stringMatching(/^[a-z]{1,4}$/);
const same: fc.Arbitrary<SameRequest> = fc.record({
  tenant: name,
  project: name,
  principal: name,
  alias: name,
  params: fc.dictionary(name, fc.string(), { noNullPrototype: true }),
  files: fc.dictionary(
    name,
    fc.uint8Array({ maxLength: 4 }).map((bytes) => ({ name: 'x', bytes })),
    { noNullPrototype: true },
  ),
  extra: fc.array(fc.string()),
  workspace: fc.option(name, { nil: null }),
});

describe('what makes two requests the same', () => {
  it('is every part of them, and nothing else', () => {
    fc.assert(
      fc.property(same, same, (a, b) => {
        const plain = ({ files, ...rest }: SameRequest) => [
          rest,
          Object.entries(files)
            .map(([file, { bytes }]) => [file, Buffer.from(bytes).toString('hex')])
            .sort(),
        ];
        const isSame = JSON.stringify(sorted(plain(a))) === JSON.stringify(sorted(plain(b)));
        expect(makeRequestKey(KEY, a) === makeRequestKey(KEY, b)).toBe(isSame);
      }),
    );
  });

  it('does not depend on the order of parameters, and does on the state’s key', () => {
    const one = { tenant: 't', project: 'p', principal: 'a', alias: 'x.y', files: {}, extra: [], workspace: null };
    expect(makeRequestKey(KEY, { ...one, params: { a: '1', b: '2' } })).toBe(makeRequestKey(KEY, { ...one, params: { b: '2', a: '1' } }));
    expect(makeRequestKey(KEY, { ...one, params: {} })).not.toBe(makeRequestKey(new Uint8Array(32), { ...one, params: {} }));
  });

  it.each(['tenant', 'project', 'principal', 'alias', 'workspace'] as const)('is another one by another %s', (part) => {
    const one = { tenant: 't', project: 'p', principal: 'a', alias: 'x.y', params: { a: '1' }, files: {}, extra: [], workspace: null };
    expect(makeRequestKey(KEY, { ...one, [part]: 'other' })).not.toBe(makeRequestKey(KEY, one));
  });

  it('is another one by another content of a file of the same name', () => {
    const one = { tenant: 't', project: 'p', principal: 'a', alias: 'x.y', params: { f: '1' }, extra: [], workspace: null };
    const file = (text: string) => ({ f: { name: 'note.txt', bytes: Buffer.from(text) } });
    expect(makeRequestKey(KEY, { ...one, files: file('a') })).not.toBe(makeRequestKey(KEY, { ...one, files: file('b') }));
  });
});

describe('an alias’s definition', () => {
  it('changes with what the alias does or reaches, and not with the rest of its file', () => {
    const alias = makeAlias({ grants: [] });
    expect(hashDefinition({ ...alias, source: 'f'.repeat(64) })).toBe(hashDefinition(alias));
    expect(hashDefinition({ ...alias, title: 'Another' })).not.toBe(hashDefinition(alias));
    expect(hashDefinition({ ...alias, service: { ...alias.service, base: 'https://evil.test' } })).not.toBe(hashDefinition(alias));
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)]);
}
