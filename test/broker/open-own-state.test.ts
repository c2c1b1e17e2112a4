import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openOwnState } from '../../src/broker/open-own-state.js';
import { isDenial } from '../../src/denial/denial.js';
import { makeWorld } from './make-world.js';

/** A state of that kind: the key in its file, and the key that it is opened with where this secret is given, or the denial's code. */
function makeKeys(more: object) {
  const { world, state } = makeWorld();
  writeFileSync(state.paths.identity, JSON.stringify({ version: 1, id: state.id, ...more }));
  const keyWith = (secret: string | null) => {
    const opened = openOwnState({ ...world, ciSecret: () => secret });
    return isDenial(opened) ? opened.code : Buffer.from(opened.auditKey).toString('hex');
  };
  return { inFile: Buffer.from(state.auditKey).toString('hex'), keyWith };
}

test('an operator’s state has the key of its file, and is not opened where a CI’s secret is given', () => {
  const { inFile, keyWith } = makeKeys({});
  expect(keyWith(null)).toBe(inFile);
  expect(keyWith('OUTLOOP_VAULT_KEY=x')).toBe('CONFIG_INVALID');
});

test('a CI’s state has a key that its file and the CI’s secret make together', () => {
  const { inFile, keyWith } = makeKeys({ kind: 'ci' });
  const key = keyWith('OUTLOOP_VAULT_KEY=x');
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(key).toBe(keyWith('OUTLOOP_VAULT_KEY=x'));
  expect(new Set([inFile, key, keyWith('OUTLOOP_VAULT_KEY=y')]).size).toBe(3);
});

test('without its secret a CI’s state has a key of this process alone', () => {
  const { keyWith } = makeKeys({ kind: 'ci' });
  expect(keyWith(null)).toMatch(/^[0-9a-f]{64}$/);
  expect(keyWith(null)).not.toBe(keyWith(null));
});
