import { chmodSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY, makeDemo } from '../helpers/demo.js';
import type { Home } from '../helpers/outloop.js';

let home: Home;
beforeAll(async () => {
  home = await makeDemo();
});
afterAll(() => home.remove());

/** A copy of the state in which the vault's key, a file, was changed so. */
function broken(change: (keyFile: string) => void): Home & { readonly keyFile: string } {
  const copy = home.copy();
  const name = readdirSync(`${copy.state}/vault`).find((entry) => entry.startsWith('key.'));
  const keyFile = `${copy.state}/vault/${name}`;
  change(keyFile);
  return { ...copy, keyFile };
}

const replaceIn = (state: string) =>
  `put the key back from a backup; else move ${state}/vault away, run outloop init, and set every value anew`;

describe.each<[string, (keyFile: string) => void, string, (made: { state: string; keyFile: string }) => string]>([
  ['is lost', (keyFile) => rmSync(keyFile), 'the vault’s key is missing', ({ state }) => replaceIn(state)],
  [
    'is open to others',
    (keyFile) => chmodSync(keyFile, 0o644),
    'the vault’s key file is open to others',
    ({ keyFile }) => `chmod 600 ${keyFile}`,
  ],
])('a vault’s key that %s', (_, change, why, mend) => {
  test.concurrent('is what init finds and says, with what mends it', async () => {
    const made = broken(change);
    expect(await made.outloop(['init'])).toMatchObject({
      exit: 1,
      stderr: `outloop: the embedded store cannot be used: ${why}. Next: ${mend(made)}\n`,
    });
  });

  test.concurrent('is bad to doctor where a tenant has a credential there, and backend check says the same', async () => {
    const made = broken(change);
    const { exit, stdout } = await made.outloop(['doctor', '--json']);
    expect(exit).toBe(1);
    expect((JSON.parse(stdout) as { findings: unknown[] }).findings).toContainEqual({
      level: 'bad',
      about: 'backend',
      text: `embedded: damaged, ${why}`,
      fix: mend(made),
    });
    expect(await made.outloop(['backend', 'check', 'embedded'])).toMatchObject({
      exit: 1,
      stderr: `outloop: embedded is damaged: ${why}. Fix: ${mend(made)}\n`,
    });
  });

  test.concurrent('is a warning where no tenant has one', async () => {
    const made = broken(change);
    rmSync(`${made.state}/tenants/acme.yaml`);
    const { stdout } = await made.outloop(['doctor', '--json']);
    expect((JSON.parse(stdout) as { findings: { text: string; level: string }[] }).findings).toContainEqual(
      expect.objectContaining({ level: 'warn', text: `embedded: damaged, ${why}` }),
    );
  });

  test.concurrent('takes no value, and secret set says what mends it', async () => {
    const made = broken(change);
    expect(await made.outloop(['secret', 'set', 'acme/other', '--yes'], { input: KEY })).toMatchObject({
      exit: 1,
      stderr: `outloop: the embedded backend refused: ${why}. Next: ${mend(made)}\n`,
    });
  });
});

test('the vault is made anew as the next step says, and takes values', async () => {
  const made = broken((keyFile) => rmSync(keyFile));
  renameSync(`${made.state}/vault`, `${made.state}/vault.lost`);
  expect((await made.outloop(['init', '--vault-key', 'file'])).exit).toBe(0);
  expect((await made.outloop(['secret', 'set', 'acme/bot', '--yes'], { input: KEY })).exit).toBe(0);
  await made.setUp(['secret', 'check', 'acme/bot']);
});

test('a key that was opened to others serves again once it is closed', async () => {
  const made = broken((keyFile) => chmodSync(keyFile, 0o644));
  expect((await made.outloop(['secret', 'check', 'acme/bot'])).exit).toBe(1);
  chmodSync(made.keyFile, 0o600);
  expect((await made.outloop(['secret', 'check', 'acme/bot'])).exit).toBe(0);
});

test('a vault that lost its store is damaged, not to be waited for, and is made anew as the next step says', async () => {
  const made = broken((keyFile) => rmSync(join(dirname(keyFile), 'store.json')));
  const why = 'the vault holds entries but vault/store.json is missing';
  const next = `put vault/store.json back from a backup; else move ${made.state}/vault away, run outloop init, and set every value anew`;
  expect((await made.outloop(['init'])).stderr).toContain(`${why}. Next: ${next}`);
  const { exit, stdout } = await made.outloop(['doctor', '--json']);
  expect(exit).toBe(1);
  expect((JSON.parse(stdout) as { findings: unknown[] }).findings).toContainEqual({
    level: 'bad',
    about: 'backend',
    text: `embedded: damaged, ${why}`,
    fix: next,
  });
  expect((await made.outloop(['secret', 'check', 'acme/bot'])).stderr).toContain('SECRET_UNUSABLE');
  renameSync(`${made.state}/vault`, `${made.state}/vault.lost`);
  await made.setUp(['init', '--vault-key', 'file']);
  await made.setUp(['secret', 'set', 'acme/bot', '--yes'], { input: KEY });
  await made.setUp(['secret', 'check', 'acme/bot']);
});
