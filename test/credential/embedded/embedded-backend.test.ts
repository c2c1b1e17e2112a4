import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WritableBackend } from '../../../src/credential/backend.js';
import { openEmbedded } from '../../../src/credential/embedded/embedded-backend.js';
import { makeStore } from '../../../src/credential/embedded/make-store.js';
import { askOf, makeSetting } from '../make-setting.js';
import type { MadeSetting } from '../make-setting.js';

let made: MadeSetting;
let backend: WritableBackend;
let vault: string;
const VALUE = 'ghp_canary_4ae1';

beforeEach(async () => {
  made = makeSetting();
  vault = made.setting.state.paths.vault;
  await makeStore(made.setting, 'file', askOf().signal);
  backend = openEmbedded(made.setting);
  await backend.put('acme/github-bot', Buffer.from(VALUE), askOf());
  await backend.put('rival/github-bot', Buffer.from('of the rival'), askOf('rival'));
});
afterEach(() => made.remove());

const entry = (): string => join(vault, 'acme', 'github-bot.secret');
const get = async (): Promise<string> => (await backend.get('acme/github-bot', askOf())).kind;

it('files are 0600 and folders 0700, whatever the umask', async () => {
  const before = process.umask(0);
  try {
    await backend.put('fresh/bot', Buffer.from('some value'), askOf('fresh'));
  } finally {
    process.umask(before);
  }
  expect(statSync(join(vault, 'fresh')).mode & 0o777).toBe(0o700);
  for (const name of ['fresh/bot.secret', 'store.json', ...readdirSync(vault).filter((file) => file.startsWith('key.'))]) {
    expect(statSync(join(vault, name)).mode & 0o777, name).toBe(0o600);
  }
});

it('the same value is sealed differently each time', async () => {
  const first = readFileSync(entry());
  await backend.put('acme/github-bot', Buffer.from(VALUE), askOf());
  expect(readFileSync(entry()).equals(first)).toBe(false);
});

const TAMPERINGS: Readonly<Record<string, () => void>> = {
  'cut by a byte': () => writeFileSync(entry(), readFileSync(entry()).subarray(0, -1)),
  'with a byte more': () => writeFileSync(entry(), Buffer.concat([readFileSync(entry()), Buffer.of(0)])),
  empty: () => writeFileSync(entry(), ''),
  'of another format version': () => writeFileSync(entry(), readFileSync(entry()).fill(2, 8, 9)),
  'far too large': () => writeFileSync(entry(), Buffer.alloc(1_000_000)),
  'of another tenant, under this name': () => cpSync(join(vault, 'rival', 'github-bot.secret'), entry()),
  'a symbolic link': () => {
    renameSync(entry(), `${entry()}.kept`);
    symlinkSync(`${entry()}.kept`, entry());
  },
  'a directory': () => {
    unlinkSync(entry());
    mkdirSync(entry());
  },
  'readable by others': () => chmodSync(entry(), 0o644),
  'in a folder that others can write': () => chmodSync(join(vault, 'acme'), 0o777),
  'in a folder that is a link': () => {
    renameSync(join(vault, 'acme'), join(vault, 'moved'));
    symlinkSync(join(vault, 'moved'), join(vault, 'acme'));
  },
};

it.each(Object.keys(TAMPERINGS))('an entry %s is damaged, never read', async (name) => {
  TAMPERINGS[name]?.();
  const answer = await backend.get('acme/github-bot', askOf());
  expect(answer.kind).toBe('damaged');
  expect(JSON.stringify(answer)).not.toContain('canary');
});

it('an entry moved to another name is damaged', async () => {
  renameSync(entry(), join(vault, 'acme', 'other.secret'));
  expect((await backend.get('acme/other', askOf())).kind).toBe('damaged');
  expect(await get()).toBe('absent');
});

it('a missing, other, cut or open key opens nothing', async () => {
  const key = join(vault, readdirSync(vault).find((name) => name.startsWith('key.')) ?? '');
  const bytes = readFileSync(key);
  chmodSync(key, 0o640);
  expect(await get()).toBe('damaged');
  chmodSync(key, 0o600);
  expect(await get()).toBe('value');
  writeFileSync(key, Buffer.alloc(32, 1));
  expect(await get()).toBe('damaged');
  writeFileSync(key, bytes.subarray(1));
  expect(await get()).toBe('damaged');
  rmSync(key);
  expect(await get()).toBe('damaged');
  expect(await backend.put('acme/new', Buffer.from('some value'), askOf())).toMatchObject({ kind: 'refused' });
  expect(await backend.probe(askOf().signal)).toMatchObject({ kind: 'damaged' });
});

it.each([
  '',
  '{}',
  '{"version":2,"key":"file","keyId":"0123456789abcdef","next":null}',
  '{"version":1,"key":"file","keyId":"../../../etc/pass","next":null}',
  '{"version":1,"key":"none","keyId":"0123456789abcdef","next":null}',
  '{"version":1,"key":"file","keyId":"0123456789abcdef"}',
  '{"version":1,"key":"file","keyId":"0123456789abcdef","next":{}}',
  '{"version":1,"key":"file","keyId":"0123456789abcdef","next":null,"more":1}',
])('a store file that says %j is damaged', async (text) => {
  writeFileSync(join(vault, 'store.json'), text);
  expect(await get()).toBe('damaged');
  expect(await makeStore(made.setting, 'file', askOf().signal)).toMatchObject({ kind: 'damaged' });
});

it('without its store the vault is damaged, and no new one hides the loss', async () => {
  rmSync(join(vault, 'store.json'));
  expect(await get()).toBe('damaged');
  expect(await makeStore(made.setting, 'file', askOf().signal)).toMatchObject({ kind: 'damaged' });
});

it('what is not named as an entry is not listed', async () => {
  for (const name of ['.x.secret.1-0.tmp', 'UPPER.secret', 'notes.txt', '..secret', '.secret'])
    writeFileSync(join(vault, 'acme', name), 'x');
  expect(await backend.list(askOf())).toEqual({ kind: 'refs', refs: ['acme/github-bot'] });
});

it('the probe says where the key rests', async () => {
  expect(await backend.probe(askOf().signal)).toEqual({ kind: 'ready', detail: 'its key rests in a file beside it' });
});

it('a vault that cannot be written says so', async () => {
  writeFileSync(join(vault, 'blocked'), 'a file where a folder belongs');
  expect(await backend.put('blocked/bot', Buffer.from('some value'), askOf('blocked'))).toMatchObject({ kind: 'unavailable' });
});
