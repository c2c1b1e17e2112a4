import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  KEY_BYTES,
  MAX_ENTRY_BYTES,
  NONCE_BYTES,
  idOfKey,
  keyIdOfEntry,
  openEntry,
  sealEntry,
} from '../../../src/credential/embedded/entry.js';
import { parseOwnReference } from '../../../src/credential/reference.js';
import type { OwnReference } from '../../../src/credential/reference.js';
import rows from '../../vectors/credential-entry.json' with { type: 'json' };

function placeOf(tenant: string, name: string): OwnReference {
  const place = parseOwnReference(`${tenant}/${name}`);
  if (place === null) throw new Error('not a reference');
  return place;
}

// The rows were made with WebCrypto from the format's description, not with this code.
describe.each(rows)('the entry of $title', (row) => {
  const key = Buffer.from(row.key, 'hex');
  const value = Buffer.from(row.value, 'hex');
  const entry = Buffer.from(row.entry, 'hex');
  const place = placeOf(row.tenant, row.name);

  it('is sealed as documented', () => {
    expect(idOfKey(key)).toBe(row.keyId);
    expect(sealEntry({ key, nonce: Buffer.from(row.nonce, 'hex'), place, value }).toString('hex')).toBe(row.entry);
  });

  it('opens', () => {
    expect(keyIdOfEntry(entry)).toBe(row.keyId);
    expect(openEntry(entry, key, place)).toEqual(value);
  });

  it('does not open with any one bit changed', () => {
    for (let bit = 0; bit < entry.length * 8; bit++) {
      const changed = Buffer.from(entry);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openEntry(changed, key, place)).toBeNull();
    }
  });

  it('does not open cut anywhere, or with a byte more', () => {
    for (let length = 0; length < entry.length; length++) {
      expect(openEntry(entry.subarray(0, length), key, place)).toBeNull();
      expect(openEntry(entry.subarray(entry.length - length), key, place)).toBeNull();
    }
    expect(openEntry(Buffer.concat([entry, Buffer.of(0)]), key, place)).toBeNull();
  });

  it('does not open under another name, for another tenant or with another key', () => {
    for (const other of [placeOf(row.tenant, `${row.name}2`), placeOf(`${row.tenant}2`, row.name), placeOf(row.name, row.tenant)]) {
      expect(openEntry(entry, key, other)).toBeNull();
    }
    expect(openEntry(entry, randomBytes(KEY_BYTES), place)).toBeNull();
    expect(openEntry(entry, key.subarray(1), place)).toBeNull();
  });
});

const nameArbitrary = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);

it('tenant and name are told apart wherever the line between them runs', () => {
  fc.assert(
    fc.property(nameArbitrary, nameArbitrary, nameArbitrary, nameArbitrary, (tenant, name, otherTenant, otherName) => {
      fc.pre(tenant !== otherTenant || name !== otherName);
      const key = randomBytes(KEY_BYTES);
      const entry = sealEntry({ key, nonce: randomBytes(NONCE_BYTES), place: placeOf(tenant, name), value: Buffer.from('a value') });
      return openEntry(entry, key, placeOf(otherTenant, otherName)) === null;
    }),
  );
  const key = randomBytes(KEY_BYTES);
  const entry = sealEntry({ key, nonce: randomBytes(NONCE_BYTES), place: placeOf('ab', 'c'), value: Buffer.from('a value') });
  expect(openEntry(entry, key, placeOf('a', 'bc'))).toBeNull();
});

it('any bytes are opened whole or not at all', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => openEntry(bytes, new Uint8Array(KEY_BYTES), placeOf('acme', 'bot')) === null),
  );
  expect(keyIdOfEntry(new Uint8Array(MAX_ENTRY_BYTES + 1))).toBeNull();
});

it('an entry holds no stretch of its value', () => {
  const value = Buffer.from('ghp_canary_canary_canary');
  const sealed = sealEntry({ key: randomBytes(KEY_BYTES), nonce: randomBytes(NONCE_BYTES), place: placeOf('acme', 'bot'), value });
  expect(sealed.includes('canary')).toBe(false);
});

it('a wrong key, nonce or value length is a bug of the caller', () => {
  const place = placeOf('acme', 'bot');
  const good = { key: randomBytes(KEY_BYTES), nonce: randomBytes(NONCE_BYTES), place, value: Buffer.from('value') };
  expect(() => sealEntry({ ...good, key: randomBytes(16) })).toThrow(RangeError);
  expect(() => sealEntry({ ...good, nonce: randomBytes(8) })).toThrow(RangeError);
  expect(() => sealEntry({ ...good, value: new Uint8Array(65_537) })).toThrow(RangeError);
});
