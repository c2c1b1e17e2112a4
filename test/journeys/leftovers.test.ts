import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY, makeDemo } from '../helpers/demo.js';
import { isRunning, until, waitFor, waitForText, type Home } from '../helpers/outloop.js';

const FOLDER = `outloop-${process.getuid?.()}`;

let home: Home;
beforeAll(async () => {
  home = await makeDemo();
});
afterAll(() => home.remove());

/** A temporary directory of its own for a test, and what outloop is started with for it. */
function makeTemporary(name: string) {
  const temporary = home.path(name);
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  return { temporary, how: { cwd: home.path('acme'), env: { TMPDIR: temporary } } };
}

/** A run that stays, with its credential in a file. */
async function stay(how: ReturnType<typeof makeTemporary>['how']) {
  const child = home.start(['run', 'demo.keep', 'verb=stay'], how);
  child.stdin?.end();
  const ended = waitFor(child);
  const pid = Number(await waitForText(child, '\n'));
  return {
    kill: async (): Promise<void> => {
      child.kill('SIGKILL');
      await until(() => !isRunning(child.pid ?? 0));
      // The child is ended too, and lets go of its pipes.
      await ended;
      await until(() => !isRunning(pid));
    },
    end: async (): Promise<void> => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

describe('private directories', () => {
  test.concurrent('are not made where a child, or somebody else, would find another one under their path', async () => {
    const { temporary, how } = makeTemporary('open');
    chmodSync(temporary, 0o777);
    for (const [path, why] of [
      ['.', 'is not an absolute path'],
      [temporary, `others can write ${temporary}`],
    ] as const) {
      const env = { TMPDIR: path };
      const ended = await waitFor(home.start(['run', 'demo.use', 'verb=print'], { ...how, env }));
      expect(ended).toMatchObject({ exit: 110, stdout: '', stderr: expect.stringContaining(why) });
      const doctor = await waitFor(home.start(['doctor'], { ...how, env }));
      expect(doctor.stdout).toMatch(new RegExp(`temporary +no private directory can be made for a run: .*${why}.*Fix: export TMPDIR=/tmp`));
    }
    expect(readdirSync(temporary)).toEqual([]);
    expect(existsSync(home.path('acme', FOLDER))).toBe(false);
  });

  test.concurrent('go with their runs', async () => {
    const { temporary, how } = makeTemporary('gone');
    const run = await stay(how);
    expect(readdirSync(join(temporary, FOLDER))).toHaveLength(1);
    await run.end();
    expect(readdirSync(join(temporary, FOLDER))).toEqual([]);
  });

  test.concurrent('of a run that was killed are removed by the next one, with the credential in them', async () => {
    const { temporary, how } = makeTemporary('killed');
    const run = await stay(how);
    const [name = ''] = readdirSync(join(temporary, FOLDER));
    const file = join(temporary, FOLDER, name, 'credential-KEY');
    await run.kill();
    expect(readFileSync(file, 'utf8')).toBe(KEY);
    expect((await home.outloop(['run', 'demo.use', 'verb=none'], how)).exit).toBe(0);
    expect(readdirSync(join(temporary, FOLDER))).toEqual([]);
  });

  test.concurrent('of a run that was killed are removed by doctor, and those of a run that goes on stay', async () => {
    const { temporary, how } = makeTemporary('doctor');
    const [killed, alive] = await Promise.all([stay(how), stay(how)]);
    await killed.kill();
    expect(readdirSync(join(temporary, FOLDER))).toHaveLength(2);
    const findings = JSON.parse((await home.attempt(['doctor', '--json'], how)).stdout).findings;
    expect(findings.filter(({ about }: { about: string }) => about === 'leftovers')).toHaveLength(1);
    expect(readdirSync(join(temporary, FOLDER))).toHaveLength(1);
    await alive.end();
  });

  test.concurrent('of another pid namespace are left alone for a day', async () => {
    const { temporary, how } = makeTemporary('other');
    const other = join(temporary, FOLDER, '1.1.1-AbCdEf');
    mkdirSync(other, { recursive: true, mode: 0o700 });
    expect((await home.outloop(['run', 'demo.use', 'verb=none'], how)).exit).toBe(0);
    expect(existsSync(other)).toBe(true);
  });

  test.concurrent('hold nothing else that is removed', async () => {
    const { temporary, how } = makeTemporary('names');
    mkdirSync(join(temporary, FOLDER, 'mine'), { recursive: true, mode: 0o700 });
    utimesSync(join(temporary, FOLDER, 'mine'), 1, 1);
    expect((await home.outloop(['doctor'], how)).exit).toBe(0);
    expect(existsSync(join(temporary, FOLDER, 'mine'))).toBe(true);
  });

  test.concurrent.each([
    ['a link', (path: string) => symlinkSync(home.path('acme'), path)],
    ['a file', (path: string) => home.put(path.slice(home.directory.length + 1), '')],
    ['a folder that others can read', (path: string) => mkdirSync(path, { mode: 0o755 })],
  ])('stand alone where %s has the name of their folder', async (name, take) => {
    const { temporary, how } = makeTemporary(`taken-${name.replaceAll(' ', '-')}`);
    take(join(temporary, FOLDER));
    const [run, killed] = await Promise.all([stay(how), stay(how)]);
    const [place = ''] = readdirSync(temporary).filter((entry) => entry !== FOLDER);
    expect(lstatSync(join(temporary, place)).mode & 0o777).toBe(0o700);
    await run.end();
    await killed.kill();
    expect(readdirSync(temporary)).toHaveLength(2);
    expect((await home.outloop(['run', 'demo.use', 'verb=none'], how)).exit).toBe(0);
    expect(readdirSync(temporary)).toEqual([FOLDER]);
  });
});

describe('temporary files of a state', () => {
  test('that a killed process left are removed by doctor, which tells how many; those of a living one stay', async () => {
    const own = home.copy();
    const gone = spawnSync('/bin/true').pid;
    const leave = (name: string) => {
      const path = join(own.state, name);
      writeFileSync(path, 'x', { mode: 0o600 });
      utimesSync(path, 1, 1);
      return path;
    };
    const left = [leave(`limits/.acme.rw.json.${gone}-0.tmp`), leave(`vault/acme/.bot.secret.${gone}-0.tmp`)];
    const alive = leave(`vault/acme/.bot.secret.${process.pid}-0.tmp`);
    const leftovers = async () => {
      const { findings } = JSON.parse((await own.outloop(['doctor', '--json'])).stdout) as { findings: { about: string; text: string }[] };
      return findings.filter(({ about }) => about === 'leftovers').map(({ text }) => text);
    };
    expect(await leftovers()).toContain('removed 2 temporary files of the state, whose processes had been killed');
    expect(left.filter((path) => existsSync(path))).toEqual([]);
    expect(existsSync(alive)).toBe(true);
    expect((await leftovers()).join()).not.toContain('temporary');
  });
});
