import { describe, expect, test } from 'vitest';
// @ts-expect-error -- a script of the build, without types
import { trimCodeCache } from '../../.ci/start/trim-code-cache.mjs';

const keep = trimCodeCache as (snapshot: Buffer, isKept: (name: string) => boolean) => Buffer | null;

function length(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** The list at a snapshot's end: a count, then names and bytes behind their lengths. */
function list(modules: readonly (readonly [name: string, size: number])[]): Buffer {
  const entries = modules.flatMap(([name, size]) => [length(name.length), Buffer.from(name), length(size), Buffer.alloc(size, name)]);
  return Buffer.concat([length(modules.length), ...entries]);
}

const HEAP = Buffer.concat([Buffer.from('a heap'), length(300), Buffer.alloc(5000, 7), length(60), Buffer.from('fs')]);
const MODULES = Array.from({ length: 60 }, (_, i) => [i === 0 ? '_http_agent' : `internal/module-${i}`, 100 + i] as const);

describe('the compiled forms that a snapshot keeps', () => {
  test('are those that are asked for, behind the same heap', () => {
    const kept = keep(Buffer.concat([HEAP, list(MODULES)]), (name) => name === '_http_agent' || name === 'internal/module-7');
    expect(kept).toEqual(Buffer.concat([HEAP, list([MODULES[0]!, MODULES[7]!])]));
    expect(keep(Buffer.concat([HEAP, list(MODULES)]), () => false)).toEqual(Buffer.concat([HEAP, length(0)]));
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['no list', HEAP],
    ['a list that is cut short', Buffer.concat([HEAP, list(MODULES)]).subarray(0, -1)],
    ['something behind the list', Buffer.concat([HEAP, list(MODULES), Buffer.from('x')])],
    ['a name that no module has', Buffer.concat([HEAP, list([...MODULES, ['no module\0', 5]])])],
  ])('are left as they are where there is %s', (_, snapshot) => {
    expect(keep(snapshot, () => true)).toBe(null);
  });
});
