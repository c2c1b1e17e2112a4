import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { makeState } from '../../src/state/make-state.js';
import { openState, refuseOtherPlaces } from '../../src/state/open-state.js';
import { locateState, type StatePaths } from '../../src/state/paths.js';
import { parseYaml } from '../../src/state/yaml.js';
import { put, seed, temporaryPaths, uid } from './temporary-state.js';

let home = temporaryPaths();
beforeEach(() => {
  home.remove();
  home = temporaryPaths();
});
afterEach(() => home.remove());
const open = () => openState(home.paths, uid);

describe('making a state', () => {
  test('directories are 0700, files 0600, and it opens', () => {
    makeState(home.paths, seed, uid);
    for (const path of [home.paths.config, home.paths.vault, home.paths.services]) expect(lstatSync(path).mode & 0o777).toBe(0o700);
    for (const path of [home.paths.identity, home.paths.settings, join(home.paths.audit, 'key')])
      expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(open()).toEqual({ paths: home.paths, id: seed.id, kind: 'operator', uid, auditKey: Buffer.from(seed.auditKey) });
  });

  test('the settings that it writes are valid YAML of version 1', () => {
    makeState(home.paths, seed, uid);
    expect(parseYaml('settings.yaml', readFileSync(home.paths.settings))).toMatchObject({ kind: 'ok', value: { version: 1 } });
  });

  test('a second time makes nothing and changes nothing', () => {
    makeState(home.paths, seed, uid);
    writeFileSync(home.paths.settings, '# mine\nversion: 1\n');
    expect(makeState(home.paths, { id: 'st_01ARZ3NDEKTSV4RRFFQ69G5FAW', auditKey: new Uint8Array(32) }, uid)).toEqual({ made: [] });
    expect(open()).toMatchObject({ id: seed.id });
    expect(readFileSync(home.paths.settings, 'utf8')).toContain('# mine');
  });

  test('it does not put a key behind a link', () => {
    mkdirSync(home.paths.config, { mode: 0o700 });
    mkdirSync(`${home.paths.config}-elsewhere`);
    symlinkSync(`${home.paths.config}-elsewhere`, home.paths.audit);
    expect(makeState(home.paths, seed, uid)).toMatchObject({ code: 'CONFIG_INVALID', facts: { detail: 'audit is not a directory' } });
    expect(() => lstatSync(join(`${home.paths.config}-elsewhere`, 'key'))).toThrow();
  });
});

describe('opening a state', () => {
  test('no state at all is CONFIG_UNAVAILABLE', () => {
    expect(open()).toMatchObject({ code: 'CONFIG_UNAVAILABLE' });
  });

  test.each(['services', 'tenants', 'vault', 'audit', 'limits'] as const)('without %s it is CONFIG_INVALID', (name) => {
    makeState(home.paths, seed, uid);
    rmSync(home.paths[name], { recursive: true });
    expect(open()).toMatchObject({ code: 'CONFIG_INVALID', facts: { detail: `${name} is missing` } });
  });

  test('the compiled form may be missing', () => {
    makeState(home.paths, seed, uid);
    rmSync(home.paths.compiled, { recursive: true });
    expect(isDenial(open())).toBe(false);
  });

  test.each(['config', 'services', 'tenants', 'vault', 'audit', 'limits', 'compiled'] as const)(
    '%s that others can write is CONFIG_INVALID',
    (name) => {
      makeState(home.paths, seed, uid);
      for (const mode of [0o720, 0o702, 0o1777]) {
        chmodSync(home.paths[name], mode);
        const denial = open();
        expect(denial).toMatchObject({ code: 'CONFIG_INVALID' });
        if (name !== 'config') expect(denial).toMatchObject({ facts: { detail: `${name} can be written by others` } });
      }
    },
  );

  test.each(['services', 'tenants', 'vault', 'audit', 'limits', 'compiled'] as const)('%s that is a link is CONFIG_INVALID', (name) => {
    makeState(home.paths, seed, uid);
    renameSync(home.paths[name], `${home.paths[name]}-real`);
    symlinkSync(`${home.paths[name]}-real`, home.paths[name]);
    expect(open()).toMatchObject({ code: 'CONFIG_INVALID', facts: { detail: `${name} is not a directory` } });
  });

  test.runIf(uid === 0)("another user's directory or key is CONFIG_INVALID", () => {
    makeState(home.paths, seed, uid);
    chownSync(join(home.paths.audit, 'key'), 12345, 12345);
    expect(open()).toMatchObject({ facts: { detail: 'audit/key belongs to another user' } });
    chownSync(home.paths.vault, 12345, 12345);
    expect(open()).toMatchObject({ facts: { detail: 'vault belongs to another user' } });
  });

  test('a key that others can read, or of another length, or gone, is CONFIG_INVALID', () => {
    makeState(home.paths, seed, uid);
    const key = join(home.paths.audit, 'key');
    chmodSync(key, 0o640);
    expect(open()).toMatchObject({ facts: { detail: 'audit/key is open to others' } });
    chmodSync(key, 0o600);
    writeFileSync(key, 'short');
    expect(open()).toMatchObject({ facts: { detail: 'audit/key is damaged' } });
    rmSync(key);
    expect(open()).toMatchObject({ facts: { detail: 'audit/key is missing' } });
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"version":1}',
    '{"version":2,"id":"st_01ARZ3NDEKTSV4RRFFQ69G5FAV"}',
    '{"version":1,"id":"x"}',
    '{"version":1,"id":"st_01ARZ3NDEKTSV4RRFFQ69G5FAV","more":1}',
    '{"version":1,"id":"st_01ARZ3NDEKTSV4RRFFQ69G5FAV","kind":"operator"}',
    '{"version":1,"id":"st_01ARZ3NDEKTSV4RRFFQ69G5FAV","record":"relative"}',
    '{"version":1,"id":"st_01ARZ3NDEKTSV4RRFFQ69G5FAV","record":null}',
    '{"version":1,"id":"st_01ARZ3NDEKTSV4RRFFQ69G5FAV","config":"relative"}',
    '{"version":1,"id":"st_01ARZ3NDEKTSV4RRFFQ69G5FAV","kind":"ci","record":"/tmp"}',
    '{"version":1,"id":"st_01ARZ3NDEKTSV4RRFFQ69G5FAV","kind":"ci","config":"/tmp"}',
  ])('an identity of %j is CONFIG_INVALID', (text) => {
    makeState(home.paths, seed, uid);
    writeFileSync(home.paths.identity, text);
    expect(open()).toMatchObject({ code: 'CONFIG_INVALID', facts: { detail: 'state.json is damaged' } });
  });
});

describe('a state and its configuration in two places', () => {
  const at = (config: string, state: string): StatePaths => {
    const base = dirname(home.paths.config);
    const paths = locateState({ XDG_CONFIG_HOME: join(base, config), XDG_STATE_HOME: join(base, state) }, '/nowhere');
    if (isDenial(paths)) throw new Error(paths.code);
    return paths;
  };

  test('are made for each other, and open together', () => {
    makeState(at('c', 's'), seed, uid);
    expect(openState(at('c', 's'), uid)).toMatchObject({ id: seed.id, kind: 'operator' });
    expect(JSON.parse(readFileSync(at('c', 's').place, 'utf8'))).toEqual({ version: 1, state: at('c', 's').state });
    expect(JSON.parse(readFileSync(at('c', 's').identity, 'utf8'))).toMatchObject({ config: at('c', 's').config });
    const both = { ...at('c', 's'), record: join(dirname(home.paths.config), 'r') };
    expect(openState(both, uid)).toMatchObject({ code: 'CONFIG_INVALID', facts: { variable: 'OUTLOOP_STATE', value: '' } });
  });

  test('another configuration, with grants of the caller’s own, is CONFIG_INVALID', () => {
    makeState(at('c', 's'), seed, uid);
    cpSync(at('c', 's').config, at('own', 's').config, { recursive: true });
    expect(openState(at('own', 's'), uid)).toMatchObject({
      code: 'CONFIG_INVALID',
      facts: { variable: 'XDG_CONFIG_HOME', value: dirname(at('c', 's').config) },
    });
  });

  test('another state, with a log and limits of the caller’s own, is CONFIG_INVALID, whatever was made of it', () => {
    makeState(at('c', 's'), seed, uid);
    const refused = { code: 'CONFIG_INVALID', facts: { variable: 'XDG_STATE_HOME', value: dirname(at('c', 's').state) } };
    const flat = locateState({ OUTLOOP_HOME: at('c', 's').config }, '/nowhere') as StatePaths;
    expect(refuseOtherPlaces(flat, uid)).toMatchObject({ facts: { variable: 'OUTLOOP_HOME', value: '' } });
    expect(refuseOtherPlaces(at('c', 'own'), uid)).toMatchObject(refused);
    makeState(at('c', 'own'), seed, uid);
    expect(openState(at('c', 'own'), uid)).toMatchObject(refused);
    cpSync(at('c', 's').state, at('c', 'copy').state, { recursive: true });
    expect(openState(at('c', 'copy'), uid)).toMatchObject(refused);
  });

  test('two that were moved together are told so, and no variable leads to where they were', () => {
    makeState(at('c', 's'), seed, uid);
    renameSync(dirname(at('c', 's').config), dirname(at('moved', 's').config));
    expect(openState(at('moved', 's'), uid)).toMatchObject({ facts: { detail: expect.stringContaining('; if they were moved, correct') } });
    expect(openState(at('moved', 's'), uid)).not.toMatchObject({ facts: { variable: expect.anything() } });
  });

  test('one that was made in one place takes no part of two', () => {
    makeState(home.paths, seed, uid);
    const base = dirname(home.paths.config);
    renameSync(home.paths.config, join(base, 'outloop'));
    const around = locateState({ XDG_CONFIG_HOME: base, XDG_STATE_HOME: join(base, 's') }, '/nowhere') as StatePaths;
    expect(refuseOtherPlaces(around, uid)).toMatchObject({ facts: { variable: 'OUTLOOP_HOME', value: join(base, 'outloop') } });
    renameSync(join(base, 'outloop'), home.paths.config);
    const config = { ...home.paths, config: at('c', 's').config, place: at('c', 's').place };
    expect(openState(config, uid)).toMatchObject({ facts: { variable: 'OUTLOOP_HOME', value: home.paths.state } });
    rmSync(home.paths.settings);
    expect(openState(config, uid)).toMatchObject({
      facts: { detail: expect.stringMatching(/; if they were moved, correct config in state\.json and state in place\.json$/) },
    });
    makeState(at('c', 's'), seed, uid);
    const one = locateState({ OUTLOOP_HOME: at('c', 's').state }, '/nowhere');
    expect(openState(one as StatePaths, uid)).toMatchObject({ facts: { variable: 'OUTLOOP_HOME', value: '' } });
  });

  test.each([
    ['gone', null, 'place.json is missing'],
    ['empty', '', 'place.json is damaged'],
    ['of another version', '{"version":2,"state":"/x"}', 'place.json is damaged'],
    ['with more in it', '{"version":1,"state":"/x","more":1}', 'place.json is damaged'],
  ])('a place.json that is %s is CONFIG_INVALID', (_, text, detail) => {
    const paths = at('c', 's');
    makeState(paths, seed, uid);
    if (text === null) rmSync(paths.place);
    else put(paths.place, text);
    expect(openState(paths, uid)).toMatchObject({ code: 'CONFIG_INVALID', facts: { detail } });
    makeState(paths, seed, uid);
    expect(isDenial(openState(paths, uid))).toBe(text !== null);
  });
});

describe('a state whose runs write elsewhere', () => {
  const place = (record: string) => {
    const paths = locateState({ OUTLOOP_HOME: home.paths.config, OUTLOOP_STATE: record }, '/nowhere');
    if (isDenial(paths)) throw new Error(paths.code);
    return paths;
  };

  test('it is made in both places, and opens with nothing written to the first', () => {
    const paths = place(`${home.paths.config}-runs`);
    makeState(paths, seed, uid);
    expect(openState(paths, uid)).toMatchObject({ id: seed.id, kind: 'operator' });
    expect(readdirSync(home.paths.config).sort()).toEqual(['services', 'settings.yaml', 'state.json', 'tenants', 'vault']);
    expect(readdirSync(paths.record).sort()).toEqual(['audit', 'compiled', 'limits']);
  });

  test('another place, made with a key of the caller’s own, is CONFIG_INVALID; so is none', () => {
    makeState(place(`${home.paths.config}-runs`), seed, uid);
    const other = place(`${home.paths.config}-other`);
    makeState(other, { ...seed, auditKey: new Uint8Array(32) }, uid);
    expect(openState(other, uid)).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(open()).toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('a state that keeps its own log takes no other', () => {
    makeState(home.paths, seed, uid);
    const paths = place(`${home.paths.config}-runs`);
    makeState(paths, seed, uid);
    expect(openState(paths, uid)).toMatchObject({
      code: 'CONFIG_INVALID',
      facts: { detail: 'OUTLOOP_STATE is not where this state keeps what its runs write' },
    });
  });

  test('a CI’s state takes any', () => {
    makeState(place(`${home.paths.config}-runs`), { ...seed, kind: 'ci' }, uid);
    const other = place(`${home.paths.config}-other`);
    makeState(other, { ...seed, kind: 'ci' }, uid);
    expect(openState(other, uid)).toMatchObject({ id: seed.id, kind: 'ci' });
  });
});
