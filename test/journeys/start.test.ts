import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
// @ts-expect-error -- a script of the build, without types
import { canTell, FLAGS } from '../../.ci/start/launcher.mjs';
// @ts-expect-error -- a script, without types
import { ROOTS_FLAG, TUNABLES } from '../../bin/start.js';
import { readTlsFixture } from '../fixtures/tls-files.js';
import { serveHttps } from '../fixtures/http/servers.js';
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
  demo.tunables:
    title: What the C library was asked for, of Node and of its child
    effect: read
    command: { argv: [/bin/sh, -c, 'tr "\\\\0" "\\\\n" </proc/$PPID/environ | grep ^GLIBC; env | grep ^GLIBC || echo none'], credentials: { KEY: token } }
`,
    folders: ['globex'],
  });
});
afterAll(() => home.remove());

function start(entry: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const how = { cwd: home.path('acme'), env: { PATH: process.env['PATH'], OUTLOOP_HOME: home.state, ...env } };
  return waitFor(spawn(entry, args, { ...how, stdio: ['ignore', 'pipe', 'pipe'] }));
}

async function startOf(entry: string, words: readonly string[] = ['run', 'demo.start']): Promise<Start> {
  const { exit, stdout, stderr } = await start(entry, words);
  if (exit !== 0) throw new Error(stderr);
  const lines = stdout.trimEnd().split('\n');
  return { argv: lines.slice(0, -1), core: lines.at(-1) ?? '' };
}

function secureService(name: string, port: number, ca: string | null): string {
  return `version: 1
service: ${name}
title: Over https
base: https://127.0.0.1:${String(port)}
networks: [127.0.0.0/8]
${ca === null ? '' : `ca: ${ca}\n`}slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  ${name}.get: { title: Get, effect: read, http: { method: GET, path: / } }
`;
}

const NO_CORE = expect.stringMatching(/^0 +0 /);
const fromSnapshot = {
  argv: expect.arrayContaining([ROOTS_FLAG, '--snapshot-blob', expect.stringMatching(/\/dist\/run\.snapshot$/), 'run', 'demo.start']),
  core: NO_CORE,
};
const fromBundle = {
  argv: [expect.stringMatching(/node$/), ROOTS_FLAG as string, expect.stringMatching(/\/bin\/run\.js$/), 'run', 'demo.start'],
  core: NO_CORE,
};

/** A copy of this installation, whose launcher is changed. */
function install(name: string, change: (launcher: string, at: string) => string): string {
  const at = home.path(name);
  mkdirSync(at);
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(ROOT, part), join(at, part), { recursive: true });
  // To the nanosecond, which Node does not copy.
  execFileSync('touch', ['-r', process.execPath, join(at, 'dist/node.stamp')]);
  const launcher = join(at, 'dist/outloop');
  writeFileSync(launcher, change(readFileSync(launcher, 'utf8'), at));
  return launcher;
}

/** Takes the copy for the launcher's own place. */
const settle = (launcher: string, at: string): string => launcher.replace(/^outloop_at=.*$/m, `outloop_at='${at}'`);

// Where that cannot be told, the build makes no snapshot.
describe.skipIf(!(canTell as () => boolean)() || !HAS_LAUNCHER)('the start of a run', () => {
  const launcher = join(ROOT, 'dist/outloop');

  test.concurrent('is from the snapshot, and no core dump is left of what holds a credential', async () => {
    expect(await startOf(launcher)).toEqual(fromSnapshot);
  });

  test.concurrent('is the same through a link on the path', async () => {
    symlinkSync(launcher, home.path('outloop'));
    expect(await startOf(home.path('outloop'))).toEqual(fromSnapshot);
  });

  test.concurrent('is from the bundle where Node was replaced, and where the processor is another one', async () => {
    const replaced = install('replaced', settle);
    expect(await startOf(replaced)).toEqual(fromSnapshot);
    const { mtimeNs } = statSync(process.execPath, { bigint: true });
    for (const stamp of [mtimeNs - 1_000_000_000n, mtimeNs + 1n]) {
      const seconds = `${stamp / 1_000_000_000n}.${String(stamp % 1_000_000_000n).padStart(9, '0')}`;
      execFileSync('touch', ['-d', `@${seconds}`, join(home.path('replaced'), 'dist/node.stamp')]);
      expect(await startOf(replaced)).toEqual(fromBundle);
    }
    const moved = install('moved', (text, at) => settle(text, at).replace(/^outloop_processor='/m, "outloop_processor='other "));
    expect(await startOf(moved)).toEqual(fromBundle);
  });

  test.concurrent('is from the bundle where Node itself is gone, or the snapshot', async () => {
    const gone = install('gone', (text, at) => settle(text, at).replace(/^outloop_node=.*$/m, `outloop_node='${home.path('no/node')}'`));
    expect(await startOf(gone)).toEqual(fromBundle);
    const without = install('without', settle);
    execFileSync('rm', [join(home.path('without'), 'dist/run.snapshot')]);
    expect(await startOf(without)).toEqual(fromBundle);
  });

  test.concurrent('is from the bundle in an installation that was moved, through a link too', async () => {
    // As it is in a package, which knows of no place.
    const packed = install('it’s elsewhere', (text) => text.replaceAll(/^(outloop_(?:at|node|processor))=.*$/gm, "$1=''"));
    symlinkSync(packed, home.path('elsewhere'));
    for (const entry of [packed, home.path('elsewhere')]) {
      expect(await startOf(entry)).toEqual(fromBundle);
    }
  });

  test.concurrent('is told by doctor, with why it is not the faster one', async () => {
    const built = (name: string, value: string) => (text: string, at: string) =>
      settle(text, at).replace(new RegExp(`^outloop_${name}=.*$`, 'm'), `outloop_${name}='${value}'`);
    const stale = install('it’s stale', settle);
    execFileSync('touch', [join(home.path('it’s stale'), 'dist/node.stamp')]);
    const bare = install('bare', settle);
    execFileSync('rm', [join(home.path('bare'), 'dist/run.snapshot')]);
    const rows: [string, string, RegExp][] = [
      [launcher, 'ok', /^a run starts from its snapshot$/],
      [install('settled', settle), 'ok', /^a run starts from its snapshot$/],
      [bare, 'ok', /^a run starts from its bundle: there is no snapshot/],
      [stale, 'warn', /could: \S+node was replaced since outloop was built$/],
      [install('unsettled', (text) => text), 'warn', /could: outloop was moved since it was built$/],
      [install('other processor', built('processor', 'other')), 'warn', /could: the processor is another one$/],
      [install('other node', built('node', '/no/node')), 'warn', /could: \/no\/node, for which it was built, is not there$/],
    ];
    for (const [entry, level, text] of rows) {
      const { stdout } = await start(entry, ['doctor', '--json']);
      const { findings } = JSON.parse(stdout) as { findings: { about: string; fix: string | null }[] };
      const found = findings.find(({ about }) => about === 'start');
      expect(found).toMatchObject({ level, text: expect.stringMatching(text) });
      expect(found?.fix === null).toBe(level === 'ok');
    }
  });

  test.concurrent('is refused for a launcher that stands alone', async () => {
    mkdirSync(home.path('alone'));
    copyFileSync(launcher, home.path('alone/outloop'));
    const { exit, stdout, stderr } = await start(home.path('alone/outloop'), ['run', 'demo.start']);
    expect({ exit, stdout, stderr }).toEqual({
      exit: 119,
      stdout: '',
      stderr: 'outloop: this installation is not complete. Next: build or install it again.\n',
    });
    expect((await start(home.path('alone/outloop'), ['status'])).exit).toBe(1);
  });

  test.concurrent('needs a Node, and says so', async () => {
    const lost = install('lost', (text, at) => settle(text, at).replace(/^outloop_node=.*$/m, "outloop_node='/no/node'"));
    const stderr = 'outloop: there is no Node on the PATH. Next: install Node 20.19 or newer, or put it on the PATH.\n';
    expect(await start(lost, ['run', 'demo.start'], { PATH: '/nonexistent' })).toMatchObject({ exit: 119, stdout: '', stderr });
    expect(await start(lost, ['status'], { PATH: '/nonexistent' })).toMatchObject({ exit: 1, stdout: '', stderr });
  });

  test.concurrent('takes no descriptor of the caller’s for a channel of Node’s', async () => {
    for (const fd of ['3', 'abc']) {
      const env = { NODE_CHANNEL_FD: fd, NODE_CHANNEL_SERIALIZATION_MODE: 'json' };
      expect(await start(launcher, ['run', 'demo.start', '--json'], env)).toMatchObject({ exit: 0, stderr: '' });
      expect(await start(launcher, ['status'], env)).toMatchObject({ exit: 0 });
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

  test.concurrent('leaves the caller’s variables as they are, for whoever gets them', async () => {
    const assigned = [...readFileSync(join(ROOT, '.ci/start/launcher.sh'), 'utf8').matchAll(/^\s*(?:if .*; then )?([A-Za-z_]+)=/gm)].map(
      ([, name]) => name,
    );
    expect(assigned.length).toBeGreaterThan(5);
    expect(
      assigned.filter((name = '') => !/^(?:outloop_[a-z]+|OUTLOOP_NODE_OPTIONS|GLIBC_TUNABLES|SSL_CERT_FILE|SSL_CERT_DIR)$/.test(name)),
    ).toEqual([]);
    const env = { at: 'a', node: 'b', NODE_OPTIONS: '--max-old-space-size=4096', HOME: '/h', SSL_CERT_FILE: '/c', NODE_USE_SYSTEM_CA: '1' };
    const args = ['session', 'start', '--tenant', 'acme', '--yes', '--', 'env'];
    const { stdout } = await start(launcher, args, env);
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(Object.entries(env).map((pair) => pair.join('='))));
    expect(stdout).not.toMatch(/OUTLOOP_NODE_OPTIONS|GLIBC_TUNABLES/);
  });

  test.concurrent('asks the C library for large pieces of memory, for Node alone, and takes no such wish from the caller', async () => {
    const [wish] = (TUNABLES as string).split(':');
    for (const env of [{}, { GLIBC_TUNABLES: '' }]) {
      // glibc itself cuts the text behind the first wish.
      const { stdout } = await start(launcher, ['run', 'demo.tunables'], env);
      expect(stdout).toMatch(new RegExp(`^GLIBC_TUNABLES=${wish}.*\nnone\n$`));
    }
    const { exit, stderr } = await start(launcher, ['run', 'demo.tunables'], { GLIBC_TUNABLES: 'glibc.malloc.check=3' });
    expect(exit).toBe(110);
    expect(stderr).toMatch(/RUNTIME_TAMPERED.*GLIBC_TUNABLES/);
  });

  test.concurrent('reads no roots but those that outloop itself believes', async () => {
    const server = await serveHttps('good', (_, response) => response.end('{"ok":true}'));
    onTestFinished(server.close);
    home.put('state/services/vault.yaml', secureService('vault', server.port, home.put('ca.pem', readTlsFixture('ca.pem'))));
    home.put('state/services/other.yaml', secureService('other', server.port, null));
    // A FIFO holds up whoever reads it.
    const fifo = home.path('fifo');
    execFileSync('mkfifo', [fifo]);
    const env = { NODE_EXTRA_CA_CERTS: fifo, SSL_CERT_FILE: fifo, SSL_CERT_DIR: fifo };
    const entries = [
      launcher,
      install('bundled', (text, at) => settle(text, at).replace(/^outloop_processor='/m, "outloop_processor='other ")),
    ];
    for (const entry of entries) {
      const { exit, stdout } = await start(entry, ['run', 'vault.get'], env);
      expect({ exit, stdout }).toEqual({ exit: 0, stdout: '{"ok":true}' });
      const own = home.put('own.pem', readTlsFixture('ca.pem'));
      const other = await start(entry, ['run', 'other.get'], { NODE_EXTRA_CA_CERTS: own, SSL_CERT_FILE: own });
      expect(other.stderr).toMatch(/UPSTREAM_TLS_FAILED/);
    }
  });

  test.concurrent('refuses flags of Node beside its own', async () => {
    const own = [...(FLAGS as readonly string[]), '--snapshot-blob', SNAPSHOT];
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

test.skipIf(!HAS_LAUNCHER).each([
  ['a script that names no interpreter', 'echo done\n', { exit: 0, stdout: 'done\n' }],
  ['a script whose interpreter is gone', '#!/nonexistent/interpreter\n', { exit: 127, stdout: '' }],
  [
    'a program for another machine',
    '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xf7\0\x01\0\0\0\necho "sh read it"\n',
    { exit: 126, stdout: '' },
  ],
])('a tool ends alike from the snapshot and from the bundle: %s', async (_, text, ended) => {
  const place = `odd-${ended.exit}`;
  const tool = home.put(`${place}/tool`, Buffer.from(text, 'latin1'), 0o755);
  home.put(
    `state/services/${place}.yaml`,
    `version: 1
service: ${place}
title: Odd
slots: { token: { scheme: bearer, hosts: [odd.invalid] } }
aliases:
  ${place}.use: { title: Use it, effect: read, command: { argv: [${tool}], credentials: { KEY: token } } }
`,
  );
  await home.setUp(['service', 'vet', place, '--yes']);
  for (const entry of ['dist/outloop', 'bin/run.js']) {
    expect(await start(join(ROOT, entry), ['run', `${place}.use`])).toMatchObject(ended);
  }
});

test.each([
  ['bin/run.js', { NODE_OPTIONS: '--title=x', OUTLOOP_NODE_OPTIONS: '' }],
  ['bin/run.js', { NODE_OPTIONS: '--title=x', OUTLOOP_NODE_OPTIONS: '--max-old-space-size=99' }],
  ['dist/outloop', { NODE_OPTIONS: '--title=x', OUTLOOP_NODE_OPTIONS: '' }],
])('no other name hides NODE_OPTIONS: %s %o', async (entry, env) => {
  const { exit, stderr } = await start(join(ROOT, entry), ['run', 'demo.start'], env);
  expect(exit).toBe(110);
  expect(stderr).toMatch(/RUNTIME_TAMPERED.*NODE_OPTIONS/);
});

test.skipIf(!HAS_LAUNCHER)('the caller’s path does not choose the Node', async () => {
  copyFileSync('/bin/false', home.path('acme/node'));
  const { exit } = await home.outloop(['run', 'demo.use', 'verb=none'], {
    cwd: home.path('acme'),
    env: { PATH: `${home.path('acme')}:${process.env['PATH']}` },
  });
  expect(exit).toBe(0);
});
