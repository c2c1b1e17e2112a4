import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../src/denial/catalogue.js';
import { LAST_BEFORE_BACKEND } from '../../src/denial/exits.js';
import { KEY, makeDemo } from '../helpers/demo.js';
import type { Home } from '../helpers/outloop.js';
import { BAD_FILES, listHarms, type Harm } from '../vectors/bad-files.js';

/** Stands as a value in what is put into files: no message may show it. */
const MARK = 'a-value-that-nobody-may-see';
/** More levels than there is stack for. */
const DEEP = `${'['.repeat(4000)}${']'.repeat(4000)}`;
const isRoot = process.getuid?.() === 0;

let home: Home;
beforeAll(async () => {
  home = await makeDemo({
    grants: `  - { id: rated, permit: [demo.use], bind: { token: bot }, limits: { rate: 10000/hour, concurrency: 1000 } }\n`,
  });
  // Makes the limit file and whatever else a run keeps.
  await home.run('demo.use', 'verb=none');
});
afterAll(() => home.remove());

/** Adds lines to YAML at its end, or a member to a JSON object at its beginning. */
function add(path: string, yaml: string, member: string): void {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, path.endsWith('.yaml') ? `${text}\n${yaml}\n` : text.replace('{', `{${member},`));
}

const HARMS: Readonly<Record<Harm, (path: string) => void>> = {
  missing: (path) => rmSync(path),
  empty: (path) => truncateSync(path, 0),
  huge: (path) => truncateSync(path, 300 * 1024 * 1024),
  binary: (path) => writeFileSync(path, Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 7919) % 256))),
  'of another user': (path) => chownSync(path, 4242, 4242),
  'writable by others': (path) => chmodSync(path, 0o666),
  'a link': (path) => {
    renameSync(path, `${path}.real`);
    symlinkSync(`${path}.real`, path);
  },
  'a FIFO': (path) => {
    rmSync(path);
    execFileSync('mkfifo', ['-m', '600', path]);
  },
  'a folder': (path) => {
    rmSync(path);
    mkdirSync(path, { mode: 0o700 });
  },
  'cut short': (path) => writeFileSync(path, readFileSync(path).subarray(0, Math.floor(lstatSync(path).size / 2))),
  'with a key twice': (path) => add(path, 'version: 1', '"version":1'),
  'with an unknown key': (path) => add(path, `surprise: ${MARK}`, `"surprise":"${MARK}"`),
  'nested deep': (path) => add(path, `deep: ${DEEP}`, `"deep":${DEEP}`),
  'of an unknown version': (path) => writeFileSync(path, readFileSync(path, 'utf8').replace(/("?version"?: ?)1/, '$12')),
  'without a version': (path) => writeFileSync(path, readFileSync(path, 'utf8').replace(/"version": ?1,|version: 1\n/, '')),
  'with an anchor': (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('version: 1', `version: &${MARK} 1`)),
  'with a tag': (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('version: 1', `version: !${MARK} 1`)),
  'with a second document': (path) => add(path, `---\nversion: 1\nsecret: ${MARK}`, ''),
};

/** What stands at every path of a state but what each run writes anew. */
function survey(state: string): Map<string, string> {
  const seen = new Map<string, string>();
  const look = (folder: string): void => {
    for (const name of readdirSync(join(state, folder))) {
      const path = join(folder, name);
      const stat = lstatSync(join(state, path));
      if (stat.isDirectory()) look(path);
      const time = stat.isDirectory() ? 0 : stat.mtimeMs;
      if (!/^(?:audit|limits|compiled)\/|^lock$/.test(path)) seen.set(path, `${stat.mode} ${stat.uid} ${stat.size} ${time}`);
    }
  };
  look('');
  return seen;
}

/** The paths that a name of the table stands for. */
function locate(state: string, file: string): readonly string[] {
  const name = basename(file).replace('MONTH', '[0-9]{4}-[0-9]{2}').replace('ID', '[0-9a-f]{16}').replace('*', '.*[.].*');
  const folder = join(state, dirname(file));
  const found = readdirSync(folder).filter((entry) => new RegExp(`^${name}$`).test(entry));
  if (found.length === 0) throw new Error(`${file} is not there`);
  return found.map((entry) => join(folder, entry));
}

for (const { file, code, except } of BAD_FILES) {
  describe(file, () => {
    for (const harm of listHarms(file)) {
      const expected = harm in except ? except[harm] : code;
      if (expected === null || expected === undefined) continue;
      test.skipIf(harm === 'of another user' && !isRoot)(`${harm} is ${expected}`, { concurrent: true }, async () => {
        const copy = home.copy();
        for (const path of locate(copy.state, file)) HARMS[harm](path);
        const before = survey(copy.state);
        const { exit, stdout, stderr } = await copy.run('demo.use', 'verb=print', '--json');
        const record = JSON.parse(stdout);
        expect({ code: record.code, exit }).toEqual({ code: expected, exit: expected === 'OK' ? 0 : CATALOGUE[expected].exit });
        if (expected === 'OK') expect(stderr).toBe('');
        else expect(stderr).toMatch(new RegExp(`^outloop: denied ${expected} \\(${exit}\\) run=\\w{26}: .+\\. Next: .+\\.\\n$`));
        if (exit !== null && exit > 0 && exit <= LAST_BEFORE_BACKEND) expect(record.backend_called).toBe(false);
        for (const text of [stdout, stderr]) {
          expect(text).not.toContain(MARK);
          expect(text).not.toContain(KEY);
        }
        expect(survey(copy.state)).toEqual(before);
        rmSync(copy.state, { recursive: true });
      });
    }
  });
}

test.each(['package.json', 'package.yaml', '.config'])(
  '%s beside the settings is CONFIG_INVALID for as long as it is there',
  async (name) => {
    const copy = home.copy();
    const code = async () => (JSON.parse((await copy.run('demo.use', 'verb=none', '--json')).stdout) as { code: string }).code;
    const before = await code();
    writeFileSync(join(copy.state, name), '{}', { mode: 0o600 });
    const during = await code();
    rmSync(join(copy.state, name));
    expect([before, during, await code()]).toEqual(['OK', 'CONFIG_INVALID', 'OK']);
    // The same where the settings have changed in between.
    writeFileSync(join(copy.state, name), '{}', { mode: 0o600 });
    writeFileSync(join(copy.state, 'settings.yaml'), 'version: 1\n# mine\n');
    const changed = await code();
    rmSync(join(copy.state, name));
    expect([changed, await code()]).toEqual(['CONFIG_INVALID', 'OK']);
  },
);

test('a tenant that two files name is refused, and not once the other file is mended in place', async () => {
  const copy = home.copy();
  const other = join(copy.state, 'tenants/globex.yaml');
  writeFileSync(other, 'version: 1\ntenant: acme\nstatus: active\n', { mode: 0o600 });
  // The directory is as old as it must be to be told from a later state of it by its times.
  await setTimeout(100);
  for (let i = 0; i < 2; i++) expect(await copy.record('demo.use', 'verb=none')).toMatchObject({ code: 'CONFIG_INVALID' });
  writeFileSync(other, 'version: 1\ntenant: globex\nstatus: active\n');
  expect(await copy.record('demo.use', 'verb=none')).toMatchObject({ code: 'OK' });
});

test('doctor tells of each file that is nested deep, and lives', async () => {
  const copy = home.copy();
  for (const file of ['links.json', 'tools.json', 'limits/acme.rated.json', 'tenants/acme.yaml'])
    HARMS['nested deep'](join(copy.state, file));
  const { exit, stdout, stderr } = await copy.outloop(['doctor']);
  expect({ exit, stderr }).toEqual({ exit: 1, stderr: '' });
  for (const told of [/links.json/, /tools.json/, /limit file of grant rated/, /tenants\/acme.yaml/]) expect(stdout).toMatch(told);
});

test('with a state that is not valid an operator’s command leads to doctor, and an agent’s to work that needs none', async () => {
  const copy = home.copy();
  chmodSync(join(copy.state, 'limits'), 0o777);
  const how = { cwd: copy.path('acme') };
  for (const args of [['link', '--yes'], ['init']]) {
    expect((await copy.outloop(args, how)).stderr).toBe(
      'outloop: CONFIG_INVALID (111): the operator state is not valid: limits can be written by others. Next: outloop doctor\n',
    );
  }
  expect((await copy.outloop(['aliases'], { ...how, env: { OUTLOOP_PRINCIPAL: 'agent:test' } })).stderr).toContain(
    'Next: carry on with work',
  );
});

test.each([
  ['audit', 'audit is missing', 'the audit log was gone, and begins anew: schedules and approvals that were given before hold no longer'],
  [
    'audit/key',
    'audit/key is missing',
    'audit/key was gone, and is another now: schedules and approvals that were given before hold no longer',
  ],
])('without %s doctor leads to init, which says what was lost, and runs go on', async (name, fault, told) => {
  const copy = home.copy();
  rmSync(join(copy.state, name), { recursive: true });
  expect((await copy.outloop(['doctor'])).stdout).toMatch(new RegExp(`✗ +state +.*${fault}\\. Fix: outloop init$`, 'm'));
  const { exit, stderr } = await copy.outloop(['init']);
  expect(exit).toBe(0);
  expect(stderr).toContain(`outloop: made what was missing of the operator state in ${copy.state}\noutloop: ${told}\n`);
  expect((await copy.outloop(['init'])).stderr).toMatch(/^outloop: everything is there already/);
});
