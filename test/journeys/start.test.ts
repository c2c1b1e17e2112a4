import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDemo } from '../helpers/demo.js';
import { HAS_LAUNCHER } from '../helpers/entry.js';
import { waitFor, type Ended, type Home } from '../helpers/outloop.js';

const ROOT = join(import.meta.dirname, '../..');
const SNAPSHOT = join(ROOT, 'dist/run.snapshot');

/** How outloop was started, as its child sees it: its command line, a word each, and its limit of core dumps. */
type Start = { readonly argv: readonly string[]; readonly core: string };

let home: Home;
beforeAll(async () => {
  home = await makeDemo({
    aliases: `  demo.start:
    title: How outloop was started
    effect: read
    command: { argv: [/bin/sh, -c, 'tr "\\\\0" "\\\\n" </proc/$PPID/cmdline; sed -n "s/^Max core file size *//p" /proc/$PPID/limits'], credentials: { KEY: token } }
`,
    folders: ['globex'],
  });
});
afterAll(() => home.remove());

function start(entry: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const how = { cwd: home.path('acme'), env: { PATH: process.env['PATH'], OUTLOOP_HOME: home.state, ...env } };
  return waitFor(spawn(entry, args, { ...how, stdio: ['ignore', 'pipe', 'pipe'] }));
}

async function startOf(entry: string, env?: Readonly<Record<string, string>>): Promise<Start> {
  const { exit, stdout, stderr } = await start(entry, ['run', 'demo.start'], env);
  if (exit !== 0) throw new Error(stderr);
  const lines = stdout.trimEnd().split('\n');
  return { argv: lines.slice(0, -1), core: lines.at(-1) ?? '' };
}

const fromSnapshot = expect.arrayContaining(['--snapshot-blob', expect.stringMatching(/\/dist\/run\.snapshot$/), 'run', 'demo.start']);
const fromBundle = [expect.stringMatching(/node$/), expect.stringMatching(/\/bin\/run\.js$/), 'run', 'demo.start'];

/** A copy of this installation whose launcher takes it for its own place. */
function install(name: string, change: (launcher: string) => string = (text) => text): string {
  const at = home.path(name);
  mkdirSync(at);
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(ROOT, part), join(at, part), { recursive: true, preserveTimestamps: true });
  copyTime(process.execPath, join(at, 'dist/node.stamp'));
  const launcher = join(at, 'dist/outloop');
  writeFileSync(launcher, change(readFileSync(launcher, 'utf8').replace(/^outloop_at=.*$/m, `outloop_at='${at}'`)));
  return launcher;
}

/** To the nanosecond. */
function copyTime(from: string, to: string): void {
  execFileSync('touch', ['-r', from, to]);
}

describe.skipIf(process.platform !== 'linux' || !HAS_LAUNCHER)('the start of a run', () => {
  const launcher = join(ROOT, 'dist/outloop');

  test.concurrent('is from the snapshot, and no core dump is left of what holds a credential', async () => {
    expect(await startOf(launcher)).toEqual({ argv: fromSnapshot, core: expect.stringMatching(/^0 +0 /) });
  });

  test.concurrent('is the same through a link on the path', async () => {
    symlinkSync(launcher, home.path('outloop'));
    expect((await startOf(home.path('outloop'))).argv).toEqual(fromSnapshot);
  });

  test.concurrent('is from the bundle where Node was replaced, and where the processor is another one', async () => {
    const replaced = install('replaced');
    expect((await startOf(replaced)).argv).toEqual(fromSnapshot);
    const { atimeMs, mtimeMs } = statSync(process.execPath);
    utimesSync(join(home.path('replaced'), 'dist/node.stamp'), atimeMs / 1000, mtimeMs / 1000 - 1);
    expect((await startOf(replaced)).argv).toEqual(fromBundle);
    const moved = install('moved', (text) => text.replace(/^outloop_processor='/m, "outloop_processor='other "));
    expect((await startOf(moved)).argv).toEqual(fromBundle);
  });

  test.concurrent('is from the bundle where Node itself is gone, or the snapshot', async () => {
    const gone = install('gone', (text) => text.replace(/^outloop_node=.*$/m, `outloop_node='${home.path('no/node')}'`));
    expect((await startOf(gone)).argv).toEqual(fromBundle);
    const without = install('without');
    execFileSync('rm', [join(home.path('without'), 'dist/run.snapshot')]);
    expect((await startOf(without)).argv).toEqual(fromBundle);
  });

  test.concurrent('is from the bundle in an installation that was moved, through a link too', async () => {
    const at = home.path('it’s elsewhere');
    mkdirSync(at);
    for (const part of ['bin', 'dist', 'package.json']) cpSync(join(ROOT, part), join(at, part), { recursive: true });
    symlinkSync(join(at, 'dist/outloop'), home.path('elsewhere'));
    // As it is in a package, which knows of no place.
    const launcher = readFileSync(join(at, 'dist/outloop'), 'utf8');
    writeFileSync(join(at, 'dist/outloop'), launcher.replaceAll(/^(outloop_(?:at|node|processor))=.*$/gm, "$1=''"));
    for (const entry of [join(at, 'dist/outloop'), home.path('elsewhere')]) {
      expect((await startOf(entry)).argv).toEqual([expect.stringMatching(/node$/), join(at, 'bin/run.js'), 'run', 'demo.start']);
    }
  });

  test.concurrent('is the whole command line for help and every other command', async () => {
    for (const words of [
      ['run', '--help'],
      ['run', 'demo.start', '-h'],
      ['redact', '--help'],
      ['schedule', 'run', '--help'],
    ]) {
      const { exit, stdout } = await start(launcher, words);
      expect(exit).toBe(0);
      expect(stdout).toContain('USAGE');
    }
    expect((await start(launcher, ['aliases'])).stdout).toContain('demo.start');
    expect((await start(launcher, [])).stdout).toContain('USAGE');
    expect((await start(launcher, ['run:demo.start'])).exit).toBe(2);
  });

  test.concurrent('leaves the caller’s environment as it is, for whoever gets it', async () => {
    const env = {
      at: 'a',
      node: 'b',
      line: 'c',
      seen: 'd',
      word: 'e',
      processor: 'f',
      NODE_OPTIONS: '--max-old-space-size=4096',
      HOME: '/h',
    };
    const args = ['session', 'start', '--tenant', 'acme', '--yes', '--', 'env'];
    const { stdout } = await start(launcher, args, env);
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(Object.entries(env).map((pair) => pair.join('='))));
    expect(stdout).not.toContain('OUTLOOP_NODE_OPTIONS');
  });

  test.concurrent('refuses flags of Node beside its own', async () => {
    const own = ['--no-sparkplug', '--no-enable-lazy-source-positions', '--snapshot-blob', SNAPSHOT];
    const args = ['run', 'demo.start', '--json'];
    expect(JSON.parse((await start(process.execPath, [...own, ...args])).stdout)).toMatchObject({ code: 'OK' });
    for (const more of ['--no-warnings', '--title=x', '--inspect-port=0']) {
      for (const flags of [
        [more, ...own],
        [...own, more],
      ]) {
        const { stdout } = await start(process.execPath, [...flags, ...args]);
        expect(JSON.parse(stdout)).toMatchObject({ code: 'RUNTIME_TAMPERED', exit: 110 });
      }
    }
  });

  test.concurrent('begins with nothing of the build’s runs: not their folder, their state, or what was random', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => home.record('demo.start')));
    // The last sixteen characters of a run's id are random; the others are its time.
    expect(new Set(runs.map(({ run }) => run.slice(-16))).size).toBe(8);
    const { stderr } = await home.outloop(['run', 'demo.start'], { cwd: home.path('globex') });
    expect(stderr).toContain('denied LINK_NOT_FOUND (103)');
  });
});

test.skipIf(!HAS_LAUNCHER)('the caller’s path does not choose the Node', async () => {
  copyFileSync('/bin/false', home.path('acme/node'));
  const { exit } = await home.outloop(['run', 'demo.use', 'verb=none'], {
    cwd: home.path('acme'),
    env: { PATH: `${home.path('acme')}:${process.env['PATH']}` },
  });
  expect(exit).toBe(0);
});
