import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeHome, type MadeHome } from './made-home.js';
import { examineHome, typeFix } from './type-fix.js';

let made: MadeHome;
beforeEach(async () => {
  made = await makeHome();
});
afterEach(() => made.remove());

const bad = async (env = {}) => (await examineHome(made, env)).faults.filter(({ level }) => level === 'bad');

test.each(['', 'garbage', '{}'])(
  'a registry of links that holds %j is moved away as doctor says, and folders are linked again',
  async (text) => {
    const links = join(made.state, 'links.json');
    writeFileSync(links, text);
    expect((await made.attempt(['link', '--yes'], { cwd: made.folder })).stderr).toContain('outloop doctor');
    const fix = `mv ${links} ${links}.broken, then cd FOLDER && outloop link for each folder that was linked`;
    expect(await bad()).toMatchObject([{ about: 'links', fix }]);
    typeFix(
      made,
      fix
        .replace(',', ' &&')
        .replace('then ', '')
        .replace('FOLDER', made.folder)
        .replace(/ for each.*/, ''),
    );
    expect(await bad()).toEqual([]);
  },
);

test.each<[string, string]>([
  ['state.json', ''],
  ['state.json', 'garbage'],
  ['audit/key', 'short'],
])('a %s that holds %j is moved away and made anew as doctor says', async (name, text) => {
  const path = join(made.state, name);
  writeFileSync(path, text);
  const fix = `mv ${path} ${path}.broken && outloop init`;
  expect(await bad()).toMatchObject([{ about: 'state', fix }]);
  typeFix(made, fix);
  expect(await bad()).toEqual([]);
});

describe('a state in the XDG directories', () => {
  const place = (config: string, state: string) => ({
    OUTLOOP_HOME: '',
    XDG_CONFIG_HOME: join(made.home, config),
    XDG_STATE_HOME: join(made.home, state),
  });

  test.each([
    ['XDG_CONFIG_HOME', 'own', 's'],
    ['XDG_STATE_HOME', 'c', 'own'],
  ])('is used with its own configuration alone, and %s is told where it leads elsewhere', async (variable, config, state) => {
    const right = place('c', 's');
    await made.setUp(['init', '--vault-key', 'file'], { env: right });
    expect((await examineHome(made, right)).faults.filter(({ level }) => level === 'bad')).toEqual([]);
    const fix = `export ${variable}=${String(Reflect.get(right, variable))}`;
    const env = place(config, state);
    expect((await made.outloop(['init'], { env })).stderr).toContain(`Next: ${fix}`);
    expect(existsSync(join(made.home, 'own'))).toBe(false);
    cpSync(join(made.home, config === 'own' ? 'c' : 's'), join(made.home, 'own'), { recursive: true });
    expect(await bad(env)).toMatchObject([{ about: 'state', fix }]);
    const run = await made.outloop(['run', 'a.b'], { env });
    expect({ exit: run.exit, stderr: run.stderr }).toMatchObject({ exit: 111, stderr: expect.stringContaining('CONFIG_INVALID') });
    expect(typeFix(made, `${fix} && outloop doctor`, env)).toContain('chain intact');
  });
});

describe('a state that keeps what its runs write elsewhere', () => {
  test('is told with the value of OUTLOOP_STATE, and nothing is made where it does not lead', async () => {
    rmSync(made.state, { recursive: true });
    const record = join(made.home, 'rec');
    await made.setUp(['init', '--vault-key', 'file'], { env: { OUTLOOP_STATE: record } });
    const before = readdirSync(made.state).sort();
    const fix = `export OUTLOOP_STATE=${record}`;
    expect(await bad()).toMatchObject([{ about: 'state', fix, text: expect.stringContaining('OUTLOOP_STATE is not where') }]);
    const { exit, stderr } = await made.outloop(['init']);
    expect({ exit, stderr }).toMatchObject({ exit: 1, stderr: expect.stringContaining(`Next: ${fix}`) });
    expect(readdirSync(made.state).sort()).toEqual(before);
    expect(typeFix(made, `${fix} && outloop doctor`)).toContain('chain intact');
  });

  test('or not, is told so, and no other place is filled', async () => {
    const env = { OUTLOOP_STATE: join(made.home, 'new') };
    expect(await bad(env)).toMatchObject([{ about: 'state', fix: 'unset OUTLOOP_STATE' }]);
    expect((await made.outloop(['init'], { env })).stderr).toContain('Next: unset OUTLOOP_STATE');
    expect(existsSync(env.OUTLOOP_STATE)).toBe(false);
    expect(typeFix(made, 'unset OUTLOOP_STATE && outloop doctor', env)).toContain('chain intact');
  });
});
