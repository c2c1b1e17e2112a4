import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashParams } from '../../src/audit/hash-params.js';
import type { Json } from '../../src/model/service.js';

const KEY = new Uint8Array(32).fill(7);
const hash = (name: string, value: Json, key = KEY): string | undefined => hashParams(key, { [name]: value })[name];

describe('a parameter’s hash', () => {
  it('is 32 hex characters of HMAC-SHA-256 over purpose, name and canonical value', () => {
    const text = 'outloop audit parameter v1\n"owner":{"a":[1,null,"x"],"b":true}';
    expect(hash('owner', { b: true, a: [1, null, 'x'] })).toBe(createHmac('sha256', KEY).update(text).digest('hex').slice(0, 32));
  });

  it('depends on the key, the name, the value and its type', () => {
    const all = [
      hash('a', '1'),
      hash('b', '1'),
      hash('a', 1),
      hash('a', '2'),
      hash('a', ['1']),
      hash('a', '1', new Uint8Array(32)),
      hash('a', null),
      hash('a', 'null'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('does not depend on the order of keys', () => {
    const property = fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (table) => {
      const turned = Object.fromEntries(Object.entries(table).reverse());
      expect(hash('p', turned as Json)).toBe(hash('p', table as Json));
    });
    fc.assert(property);
  });

  it('stands under names that objects have of their own', () => {
    const values = JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, Json>;
    expect(Object.keys(hashParams(KEY, values)).sort()).toEqual(['__proto__', 'constructor']);
  });

  it('holds nothing of the value', () => {
    expect(JSON.stringify(hashParams(KEY, { token: 'hunter2' }))).not.toContain('hunter2');
  });
});
