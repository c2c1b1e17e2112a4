import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeHome, type MadeHome } from './made-home.js';
import { examineHome, typeFix } from './type-fix.js';

const VALUE = 'kq8ZtR2vLw5nXc7B';

let made: MadeHome;
let folder: string;
let entry: string;
beforeEach(async () => {
  made = await makeHome();
  folder = join(made.state, 'vault', 'acme');
  entry = join(folder, 'bot.secret');
  for (const name of ['bot', 'other']) await made.setUp(['secret', 'set', `acme/${name}`, '--yes'], { input: VALUE });
});
afterEach(() => made.remove());

const bad = async () => (await examineHome(made)).faults.filter(({ level }) => level === 'bad');
const check = async () => (await made.attempt(['secret', 'check', 'acme/bot'])).exit;

describe('an entry of the vault that no run can use is told, with what mends it', () => {
  test.each<[string, () => void, () => string]>([
    ['whose folder others can write', () => chmodSync(folder, 0o777), () => `chmod go= ${folder}`],
    ['that others can read', () => chmodSync(entry, 0o644), () => `chmod go= ${entry}`],
    ['that was cut', () => truncateSync(entry, 40), () => 'outloop secret set acme/bot'],
    ['that lost its last byte', () => truncateSync(entry, readFileSync(entry).length - 1), () => 'outloop secret set acme/bot'],
    [
      'that is another credential’s',
      () => writeFileSync(entry, readFileSync(join(folder, 'other.secret'))),
      () => 'outloop secret set acme/bot',
    ],
    [
      'that is a folder',
      () => {
        rmSync(entry);
        mkdirSync(entry);
      },
      () => `mv ${entry} ${entry}.broken && outloop secret set acme/bot`,
    ],
  ])('%s', async (_, spoil, fix) => {
    expect(await bad()).toEqual([]);
    spoil();
    expect(await check()).toBe(1);
    const [fault, ...others] = await bad();
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ about: 'credential', text: expect.stringContaining('credential acme/bot cannot be used'), fix: fix() });
    expect(fault?.text).not.toContain(VALUE);
    typeFix(made, fix().replace(/(?=outloop secret set)/, `printf %s ${VALUE} | `));
    expect(await bad()).toEqual([]);
    expect(await check()).toBe(0);
  });

  test('but not where its value is missing, which is no fault of the vault', async () => {
    renameSync(entry, `${entry}.away`);
    expect(await bad()).toEqual([]);
  });
});

describe('a value that no credential names, as a killed command leaves it,', () => {
  const tenant = () => join(made.state, 'tenants', 'acme.yaml');
  const warnings = async () => (await examineHome(made)).faults.filter(({ about }) => about === 'credential');
  const say = (credentials: string) => writeFileSync(tenant(), `version: 1\ntenant: acme\nstatus: active\ncredentials: {${credentials}}\n`);
  const [BOT, OTHER] = ['bot: { backend: embedded, ref: acme/bot }', 'other: { backend: embedded, ref: acme/other }'];

  test('is told by doctor, and secret remove takes it away alone', async () => {
    expect(await warnings()).toEqual([]);
    say(OTHER);
    const fix = 'outloop secret remove acme/bot';
    expect(await warnings()).toEqual([
      { level: 'warn', about: 'credential', text: `${entry} holds a value that no credential names`, fix },
    ]);
    expect(typeFix(made, fix)).toBe('outloop: removed the value of acme/bot, which had no credential\n');
    expect(await warnings()).toEqual([]);
    expect(existsSync(entry)).toBe(false);
    expect((await made.attempt(['secret', 'check', 'acme/other'])).exit).toBe(0);
    expect((await made.attempt(['secret', 'remove', 'acme/bot', '--yes'])).stderr).toContain('tenant acme has no credential bot');
  });

  test('but not where a credential of another name points at it, which keeps it', async () => {
    say('twin: { backend: embedded, ref: acme/bot }, other: { backend: embedded, ref: acme/other }');
    expect(await warnings()).toEqual([]);
    expect((await made.attempt(['secret', 'remove', 'acme/bot', '--yes'])).stderr).toContain('tenant acme has no credential bot');
    expect(existsSync(entry)).toBe(true);
  });

  test('is removed as a file where a credential of its name points elsewhere, which stays', async () => {
    say(`bot: { backend: keychain, ref: acme/bot }, ${OTHER}`);
    const [warning] = await warnings();
    expect(warning).toMatchObject({ level: 'warn', fix: `rm ${entry}` });
    typeFix(made, `rm ${entry}`);
    expect(await warnings()).toEqual([]);
    expect((await made.outloop(['secret', 'list', 'acme'])).stdout).toContain('bot');
  });

  test('is not looked for where the tenant’s file says nothing that can be read, nor among the tokens of backends', async () => {
    const settings = 'version: 1\nbackends: { store: { kind: doppler, token: embedded } }\n';
    writeFileSync(join(made.state, 'settings.yaml'), settings);
    await made.setUp(['secret', 'set', '@backends/store', '--yes'], { input: 'dp.st.ci.aaaaaaaaaaaaaaaaaaaa' });
    say(`${BOT}, ${OTHER}`);
    expect(await warnings()).toEqual([]);
    say(`${BOT}, oops`);
    expect(await warnings()).toEqual([]);
    say(OTHER);
    writeFileSync(join(made.state, 'tenants', 'acme.yml'), readFileSync(tenant()));
    expect(await warnings()).toEqual([]);
  });
});

test.each(['services', 'tenants'])('a file of %s that others can write has a fix', async (kind) => {
  const file = join(made.state, kind, 'acme.yaml');
  if (kind === 'services')
    writeFileSync(
      file,
      'version: 1\nservice: acme\ntitle: T\naliases: { acme.x.use: { title: T, effect: read, command: { argv: [/bin/true] } } }\n',
    );
  if (kind === 'services') await made.setUp(['service', 'vet', 'acme', '--yes']);
  chmodSync(file, 0o666);
  const fault = (await bad()).find(({ text }) => text.includes('can be written by others'));
  expect(fault).toMatchObject({ fix: `chmod go= ${file}` });
  typeFix(made, fault?.fix ?? '');
  expect(await bad()).toEqual([]);
});

test('a lock of the state that is a folder is told, and moved away as doctor says', async () => {
  const lock = join(made.state, 'lock');
  rmSync(lock, { force: true });
  mkdirSync(lock);
  expect((await made.attempt(['tenant', 'add', 'globex', '--yes'])).stderr).toContain('Next: outloop doctor');
  const [fault] = await bad();
  expect(fault).toMatchObject({ about: 'state', fix: `mv ${lock} ${lock}.broken` });
  typeFix(made, fault?.fix ?? '');
  expect(await bad()).toEqual([]);
  expect((await made.attempt(['tenant', 'add', 'globex', '--yes'])).exit).toBe(0);
});
