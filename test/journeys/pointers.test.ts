import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHome, type MadeHome } from './made-home.js';

let made: MadeHome;
let file: string;
beforeAll(async () => {
  made = await makeHome();
  file = join(made.home, 'key');
  const settings = 'version: 1\nbackends:\n  env: { tenants: { acme: [FOO] } }\n  file: { tenants: { acme: ["*"] } }\n';
  writeFileSync(join(made.state, 'settings.yaml'), settings, { mode: 0o600 });
  await made.setUpAll([
    [['secret', 'set', 'acme/t', '--backend', 'env', '--ref', 'FOO', '--yes']],
    [['secret', 'set', 'acme/f', '--backend', 'file', '--ref', file, '--yes']],
  ]);
});
afterAll(() => made.remove());

test('a value that is missing where outloop sets none is told with the variable or the file to set', async () => {
  for (const [name, place] of [
    ['acme/t', 'the variable FOO'],
    ['acme/f', `the file ${file}`],
  ] as const) {
    const { exit, stderr } = await made.outloop(['secret', 'check', name], { env: { OUTLOOP_PRINCIPAL: 'human' } });
    expect({ exit, stderr }).toMatchObject({ exit: 1, stderr: expect.stringContaining(`${place} is not there`) });
    expect((await made.outloop(['secret', 'check', '--all'])).stdout).toContain(place);
  }
});

test('a value for a backend that takes none is refused, not dropped', async () => {
  const refused = {
    exit: 1,
    stderr: expect.stringContaining('takes no values from outloop. Next: set the variable FOO, then outloop secret check acme/t'),
  };
  expect(await made.outloop(['secret', 'set', 'acme/t', '--yes'], { input: 'a-long-value' })).toMatchObject(refused);
  expect(await made.outloop(['secret', 'set', 'acme/t', '--yes'])).toMatchObject(refused);
  const pointing = ['secret', 'set', 'acme/t', '--backend', 'env', '--ref', 'FOO', '--yes'];
  expect(await made.outloop(pointing, { input: 'a-long-value' })).toMatchObject(refused);
  expect(await made.attempt(pointing, { input: 'a-long-value' })).toMatchObject(refused);
  expect(await made.outloop(pointing)).toMatchObject({ exit: 0 });
});
