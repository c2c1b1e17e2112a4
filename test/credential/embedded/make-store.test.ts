import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEmbedded } from '../../../src/credential/embedded/embedded-backend.js';
import { makeStore } from '../../../src/credential/embedded/make-store.js';
import { askOf, makeSetting } from '../make-setting.js';
import type { MadeSetting } from '../make-setting.js';

let made: MadeSetting;
beforeEach(() => {
  made = makeSetting();
});
afterEach(() => made.remove());
const { signal } = askOf();
const keys = (): string[] => readdirSync(made.setting.state.paths.vault).filter((name) => name.startsWith('key.'));

it('without a keychain the key goes into a file', async () => {
  expect(await makeStore(made.setting, 'auto', signal)).toEqual({ kind: 'made', key: 'file' });
  const keyId = keys()[0]?.slice('key.'.length);
  const store = readFileSync(join(made.setting.state.paths.vault, 'store.json'), 'utf8');
  expect(store).toBe(`{"version":1,"key":"file","keyId":"${keyId}","next":null}\n`);
});

it('a vault that is there is kept', async () => {
  await makeStore(made.setting, 'file', signal);
  const before = keys();
  for (const place of ['auto', 'file', 'keychain'] as const)
    expect(await makeStore(made.setting, place, signal)).toEqual({ kind: 'kept', key: 'file' });
  expect(keys()).toEqual(before);
});

it('a keychain that was asked for and is not there is refused, and nothing is made', async () => {
  expect(await makeStore(made.setting, 'keychain', signal)).toMatchObject({ kind: 'refused' });
  expect(readdirSync(made.setting.state.paths.vault)).toEqual([]);
});

it('many at once agree on one key', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => makeStore(made.setting, 'file', signal)));
  expect(answers.filter((answer) => answer.kind === 'made')).toHaveLength(1);
  expect(answers.filter((answer) => answer.kind === 'kept')).toHaveLength(7);
  expect(keys()).toHaveLength(1);
  const backend = openEmbedded(made.setting);
  expect(await backend.put('acme/bot', Buffer.from('some value'), askOf())).toEqual({ kind: 'done' });
  expect((await backend.get('acme/bot', askOf())).kind).toBe('value');
});
