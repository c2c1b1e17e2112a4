import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { checkCiSeal, sealCiState } from '../../src/state/ci-seal.js';
import type { State } from '../../src/state/open-state.js';
import { locateState } from '../../src/state/paths.js';
import { temporaryHome } from '../helpers/temporary-home.js';

const KEY = Uint8Array.from({ length: 32 }, (_, at) => at);
const FILES = ['state.json', 'ci.json', 'settings.yaml', 'tools.json', 'services/a.yaml', 'tenants/acme.yaml'].concat([
  'vault/store.json',
  'vault/acme/bot.secret',
]);

let home: string;
let state: State;
beforeEach(() => {
  home = join(temporaryHome(), 'ci');
  for (const directory of ['services', 'tenants', 'vault/acme']) mkdirSync(join(home, directory), { recursive: true, mode: 0o700 });
  for (const file of FILES) writeFileSync(join(home, file), `${file}\n`, { mode: 0o600 });
  const paths = locateState({ OUTLOOP_HOME: home }, '/nonexistent');
  if (isDenial(paths)) throw new Error(paths.code);
  state = { paths, id: 'st_x', kind: 'ci', uid: process.getuid?.() ?? 0, auditKey: new Uint8Array() };
  expect(sealCiState(state, KEY)).toBeNull();
});

const CHANGED = 'a file of the CI’s state is not as outloop ci init wrote it';

describe('the seal of a CI’s state', () => {
  test('holds for what was sealed, and for nobody’s other key', () => {
    expect(checkCiSeal(state, KEY)).toBeNull();
    expect(
      checkCiSeal(
        state,
        KEY.map((byte) => byte ^ 1),
      ),
    ).toBe(CHANGED);
  });

  test.each(FILES)('breaks when %s is changed, gone, or under another name', (file) => {
    const path = join(home, file);
    appendFileSync(path, ' ');
    expect(checkCiSeal(state, KEY)).toBe(CHANGED);
    writeFileSync(path, `${file}\n`);
    expect(checkCiSeal(state, KEY)).toBeNull();
    renameSync(path, path.replace(/\.(\w+)$/, '-x.$1'));
    expect(checkCiSeal(state, KEY)).toBe(CHANGED);
    rmSync(path.replace(/\.(\w+)$/, '-x.$1'));
    expect(checkCiSeal(state, KEY)).toBe(CHANGED);
  });

  test.each(['services/b.yaml', 'services/b.yml', 'tenants/b.yaml', 'vault/acme/b.secret'])('breaks when %s is added', (file) => {
    writeFileSync(join(home, file), '', { mode: 0o600 });
    expect(checkCiSeal(state, KEY)).toBe(CHANGED);
  });

  test('breaks when a file is a link or a folder', () => {
    symlinkSync('a.yaml', join(home, 'services/b.yaml'));
    expect(checkCiSeal(state, KEY)).toBe('services/b.yaml is a symbolic link');
    rmSync(join(home, 'services/b.yaml'));
    mkdirSync(join(home, 'services/b.yaml'));
    expect(checkCiSeal(state, KEY)).toBe('services/b.yaml is not a regular file');
  });

  test('does not break by what runs keep beside it', () => {
    writeFileSync(join(home, 'vault/acme/bot.0123456789abcdef.token'), 'x', { mode: 0o600 });
    expect(checkCiSeal(state, KEY)).toBeNull();
  });

  test.each(['', '{', '{"version":1}', '{"version":2,"seal":""}', `{"version":1,"seal":"${'0'.repeat(63)}"}`])('%j is none', (text) => {
    writeFileSync(join(home, 'seal.json'), text);
    expect(checkCiSeal(state, KEY)).toBe('seal.json is damaged');
  });
});
