import { existsSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileSettings } from '../../src/broker/compile-settings.js';
import { findSettings } from '../../src/state/settings.js';
import { formatProblem } from '../../src/model/problem.js';
import { BACKEND_PROBLEMS, BACKEND_SETTINGS } from '../vectors/backend-settings.js';
import { put, temporaryState } from './temporary-state.js';
import { temporaryHome } from '../helpers/temporary-home.js';

let home = temporaryState();
beforeEach(() => {
  home.remove();
  home = temporaryState();
});
afterEach(() => home.remove());

const NOTHING_SET = { toolDirs: [], proxy: null, requestUngranted: false, backends: {} };
const settings = (text: string, mode?: number) => put(home.state.paths.settings, text, mode);
const find = () => findSettings(home.state, { build: '1', compileSettings });

describe('the settings', () => {
  test('the file that a new state has, and none at all, mean the defaults', async () => {
    expect(await find()).toEqual(NOTHING_SET);
    unlinkSync(home.state.paths.settings);
    expect(await find()).toEqual(NOTHING_SET);
    expect(await compileSettings(home.state)).toEqual({ kind: 'ok', settings: NOTHING_SET });
  });

  test('are read, and read again from the compiled form', async () => {
    settings('version: 1\ntoolDirs: [/opt/homebrew/bin]\nproxy: http://127.0.0.1:3128\nrequestUngranted: true\n');
    for (let i = 0; i < 2; i++)
      expect(await find()).toEqual({
        toolDirs: ['/opt/homebrew/bin'],
        proxy: 'http://127.0.0.1:3128',
        requestUngranted: true,
        backends: {},
      });
    settings('version: 1\n');
    expect(await find()).toEqual(NOTHING_SET);
  });

  test.each([
    '',
    'version: 2\n',
    'toolDirs: []\n',
    'version: 1\ntoolDir: []\n',
    'version: 1\nrequestUngranted: sometimes\n',
    'version: 1\ntoolDirs: [relative]\n',
    'version: 1\ntoolDirs: [/a/../b]\n',
    'version: 1\ntoolDirs: [/]\n',
    'version: 1\nproxy: http://user:pass@host:1\n',
    'version: 1\nproxy: http://host/path\n',
    'version: 1\nproxy: socks5://host:1\n',
    'version: 1\nproxy: https://host:1\n',
    'version: 1\n$import: ./evil.cjs\n',
    'version: 1\nversion: 1\n',
  ])('%j is CONFIG_INVALID, today and from the compiled form', async (text) => {
    settings(text);
    for (let i = 0; i < 2; i++) expect(await find()).toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('a file that others can write is CONFIG_INVALID', async () => {
    settings('version: 1\n', 0o666);
    expect(await find()).toMatchObject({ code: 'CONFIG_INVALID', facts: { detail: 'settings.yaml can be written by others' } });
  });

  test('a refusal names the key and quotes no value', async () => {
    settings('version: 1\nproxy: http://user:hunter2hunter2@host:1\n');
    const denial = await find();
    expect(JSON.stringify(denial)).toContain('proxy');
    expect(JSON.stringify(denial)).not.toContain('hunter2');
  });
});

describe('reading settings runs no code', () => {
  const evil = (directory: string, marker: string) => {
    mkdirSync(join(directory, '.config'), { recursive: true });
    const code = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, 'ran'); module.exports = {};`;
    for (const name of ['.config/config.cjs', '.config/config.js', 'evil.cjs', 'outloop.config.cjs', '.outlooprc.cjs'])
      writeFileSync(join(directory, name), code);
  };

  test('not from the folder that it is called in, which it leaves as it was', async () => {
    const folder = temporaryHome();
    const marker = join(folder, 'marker');
    const before = process.cwd();
    evil(folder, marker);
    settings('version: 1\nproxy: http://127.0.0.1:1\n');
    process.chdir(folder);
    try {
      expect(await compileSettings(home.state)).toMatchObject({ kind: 'ok', settings: { proxy: 'http://127.0.0.1:1' } });
      expect(process.cwd()).toBe(folder);
    } finally {
      process.chdir(before);
    }
    expect(existsSync(marker)).toBe(false);
  });

  test('not from the configuration directory either', async () => {
    const marker = join(home.state.paths.config, 'marker');
    evil(home.state.paths.config, marker);
    settings('version: 1\nproxy: http://127.0.0.1:1\n');
    expect(await compileSettings(home.state)).toMatchObject({
      kind: 'invalid',
      problems: [{ message: '.config beside it could run code; remove it' }],
    });
    expect(existsSync(marker)).toBe(false);
  });
});

describe('backends', () => {
  const OP = { op: '/usr/bin/op', account: null, connect: null, token: null, networks: [], ca: null };

  test('have the name of their kind, or one of their own with a kind; what is left out has its default', async () => {
    settings(`version: 1
backends:
  1password: { token: { env: OP_SERVICE_ACCOUNT_TOKEN }, op: /usr/bin/op }
  vault-prod:
    kind: vault
    address: https://vault.example.com:8200/prefix
    roleId: role-1
    token: keychain
    networks: [10.0.0.0/8]
    tenants: { acme: ['secret/acme/*'], globex: [] }
`);
    const expected = {
      '1password': { kind: '1password', tenants: null, options: { ...OP, token: { env: 'OP_SERVICE_ACCOUNT_TOKEN' } } },
      'vault-prod': {
        kind: 'vault',
        tenants: { acme: ['secret/acme/*'], globex: [] },
        options: {
          address: 'https://vault.example.com:8200/prefix',
          namespace: null,
          mount: null,
          roleId: 'role-1',
          appRolePath: 'approle',
          token: 'keychain',
          networks: ['10.0.0.0/8'],
          ca: null,
        },
      },
    };
    for (let i = 0; i < 2; i++) expect(await find()).toEqual({ ...NOTHING_SET, backends: expected });
  });

  test.each(BACKEND_PROBLEMS)('%s: %s', async (text, said) => {
    settings(`version: 1\nbackends:\n${text}`);
    const answer = await compileSettings(home.state);
    expect(answer.kind).toBe('invalid');
    const problems = answer.kind === 'invalid' ? answer.problems.map(formatProblem) : [];
    expect(problems.join('\n')).toContain(said);
    expect(problems.every((problem) => problem.startsWith('settings.yaml:'))).toBe(true);
    expect(problems.join('\n')).not.toContain('hunter2');
    for (let i = 0; i < 2; i++) expect(await find()).toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test.each(BACKEND_SETTINGS)('%s is taken', async (text) => {
    settings(`version: 1\nbackends:\n${text}`);
    expect(await find()).not.toHaveProperty('code');
  });
});
