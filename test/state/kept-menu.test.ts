import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AliasName } from '../../src/model/ids.js';
import type { Alias } from '../../src/model/service.js';
import type { ServiceDeps } from '../../src/state/compiled.js';
import { keepMenu, readKeptMenu, type MenuOwner } from '../../src/state/kept-menu.js';
import { listOutlines } from '../../src/state/outlines.js';
import { put, settle, temporaryState } from './temporary-state.js';

let home = temporaryState();
let compiled = 0;

/** One alias a line, `broken` makes the file invalid. */
const deps: ServiceDeps = {
  build: '1',
  now: () => Date.now(),
  compileService: (file, bytes) => {
    compiled++;
    const names = Buffer.from(bytes).toString().trim().split('\n');
    if (names.includes('broken')) return Promise.resolve({ kind: 'invalid', problems: [], defines: names });
    const service = { service: file, slots: {}, hosts: [] };
    const action = { kind: 'http', slots: [], method: 'GET' };
    const aliases = names.map(
      (alias) => ({ alias: alias as AliasName, title: 'é', effect: 'read', params: {}, action, service }) as unknown as Alias,
    );
    return Promise.resolve({ kind: 'ok', service: service as never, aliases });
  },
};
const owner: MenuOwner = { tenant: 'acme', tenantSource: 'a1', project: 'web', principal: 'agent:claude', session: false, all: false };
const service = (name: string, text: string) => put(join(home.state.paths.services, name), text);
const outlines = async () => (await listOutlines(home.state, deps)).aliases.map(({ alias }) => alias as string);
const keep = async (header: { fromMs: number; untilMs: number | null }, one = owner) =>
  keepMenu(home.state, deps, one, { ...(await listOutlines(home.state, deps)).from, ...header }, 'rows é\nmore');
const read = (nowMs: number, one = owner) => readKeptMenu(home.state, deps, one, nowMs)?.toString() ?? null;
const menus = () => readdirSync(home.state.paths.compiled).filter((name) => name.startsWith('menu-'));

beforeEach(() => {
  home.remove();
  home = temporaryState();
  compiled = 0;
});
afterEach(() => home.remove());

describe('outlines', () => {
  test('hold every alias, sorted, in so much as a menu shows, and are not compiled twice', async () => {
    service('b.yaml', 'b.two\nb.one\n');
    service('a.yaml', 'a.one\n');
    await settle();
    expect(await outlines()).toEqual(['a.one', 'b.one', 'b.two']);
    expect(await outlines()).toEqual(['a.one', 'b.one', 'b.two']);
    expect(compiled).toBe(2);
    const [first] = (await listOutlines(home.state, deps)).aliases;
    expect(first).toEqual({
      alias: 'a.one',
      title: 'é',
      effect: 'read',
      params: {},
      action: { kind: 'http', slots: [] },
      service: { service: 'services/a.yaml', slots: {} },
    });
  });

  test('leave out what is broken and what two files define', async () => {
    service('a.yaml', 'x.one\nx.two\n');
    service('b.yaml', 'x.two\n');
    service('c.yaml', 'x.three\nbroken\n');
    expect(await outlines()).toEqual(['x.one']);
  });

  test('follow a service that changes, also under the same time stamps', async () => {
    service('a.yaml', 'a.one\n');
    expect(await outlines()).toEqual(['a.one']);
    const path = join(home.state.paths.services, 'a.yaml');
    const before = statSync(path);
    writeFileSync(path, 'a.two\n');
    utimesSync(path, before.atime, before.mtime);
    expect(await outlines()).toEqual(['a.two']);
    service('b.yaml', 'b.one\n');
    expect(await outlines()).toEqual(['a.two', 'b.one']);
  });

  test('that were changed by hand are made again', async () => {
    service('a.yaml', 'a.one\n');
    await outlines();
    const path = join(home.state.paths.compiled, 'outlines.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('a.one', 'a.two'));
    expect(await outlines()).toEqual(['a.one']);
  });
});

describe('a kept menu', () => {
  test('is given again to the same owner, byte for byte, in a file of the operator’s alone', async () => {
    service('a.yaml', 'a.one\n');
    await keep({ fromMs: 100, untilMs: null });
    expect(read(100)).toBe('rows é\nmore');
    expect(statSync(join(home.state.paths.compiled, menus()[0] ?? '')).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['another tenant', { tenant: 'globex' }],
    ['a tenant’s file that changed', { tenantSource: 'b2' }],
    ['another project', { project: 'shop' }],
    ['another principal', { principal: 'agent:codex' }],
    ['what may not run as well', { all: true }],
    ['somebody in a session', { session: true }],
  ])('is not given for %s', async (_what, change) => {
    service('a.yaml', 'a.one\n');
    await keep({ fromMs: 100, untilMs: null });
    expect(read(100, { ...owner, ...change })).toBeNull();
  });

  test('holds from when it was made until a grant ends', async () => {
    service('a.yaml', 'a.one\n');
    await keep({ fromMs: 100, untilMs: 200 });
    expect([99, 100, 199, 200].map((nowMs) => read(nowMs) !== null)).toEqual([false, true, true, false]);
  });

  test('is not given once a service changes or is added', async () => {
    service('a.yaml', 'a.one\n');
    await keep({ fromMs: 100, untilMs: null });
    service('a.yaml', 'a.two\n');
    expect(read(100)).toBeNull();
    await keep({ fromMs: 100, untilMs: null });
    service('b.yaml', 'b.one\n');
    expect(read(100)).toBeNull();
  });

  test('that was changed by hand is not given', async () => {
    service('a.yaml', 'a.one\n');
    await keep({ fromMs: 100, untilMs: null });
    const path = join(home.state.paths.compiled, menus()[0] ?? '');
    writeFileSync(path, readFileSync(path, 'utf8').replace('more', 'less'));
    expect(read(100)).toBeNull();
  });

  test('is one of eight at most, whoever asks', async () => {
    service('a.yaml', 'a.one\n');
    for (let i = 0; i < 40; i++) await keep({ fromMs: 100, untilMs: null }, { ...owner, principal: `agent:a${i}` });
    expect(menus().length).toBeLessThanOrEqual(8);
  });
});
