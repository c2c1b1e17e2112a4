import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY, makeDemo } from '../helpers/demo.js';
import { OUTLOOP, type Home } from '../helpers/outloop.js';

const isRoot = process.getuid?.() === 0;
/** A user that no password file knows. */
const NOBODY = 54_321;
const canUnshare = isRoot && spawnSync('unshare', ['-m', 'umount', '-l', '/proc']).status === 0;

let home: Home;
beforeAll(async () => {
  home = await makeDemo();
});
afterAll(() => home.remove());

const denied = (code: string, exit: number) => new RegExp(`^outloop: denied ${code} \\(${exit}\\) run=\\w{26}: .+\\. Next: .+\\.\\n$`);

describe('the environment', () => {
  test.concurrent.each([
    ['no HOME', {}],
    ['an empty HOME', { HOME: '' }],
    ['a HOME of another', { HOME: '/nonexistent' }],
    ['a PWD that is not so', { PWD: '/', OLDPWD: '/' }],
    ['no PATH', { PATH: undefined }],
    ['an empty PATH', { PATH: '' }],
    ['DEBUG', { DEBUG: '*' }],
    ['oclif’s own variables', { OCLIF_DEBUG: '1', OUTLOOP_DEBUG: '1', DEVELOPMENT: '1', NODE_ENV: 'development', OCLIF_TS_NODE: '1' }],
  ])('a run goes on with %s', async (_, env) => {
    const ended = await home.outloop(['run', 'demo.use', 'verb=print'], { cwd: home.path('acme'), env });
    expect(ended).toEqual({ exit: 0, signal: null, stdout: '[redacted:bot]\n[redacted:bot]\n', stderr: '' });
  });

  test.concurrent.each([
    ['links', 0],
    ['doctor', 0],
    ['tenant list', 0],
    ['aliases', 0],
    ['secret set acme/bot sk_live_not_on_the_command_line', 2],
  ])('a command with DEBUG shows what it shows without: %s', async (line, exit) => {
    // doctor tells of what runs that were killed left behind, and other tests kill some.
    const env = { TMPDIR: home.path('debugged') };
    mkdirSync(env.TMPDIR, { recursive: true, mode: 0o700 });
    const [plain, debugged] = await Promise.all([
      home.outloop(line.split(' '), { cwd: home.path('acme'), env }),
      home.outloop(line.split(' '), { cwd: home.path('acme'), env: { ...env, DEBUG: '*', OCLIF_DEBUG: '1' } }),
    ]);
    expect(plain.exit).toBe(exit);
    expect(debugged).toEqual(plain);
    expect(plain.stderr).not.toContain('sk_live');
  });

  test.concurrent('with nothing in it there is no state, and that is said', async () => {
    const bare = { PATH: undefined, OUTLOOP_HOME: undefined, XDG_CONFIG_HOME: home.path('nothing'), XDG_STATE_HOME: home.path('nothing') };
    const ended = await home.outloop(['run', 'demo.use'], { cwd: home.path('acme'), env: bare });
    expect(ended.exit).toBe(111);
    expect(ended.stderr).toMatch(denied('CONFIG_UNAVAILABLE', 111));
  });

  test.concurrent.each(['relative/state', './state', ''])('OUTLOOP_HOME=%s does not depend on the folder', async (value) => {
    const env = { OUTLOOP_HOME: value, XDG_CONFIG_HOME: home.path('nothing'), XDG_STATE_HOME: home.path('nothing') };
    const ended = await home.outloop(['run', 'demo.use'], { cwd: home.directory, env });
    expect(ended.exit).toBe(111);
    expect(ended.stderr).toMatch(/^outloop: denied CONFIG_(UNAVAILABLE|INVALID) \(111\) .+\n$/);
  });

  test.concurrent('a state that is a link is refused', async () => {
    symlinkSync(home.state, home.path('linked-state'));
    const ended = await home.outloop(['run', 'demo.use'], { cwd: home.path('acme'), env: { OUTLOOP_HOME: home.path('linked-state') } });
    expect(ended.stderr).toMatch(denied('CONFIG_INVALID', 111));
  });

  test.skipIf(!canUnshare)(
    `without /proc no command is run${canUnshare ? '' : ' (skipped where no file system can be unmounted)'}`,
    { concurrent: true },
    async () => {
      const line = `umount -l /proc && exec "${OUTLOOP}" run demo.use verb=print`;
      const ended = await home.shell(`exec unshare -m /bin/sh -c '${line}'`);
      expect(ended.exit).toBe(110);
      expect(ended.stderr).toMatch(denied('ISOLATION_UNAVAILABLE', 110));
    },
  );
});

describe('the folder', () => {
  test.concurrent.each([
    'run demo.use verb=print',
    'explain demo.use',
    'aliases',
    'status',
    'link --yes',
    'unlink --yes',
    'doctor',
    'links',
  ])('that was deleted leaves one clear line: %s', async (line) => {
    const told = await home.shell(`gone=$(mktemp -d) && cd "$gone" && rm -r "$gone" && outloop ${line}`);
    // The system's shell, which starts outloop, has its own word on such a folder.
    const ended = { ...told, stderr: told.stderr.replace(/^.*getcwd.*\n/, '') };
    expect(ended.stderr).not.toContain('    at ');
    expect(ended.stdout).not.toContain(KEY);
    if (line.startsWith('run')) expect(ended.stderr).toMatch(denied('LINK_NOT_FOUND', 103));
    else if (line === 'doctor' || line === 'links') expect(ended).toMatchObject({ exit: 0, stderr: '' });
    else if (line.startsWith('explain')) expect(ended.stdout).toContain('LINK_NOT_FOUND');
    else if (ended.exit !== 0) expect(ended.stderr).toMatch(/^outloop: .+\n$/);
  });

  test.concurrent('may have a line end in its name, and every line stays one', async () => {
    const folder = home.path('two\nlines');
    mkdirSync(folder, { mode: 0o700 });
    await home.setUp(['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd: folder });
    expect((await home.outloop(['run', 'demo.use', 'verb=print'], { cwd: folder })).exit).toBe(0);
    const listed = await home.outloop(['links']);
    expect(listed.stdout.split('\n').filter((line) => line.includes('two'))).toEqual([expect.stringContaining('two\\u{a}lines')]);
    cpSync(join(folder, '.outloop'), home.path('other\nlines/.outloop'));
    const ended = await home.outloop(['run', 'demo.use'], { cwd: home.path('other\nlines') });
    expect(ended.stderr).toMatch(denied('LINK_NOT_APPROVED', 103));
    expect((await home.outloop(['audit', 'verify'])).exit).toBe(0);
  });

  test.concurrent('may have a name that is not UTF-8, and is not trusted then', async () => {
    const ended = await home.shell(
      `mkdir -p "$(printf 'bad\\377name')" && cp .outloop "$(printf 'bad\\377name')" && cd "$(printf 'bad\\377name')" && outloop run demo.use`,
    );
    expect(ended.exit).toBe(103);
    expect(ended.stderr).toMatch(/^outloop: denied LINK_(UNTRUSTED_PATH|NOT_FOUND) \(103\) .+\n$/);
  });
});

describe.skipIf(!isRoot)(`another user${isRoot ? '' : ' (skipped without root)'}`, () => {
  /** A copy of the state, the tool and a folder, for a user that nobody knows. */
  let base: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    // The way there must be open to that user.
    base = execFileSync('mktemp', ['-d', '/tmp/outloop-test-XXXXXX'], { encoding: 'utf8' }).trim();
    mkdirSync(join(base, 'client'));
    cpSync(home.state, join(base, 'state'), { recursive: true });
    execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, base]);
    env = { OUTLOOP_HOME: join(base, 'state'), TMPDIR: base };
    chmodSync(home.directory, 0o711);
    chmodSync(home.path('bin'), 0o755);
    expect(await as(['link', '--tenant', 'acme', '--project', 'web', '--yes'])).toMatchObject({ exit: 0 });
    expect(await as(['service', 'vet', 'demo', '--yes'])).toMatchObject({ exit: 0 });
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));
  const as = (args: readonly string[], more: Record<string, string | undefined> = {}) =>
    home.outloop(args, { cwd: join(base, 'client'), env: { ...env, ...more }, uid: NOBODY });

  test('that no password file knows has runs in the state that it names', async () => {
    expect(await as(['run', 'demo.use', 'verb=print'])).toMatchObject({ exit: 0, stdout: '[redacted:bot]\n[redacted:bot]\n', stderr: '' });
  });

  test('that no password file knows has no state of its own', async () => {
    const ended = await as(['run', 'demo.use'], { OUTLOOP_HOME: undefined });
    expect(ended.stderr).toMatch(denied('CONFIG_UNAVAILABLE', 111));
    expect(ended.stderr).toContain('OUTLOOP_HOME');
    expect((await as(['init'], { OUTLOOP_HOME: undefined })).stderr).toMatch(/^outloop: CONFIG_UNAVAILABLE \(111\): .+\n$/);
  });

  test('’s state is refused', async () => {
    const ended = await as(['run', 'demo.use'], { OUTLOOP_HOME: home.state });
    expect(ended.exit).toBe(111);
    expect(ended.stderr).toMatch(/^outloop: denied CONFIG_(UNAVAILABLE|INVALID) \(111\) .+\n$/);
    expect(ended.stderr).toContain(home.state);
  });

  test('’s folder cannot be linked, and its owner is what is wrong', async () => {
    const cwd = join(base, 'theirs');
    mkdirSync(cwd, { mode: 0o755 });
    chownSync(cwd, NOBODY + 1, NOBODY + 1);
    const { exit, stderr } = await home.outloop(['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd, env, uid: NOBODY });
    expect(exit).toBe(1);
    expect(stderr).toContain('cannot be trusted: its folder, or one above it, belongs to another user. Next: make the folder');
  });

  test.each([
    ['’s state', () => home.state],
    ['’s directory', () => home.path('none')],
  ])('%s is named by init and doctor, and neither leads to the other', async (_, where) => {
    const how = { OUTLOOP_HOME: where() };
    const init = await as(['init'], how);
    const doctor = await as(['doctor'], how);
    const next = 'set OUTLOOP_HOME to a directory of your own, then outloop init';
    expect([init.exit, init.stderr]).toEqual([1, `outloop: ${where()} is not yours to make a state in. Next: ${next}\n`]);
    expect(doctor.exit).toBe(1);
    expect(doctor.stdout).toContain(`${where()} `);
    expect(doctor.stdout).toContain(`Fix: ${next}`);
  });

  test('cannot run where the state cannot be written, and loses nothing', async () => {
    const state = join(base, 'state');
    const folders = [
      state,
      ...['audit', 'compiled', 'compiled/services', 'compiled/tenants', 'limits', 'vault', 'tenants'].map((name) => join(state, name)),
    ];
    const log = () =>
      readdirSync(join(state, 'audit'))
        .map((name) => readFileSync(join(state, 'audit', name), 'latin1'))
        .join('');
    const files = execFileSync('find', [state, '-type', 'f'], { encoding: 'utf8' }).trim().split('\n');
    const before = log();
    for (const path of files) chmodSync(path, 0o400);
    for (const path of folders) chmodSync(path, 0o500);
    const ended = await as(['run', 'demo.use', 'verb=print']);
    const added = await as(['tenant', 'add', 'globex', '--yes']);
    for (const path of folders) chmodSync(path, 0o700);
    for (const path of files) chmodSync(path, 0o600);
    expect({ exit: ended.exit, stdout: ended.stdout }).toEqual({ exit: 112, stdout: '' });
    expect(ended.stderr).toMatch(denied('AUDIT_UNAVAILABLE', 112));
    expect(added.exit).toBe(1);
    expect(added.stderr).toMatch(/^outloop: .+\n$/);
    expect(log()).toBe(before);
    expect(existsSync(join(state, 'tenants/globex.yaml'))).toBe(false);
    expect((await as(['run', 'demo.use', 'verb=print'])).exit).toBe(0);
  });
});
