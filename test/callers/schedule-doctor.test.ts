import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OUTLOOP } from '../helpers/entry.js';
import { furnish, makeSandbox, type Sandbox } from './sandbox.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

type Fault = { readonly level: string; readonly about: string; readonly text: string; readonly fix: string };

let box: Sandbox;
beforeEach(async () => {
  box = makeSandbox();
  await furnish(box);
});
afterEach(() => box.remove());

const add = (name: string, rest: readonly string[]) =>
  box.attempt(['schedule', 'add', name, '--when', '30 2 * * *', '--yes', ...rest], { cwd: box.folder });
const faults = async (): Promise<readonly Fault[]> => {
  const { stdout } = await box.attempt(['doctor', '--json']);
  return (JSON.parse(stdout) as { findings: readonly Fault[] }).findings.filter(
    ({ about, level }) => about === 'schedules' && level !== 'ok',
  );
};
const shown = async (name: string) => JSON.parse((await box.setUp(['schedule', 'show', name, '--json'])).stdout) as Record<string, unknown>;
/** Types a fix into a shell in which outloop answers yes. */
const type = async (fix: string) => {
  const line = fix.replace(/(?<=^|\s)outloop [a-z]+(?: add| remove)?/g, '$& --yes');
  const text = `outloop() { '${OUTLOOP}' "$@"; }; ${line}`;
  const env = { PATH: `${join(box.home, 'bin')}:/usr/bin:/bin`, OUTLOOP_HOME: box.state };
  const { exit, stderr } = await box.spawn('/bin/bash', ['--norc', '-c', text], { env });
  expect({ line, exit, stderr }).toMatchObject({ exit: 0 });
};
const DIFFERS = 'is not what outloop would write now: it was changed, or outloop or its state was moved';
const table = () => join(box.home, 'crontab');

describe('doctor tells a schedule that never fires', () => {
  test('where its entry is gone or changed, and the fix makes it as it was', async () => {
    const notify = box.program('tell', '#!/bin/sh\n');
    const more = ['--expires', '2100-01-01', '--timeout', '30s', '--notify', notify, '--notify=a b'];
    await add('nightly', [...more, 'demo.report.make', "month=it's 11"]);
    expect(await faults()).toEqual([]);
    const before = await shown('nightly');
    rmSync(table());
    const [absent] = await faults();
    expect(absent).toMatchObject({ level: 'bad', text: 'nightly: cron does not have it, so it never fires' });
    await type(absent?.fix ?? '');
    expect(await faults()).toEqual([]);
    expect({ ...(await shown('nightly')), created: 0 }).toEqual({ ...before, created: 0 });
    writeFileSync(table(), readFileSync(table(), 'utf8').replace('30 2', '30 3'));
    const [changed] = await faults();
    expect(changed).toMatchObject({ level: 'warn', text: `nightly: its entry in cron ${DIFFERS}` });
    await type(changed?.fix ?? '');
    expect(await faults()).toEqual([]);
  });

  test('where its entry leads to where the state was', async () => {
    await add('nightly', ['demo.report.make', 'month=11']);
    const moved = `${box.state}-moved`;
    renameSync(box.state, moved);
    const { stdout } = await box.attempt(['doctor', '--json'], { env: { OUTLOOP_HOME: moved } });
    const { findings } = JSON.parse(stdout) as { findings: readonly Fault[] };
    expect(findings).toContainEqual(expect.objectContaining({ level: 'warn', text: `nightly: its entry in cron ${DIFFERS}` }));
    const list = await box.attempt(['schedule', 'list'], { env: { OUTLOOP_HOME: moved } });
    expect(list.stdout).toContain('new, its entry differs');
  });

  test('where its folder is not linked any more, or its link file was edited', async () => {
    await add('nightly', ['demo.report.make', 'month=1']);
    await box.setUp(['unlink', '--yes'], { cwd: box.folder });
    const [unlinked] = await faults();
    expect(unlinked).toMatchObject({ level: 'bad', text: expect.stringContaining('nightly: it never runs: LINK_NOT_APPROVED') });
    await type(unlinked?.fix ?? '');
    expect(await faults()).toEqual([]);
    writeFileSync(join(box.folder, '.outloop'), '#\n', { flag: 'a' });
    const [edited] = await faults();
    expect(edited).toMatchObject({ level: 'bad', text: expect.stringContaining('LINK_CHANGED') });
    await type(edited?.fix ?? '');
    expect(await faults()).toEqual([]);
  });

  test('where its folder is gone', async () => {
    await add('nightly', ['demo.report.make', 'month=1']);
    renameSync(box.folder, `${box.folder}-2`);
    const [gone] = await faults();
    expect(gone).toMatchObject({ level: 'bad', fix: 'outloop schedule remove nightly' });
    await type(gone?.fix ?? '');
    expect(await faults()).toEqual([]);
    expect(box.crontab()).toBeNull();
  });
});

describe('a notification command', () => {
  test('that cannot be started is refused when the schedule is made', async () => {
    const plain = join(box.home, 'plain');
    writeFileSync(plain, '', { mode: 0o600 });
    for (const [path, why] of [
      ['/nonexistent/tell', 'does not exist'],
      [box.home, 'is not a file'],
      [plain, 'is not executable'],
    ] as const) {
      const { exit, stderr } = await add('nightly', ['--notify', path, 'demo.report.make', 'month=1']);
      expect({ exit, stderr }).toMatchObject({ exit: 1, stderr: expect.stringContaining(`--notify: ${path} ${why}`) });
    }
  });

  test('that went away is told by doctor, with what mends it', async () => {
    const notify = box.program('tell', '#!/bin/sh\n');
    await add('nightly', ['--notify', notify, 'demo.report.make', 'month=1']);
    chmodSync(notify, 0o600);
    const [closed] = await faults();
    expect(closed).toMatchObject({ level: 'warn', fix: `chmod +x ${notify}` });
    await type(closed?.fix ?? '');
    expect(await faults()).toEqual([]);
    rmSync(notify);
    const [gone] = await faults();
    expect(gone?.text).toBe(`nightly: its notification command ${notify} does not exist`);
    await type((gone?.fix ?? '').replace(/^put .* else /, ''));
    expect(await faults()).toEqual([]);
  });
});

test('lines in the crontab that lost a mark are named, to be taken out by hand', async () => {
  writeFileSync(table(), '# mine\n');
  await add('nightly', ['demo.report.make', 'month=1']);
  writeFileSync(table(), readFileSync(table(), 'utf8').replace(/# outloop\S+: end\n/, '0 0 * * * mine\n'));
  const advice = 'take out lines 2, 3 by hand with crontab -e';
  expect((await box.attempt(['schedule', 'remove', 'nightly', '--yes'])).stderr).toContain(advice);
  const { exit, stderr } = await add('nightly', ['demo.report.make', 'month=1']);
  expect({ exit, stderr }).toMatchObject({ exit: 1, stderr: expect.stringContaining(advice) });
  writeFileSync(table(), '# mine\n0 0 * * * mine\n');
  expect((await add('nightly', ['demo.report.make', 'month=1'])).exit).toBe(0);
});

test('an entry whose schedule’s file is gone is taken away by its name', async () => {
  await add('nightly', ['demo.report.make', 'month=1']);
  rmSync(join(box.state, 'schedules/nightly.json'));
  expect((await box.attempt(['schedule', 'remove', 'nightly', '--yes'])).exit).toBe(0);
  expect(box.crontab()).toBeNull();
  expect(await box.attempt(['schedule', 'remove', 'nightly', '--yes'])).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining('there is no schedule nightly'),
  });
});
