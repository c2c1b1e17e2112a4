import { spawnSync } from 'node:child_process';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { compileFile } from '../../src/broker/compile-file.js';
import { run } from '../../src/broker/run.js';
import type { BackendAnswer } from '../../src/credential/backend.js';
import { MemoryBackend } from '../../src/credential/memory/memory-backend.js';
import { gatherLink } from '../../src/link/gather-link.js';
import type { State } from '../../src/state/open-state.js';
import { locateState } from '../../src/state/paths.js';
import { seal } from '../../src/state/seal.js';
import { callerIn, captureStreams, requestOf } from '../broker/make-world.js';
import { worldOver } from '../broker/world-over.js';
import { fork, KEY, makeCiHome, makeJob, MARKERS, toolSaw, type CiHome, type Job } from './ci-home.js';
import { OUTLOOP } from '../helpers/entry.js';

// Each case starts outloop several times, and machines may be busy.
vi.setConfig({ testTimeout: 120_000 });

let box: CiHome;
let top: string;
let job: Job;
let secret: string;
const marked = () => MARKERS['github']?.(top) ?? {};
/** Whether a folder can be made read-only for one process, which also root then cannot write. */
const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'mount', '--bind', '/mnt', '/mnt']).status === 0;
const RUN = ['run', 'build.site.make', 'page=home'];
const INIT = ['ci', 'init', 'github', '--yes'];
const WORKFLOW = '.github/workflows/outloop.yml';

beforeAll(async () => {
  box = await makeCiHome();
  await box.setUp(['ci', 'init', 'github', '--yes', 'build.site.make', 'page=home'], { cwd: box.folder });
  secret = box.secret();
  top = box.checkOut('plain');
  job = makeJob(box, top);
  expect((await job.outloop(['init'])).exit).toBe(0);
}, 120_000);
afterAll(() => box.remove());
afterEach(() => toolSaw(box));

/** The CI's state and its key as they were in that copy of the folder, for the tests that follow. */
function restore(copy: string): void {
  rmSync(join(box.folder, '.outloop-ci'), { recursive: true });
  renameSync(join(copy, '.outloop-ci'), join(box.folder, '.outloop-ci'));
  const [file = ''] = readdirSync(join(box.state, 'ci'));
  writeFileSync(join(box.state, 'ci', file), `${secret}\n`, { mode: 0o600 });
}

const everything = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

describe('a state that ci init wrote', () => {
  test('is in the repository without a secret: no key, no value, no log, nothing of who is not a CI', () => {
    const state = join(top, '.outloop-ci');
    const names = everything(state).map((path) => path.slice(state.length + 1));
    expect(names.sort()).toEqual(
      ['.gitattributes', '.gitignore', 'ci.json', 'seal.json', 'services/build.yaml', 'settings.yaml', 'state.json'].concat([
        'tenants/acme.yaml',
        'tools.json',
        'vault/acme/bot.secret',
        'vault/store.json',
      ]),
    );
    const key = Buffer.from(secret.replace('outloopvaultkey1', ''), 'hex');
    expect(key.length).toBe(32);
    for (const path of [...everything(join(top, '.git')), ...everything(state)]) {
      const bytes = readFileSync(path);
      for (const needle of [KEY, Buffer.from(KEY).toString('base64').slice(0, -4), key, key.toString('hex'), 'sk_test_others_only']) {
        expect({ path, holds: bytes.includes(needle) }).toEqual({ path, holds: false });
      }
    }
    const tenant = readFileSync(join(state, 'tenants/acme.yaml'), 'utf8');
    expect(tenant).toContain('id: build');
    expect(tenant).not.toMatch(/people|other/);
  });

  test('written again it is byte for byte the same, and with a new key it is another', async () => {
    const again = () => box.setUp(['ci', 'init', 'github', '--yes', 'build.site.make', 'page=home'], { cwd: box.folder });
    await again();
    expect(box.git(box.folder, 'status', '--porcelain')).toBe('');
    const copy = fork(box.folder, 'new-key');
    const kept = readFileSync(join(box.folder, '.outloop-ci/seal.json'), 'utf8');
    await box.setUp(['ci', 'init', 'github', '--yes', '--new-key', 'build.site.make', 'page=home'], { cwd: box.folder });
    expect(readFileSync(join(box.folder, '.outloop-ci/seal.json'), 'utf8')).not.toBe(kept);
    expect(box.secret()).not.toBe(secret);
    expect((await job.outloop(RUN, { ...marked(), OUTLOOP_VAULT_KEY: box.secret() })).stderr).toContain('CONFIG_INVALID (111)');
    restore(copy);
  });

  test('that cannot be written leaves the one before with its key, and so does a key that cannot', async () => {
    const copy = fork(box.folder, 'unwritten');
    const before = readFileSync(join(box.folder, '.outloop-ci/seal.json'), 'utf8');
    const init = (wrap: (...command: string[]) => string[], ...more: string[]) => {
      const [program = '', ...args] = wrap(OUTLOOP, 'ci', 'init', 'github', '--new-key', '--yes', ...more, ...RUN.slice(1));
      return box.spawn(program, args, { cwd: box.folder, env: { PATH: '/usr/bin:/bin', OUTLOOP_HOME: box.state } });
    };
    // A name that is as long as one may be: none is left for the state while it is filled.
    const state = await init((...command) => command, '--home', 'x'.repeat(255), '--replace');
    expect(state.stderr).toContain('ENAMETOOLONG');
    expect(box.secret()).toBe(secret);
    if (canMount) {
      const script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';
      const key = await init((...command) => ['unshare', '-m', '/bin/sh', '-c', script, join(box.state, 'ci'), ...command]);
      expect(key.stderr).toContain('EROFS');
      expect(box.secret()).toBe(secret);
      expect(readFileSync(join(box.folder, '.outloop-ci/seal.json'), 'utf8')).toBe(before);
    }
    expect(readdirSync(box.folder).filter((name) => name.startsWith('.outloop-ci'))).toEqual(['.outloop-ci']);
    restore(copy);
  });

  test('written with less under the same key it says that the one before fits that still, and then not again', async () => {
    const [copy, tenant] = [fork(box.folder, 'narrowed'), join(box.state, 'tenants/acme.yaml')];
    const kept = readFileSync(tenant, 'utf8');
    const init = (...more: string[]) => box.outloop(['ci', 'init', 'github', '--yes', ...more, ...RUN.slice(1)], { cwd: box.folder });
    const note =
      /warning: what the state permitted before fits this key still; to take it away: outloop ci init github --new-key build\.site\.make page=home\n/;
    expect(kept).toContain('build.site.*');
    writeFileSync(tenant, kept.replace('build.site.*', 'build.site.make'));
    const narrowed = await init();
    const again = await init();
    writeFileSync(tenant, kept);
    const anew = await init('--new-key');
    restore(copy);
    expect([narrowed, again, anew].map(({ exit }) => exit)).toEqual([0, 0, 0]);
    expect(narrowed.stderr).toMatch(note);
    for (const { stderr } of [again, anew]) expect(stderr).not.toMatch(note);
  });

  test('is written anew beside a pipeline that was edited, which stays as it is until --replace', async () => {
    const [copy, tenant, file] = [fork(box.folder, 'edited'), join(box.state, 'tenants/acme.yaml'), join(box.folder, WORKFLOW)];
    const [kept, pipeline] = [readFileSync(tenant, 'utf8'), readFileSync(file, 'utf8')];
    const sealed = readFileSync(join(box.folder, '.outloop-ci/seal.json'), 'utf8');
    writeFileSync(tenant, kept.replace('build.site.*', 'build.site.make'));
    appendFileSync(file, '# mine\n');
    const left = await box.outloop([...INIT, ...RUN.slice(1)], { cwd: box.folder });
    const stays = readFileSync(file, 'utf8');
    const fresh = readFileSync(join(box.folder, '.outloop-ci/seal.json'), 'utf8');
    // What is to take a permission away must work as it is printed.
    const printed = /outloop (ci init .*)\n/.exec(left.stderr)?.[1]?.split(' ') ?? [];
    const anew = await box.outloop([...printed, '--yes'], { cwd: box.folder });
    const secretAnew = box.secret();
    const replaced = await box.outloop([...INIT, '--replace', ...RUN.slice(1)], { cwd: box.folder });
    const asWritten = readFileSync(file, 'utf8');
    writeFileSync(tenant, kept);
    writeFileSync(file, pipeline);
    restore(copy);
    expect([left, anew, replaced].map(({ exit }) => exit)).toEqual([0, 0, 0]);
    expect(left.stderr).toContain(
      `pipeline ${WORKFLOW}, which stays as it is, though not as it would be written: --replace writes it anew\n`,
    );
    expect(left.stderr).toContain('wrote .outloop-ci: commit it, and .outloop\n');
    expect(stays).toBe(`${pipeline}# mine\n`);
    expect(fresh).not.toBe(sealed);
    expect(printed).toContain('--new-key');
    expect(secretAnew).not.toBe(secret);
    expect(asWritten).toBe(pipeline);
  });

  test('is not given to another CI, which gets one of its own beside it', async () => {
    const init = (...more: string[]) => box.outloop(['ci', 'init', 'generic', '--yes', ...more, ...RUN.slice(1)], { cwd: box.folder });
    const refused = await init('--replace');
    const beside = await init('--home', '.outloop-ci-generic');
    const there = existsSync(join(box.folder, '.outloop-ci-generic/ci.json'));
    rmSync(join(box.folder, '.outloop-ci-generic'), { recursive: true, force: true });
    rmSync(join(box.folder, 'outloop-ci.sh'), { force: true });
    expect(refused.exit).toBe(1);
    expect(refused.stderr).toContain(
      '.outloop-ci holds the state of github already. Next: give generic one of its own: --home .outloop-ci-generic',
    );
    expect(box.git(box.folder, 'status', '--porcelain')).toBe('');
    expect({ exit: beside.exit, there }).toEqual({ exit: 0, there: true });
  });

  test('shows the folders that it links, by their places in the checkout', async () => {
    const shown = await job.outloop(['links']);
    expect(shown.exit).toBe(0);
    expect(shown.stderr).toContain('these folders of github.com/acme-inc/site are linked in the checkouts of its jobs (github)\n');
    expect(shown.stdout).toMatch(/^TENANT +PROJECT +FOLDER +ID\nacme +site +\. +lnk_\w{26}\n$/);
    const [link] = JSON.parse((await job.outloop(['links', '--json'])).stdout) as unknown[];
    expect(link).toMatchObject({ tenant: 'acme', project: 'site', path: '' });
  });

  test('is changed by ci init alone, and takes no ordinary link and no schedule', async () => {
    for (const args of [
      ['grant', 'add', 'acme', '--permit', '*.*', '--yes'],
      ['link', '--yes'],
      ['secret', 'rotate-key', '--yes'],
      ['schedule', 'add', 'n', '--when', '@daily', '--yes', 'build.site.make', 'page=x'],
      ['ci', 'init', 'github', '--yes'],
    ]) {
      const ended = await job.outloop(args, { OUTLOOP_VAULT_KEY: secret, ...marked() });
      expect({ args, exit: ended.exit }).toEqual({ args, exit: 1 });
      expect(ended.stderr).toMatch(/a CI’s state/);
    }
  });
});

describe('a job', () => {
  test('runs with the one secret that the CI gives it; no child sees that, and the log lies elsewhere', async () => {
    const ended = await job.outloop(RUN, { ...marked(), OUTLOOP_VAULT_KEY: secret });
    expect(ended).toEqual({ exit: 0, stdout: 'built home with [redacted:bot]\n', stderr: '' });
    const seen = toolSaw(box) ?? '';
    expect(seen).toContain(`KEY=${KEY}`);
    expect(seen).not.toContain('OUTLOOP_VAULT_KEY');
    expect(seen).not.toContain(secret);
    expect(readdirSync(job.state).sort()).toEqual(['audit', 'compiled', 'limits']);
    expect(box.git(top, 'status', '--porcelain')).toBe('');
    const log = (await job.outloop(['audit', 'export'])).stdout;
    expect(log).toContain('"principal":"ci:github"');
    expect(log).not.toContain(secret);
    expect(log).not.toContain(KEY);
  });

  test('runs from a state that nobody can write to', async () => {
    for (const path of [...everything(join(top, '.outloop-ci'))]) chmodSync(path, 0o444);
    const directories = ['', 'services', 'tenants', 'vault', 'vault/acme'].map((path) => join(top, '.outloop-ci', path));
    for (const path of directories) chmodSync(path, 0o555);
    const command = `"$OUTLOOP" init && "$OUTLOOP" run build.site.make page=home`;
    const script =
      process.getuid?.() === 0
        ? `mount --bind "$OUTLOOP_HOME" "$OUTLOOP_HOME" && mount -o remount,bind,ro "$OUTLOOP_HOME" && ${command}`
        : command;
    const env = {
      ...marked(),
      PATH: '/usr/bin:/bin',
      OUTLOOP,
      OUTLOOP_HOME: join(top, '.outloop-ci'),
      OUTLOOP_STATE: join(job.home, 'read-only'),
      OUTLOOP_VAULT_KEY: secret,
    };
    const shell =
      process.getuid?.() === 0 ? ['unshare', '--mount', '--propagation', 'private', '/bin/sh', '-c', script] : ['/bin/sh', '-c', script];
    const ended = await box.spawn(shell[0] ?? '', shell.slice(1), { cwd: top, env });
    for (const path of directories) chmodSync(path, 0o755);
    expect(ended).toMatchObject({ exit: 0, stdout: 'built home with [redacted:bot]\n' });
    expect(ended.stderr).toContain('the embedded store’s key comes from the CI’s own store, in OUTLOOP_VAULT_KEY');
  });

  test('gets nothing for a person or an agent, whatever it claims, and nothing that is not for a CI', async () => {
    const env = { ...marked(), OUTLOOP_VAULT_KEY: secret };
    for (const [args, more] of [
      [[...RUN, '--as', 'human:ann'], {}],
      [RUN, { CLAUDECODE: '1' }],
      [['run', 'build.all.make', 'page=x'], {}],
    ] as const) {
      const ended = await job.outloop([...args], { ...env, ...more });
      expect(ended.exit).toBe(105);
      expect(ended.stderr).toContain('denied ALIAS_NOT_ALLOWED (105)');
    }
    expect(toolSaw(box)).toBeNull();
  });
});

/** A change that somebody makes in a pull request or on a machine of their own, and what a run then ends with. */
type Attack = readonly [what: string, change: (copy: string) => Readonly<Record<string, string>> | void, code: string, reason: RegExp];

class WatchedBackend extends MemoryBackend {
  asked = 0;
  override get(): Promise<BackendAnswer> {
    this.asked += 1;
    return Promise.resolve({ kind: 'absent' });
  }
}

/** A run of a job within this process, with a backend that counts how often it is asked. */
async function runWithin({ home, folder, env }: { home: string; folder: string; env: Readonly<Record<string, string>> }) {
  const backend = new WatchedBackend();
  const base = worldOver(home, backend);
  const setting = (state: State) => ({
    state,
    userAgent: 'outloop/0.0.0-test',
    now: Date.now,
    pid: process.pid,
    random: randomBytes,
    env: {},
    takeVariable: (name: string) => env[name] || null,
    temporary: tmpdir(),
    helper: '/nonexistent',
    execPath: process.execPath,
  });
  const paths = locateState({ OUTLOOP_HOME: home, OUTLOOP_STATE: job.state }, '/nonexistent');
  const world = { ...base, paths, backendSetting: setting, ciSecret: () => env['OUTLOOP_VAULT_KEY'] || null };
  const caller = { ...callerIn({ kind: 'none' }, { env }), link: gatherLink({ uid: world.uid, cwd: () => folder }) };
  const { streams, stdout, stderr } = captureStreams();
  const { record } = await run(requestOf('build.site.make', { page: 'home' }), caller, streams, world, new AbortController().signal);
  return { record, asked: backend.asked, printed: stdout() + stderr() };
}

const edit = (file: string, from: string | RegExp, to: string) => (copy: string) => {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toMatch(from);
  writeFileSync(path, text.replace(from, to));
};

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Registers a checkout as `outloop link` would, with its inode. */
function registerOrdinary(copy: string): void {
  const { ino, dev } = lstatSync(copy);
  const sha256 = hash(readFileSync(join(copy, '.outloop')));
  const [id = ''] = /lnk_\w+/.exec(readFileSync(join(copy, '.outloop'), 'utf8')) ?? [];
  const entry = {
    id,
    tenant: 'acme',
    project: 'site',
    directory: copy,
    device: String(dev),
    inode: String(ino),
    sha256,
    time: '2026-11-24T00:00:00.000Z',
  };
  writeFileSync(join(copy, '.outloop-ci/links.json'), `{"version":1,"links":[\n${JSON.stringify(entry)}\n]}\n`);
}

const CHANGED = /a file of the CI’s state is not as outloop ci init wrote it/;
const ATTACKS: readonly Attack[] = [
  ['edits .outloop', (copy) => appendFileSync(join(copy, '.outloop'), '#\n'), 'LINK_CHANGED', /changed/],
  ['names another tenant in .outloop', edit('.outloop', 'acme', 'globex'), 'LINK_CHANGED', /changed/],
  [
    'makes .outloop a link to elsewhere',
    (copy) => {
      renameSync(join(copy, '.outloop'), join(copy, 'real'));
      symlinkSync('real', join(copy, '.outloop'));
    },
    'LINK_UNTRUSTED_PATH',
    /symlink/,
  ],
  ['takes .outloop away', (copy) => rmSync(join(copy, '.outloop')), 'LINK_NOT_FOUND', /no \.outloop link file/],
  [
    'names another repository in ci.json',
    edit('.outloop-ci/ci.json', 'acme-inc/site', 'mallory/site'),
    'LINK_NOT_APPROVED',
    /is for github.com\/mallory\/site/,
  ],
  [
    'names another folder in ci.json',
    edit('.outloop-ci/ci.json', '"path":""', '"path":"x"'),
    'LINK_NOT_APPROVED',
    /ci.json of the operator state does not name it/,
  ],
  [
    'names another hash in ci.json',
    edit('.outloop-ci/ci.json', /"sha256":"[0-9a-f]/, '"sha256":"x'),
    'CONFIG_INVALID',
    /ci.json is not what outloop ci init wrote/,
  ],
  ['adds a key to ci.json', edit('.outloop-ci/ci.json', '"version":1', '"version":1,"more":1'), 'CONFIG_INVALID', /ci.json is not/],
  [
    'nests ci.json deep',
    edit('.outloop-ci/ci.json', '{', `{"deep":${'['.repeat(4000)}${']'.repeat(4000)},`),
    'CONFIG_INVALID',
    /ci.json is not/,
  ],
  ['takes ci.json away', (copy) => rmSync(join(copy, '.outloop-ci/ci.json')), 'CONFIG_INVALID', /ci.json is missing/],
  ['says that any CI will do', edit('.outloop-ci/ci.json', '"github"', '"generic"'), 'CONFIG_INVALID', CHANGED],
  [
    'edits .outloop and ci.json so that they agree',
    (copy) => {
      edit('.outloop', 'project: site', 'project: shop')(copy);
      edit('.outloop-ci/ci.json', '"project":"site"', '"project":"shop"')(copy);
      edit('.outloop-ci/ci.json', /"sha256":"[0-9a-f]{64}"/, `"sha256":"${hash(readFileSync(join(copy, '.outloop')))}"`)(copy);
    },
    'CONFIG_INVALID',
    CHANGED,
  ],
  ['widens a grant', edit('.outloop-ci/tenants/acme.yaml', 'build.site.*', 'build.*'), 'CONFIG_INVALID', CHANGED],
  ['sends a service elsewhere', edit('.outloop-ci/services/build.yaml', 'service.invalid', 'mallory.invalid'), 'CONFIG_INVALID', CHANGED],
  [
    'pins another tool',
    edit('.outloop-ci/tools.json', /"sha256": "[0-9a-f]{64}"/, `"sha256": "${hash(Buffer.from('another tool'))}"`),
    'CONFIG_INVALID',
    CHANGED,
  ],
  [
    'adds a service',
    (copy) => writeFileSync(join(copy, '.outloop-ci/services/more.yaml'), 'version: 1\nservice: more\ntitle: More\naliases: {}\n'),
    'CONFIG_INVALID',
    CHANGED,
  ],
  [
    'adds a link to a file outside',
    (copy) => symlinkSync('/etc/passwd', join(copy, '.outloop-ci/services/more.yaml')),
    'CONFIG_INVALID',
    /services\/more.yaml is a symbolic link/,
  ],
  [
    'says that settings have a proxy',
    (copy) => appendFileSync(join(copy, '.outloop-ci/settings.yaml'), 'proxy: http://127.0.0.1:1\n'),
    'CONFIG_INVALID',
    CHANGED,
  ],
  ['takes the seal away', (copy) => rmSync(join(copy, '.outloop-ci/seal.json')), 'CONFIG_INVALID', /seal.json is missing/],
  [
    'brings a key of their own',
    () => ({ OUTLOOP_VAULT_KEY: `outloopvaultkey1${'0'.repeat(64)}` }),
    'CONFIG_INVALID',
    /the vault’s key is not the one/,
  ],
  ['has a job without the secret', () => ({ OUTLOOP_VAULT_KEY: '' }), 'CONFIG_INVALID', /OUTLOOP_VAULT_KEY is not set/],
  [
    'puts the key into a file beside the vault',
    edit('.outloop-ci/vault/store.json', '"env:OUTLOOP_VAULT_KEY"', '"file"'),
    'CONFIG_INVALID',
    /has its key from the CI’s own store alone/,
  ],
  [
    'has another variable taken for the key',
    edit('.outloop-ci/vault/store.json', 'env:OUTLOOP_VAULT_KEY', 'env:GITHUB_REPOSITORY'),
    'CONFIG_INVALID',
    /vault\/store.json is damaged/,
  ],
  ['registers the folder as an ordinary link', (copy) => registerOrdinary(copy), 'CONFIG_INVALID', /a CI’s state holds no ordinary links/],
  [
    'says that it is an operator’s state, in a job without the secret',
    (copy) => {
      edit('.outloop-ci/state.json', ',"kind":"ci"', '')(copy);
      return { OUTLOOP_VAULT_KEY: '' };
    },
    'CONFIG_INVALID',
    /OUTLOOP_STATE is not where/,
  ],
  [
    'is a job of another repository',
    () => ({ GITHUB_REPOSITORY: 'mallory/site' }),
    'LINK_NOT_APPROVED',
    /the job is of github.com\/mallory\/site/,
  ],
  ['is a job of a repository that does not say', () => ({ GITHUB_REPOSITORY: '' }), 'LINK_NOT_APPROVED', /the job/],
  [
    'is a checkout of another repository',
    (copy) => void box.git(copy, 'remote', 'set-url', 'origin', 'https://github.com/mallory/site'),
    'LINK_NOT_APPROVED',
    /the checkout is of github.com\/mallory\/site/,
  ],
  ['is in no checkout', (copy) => rmSync(join(copy, '.git'), { recursive: true }), 'LINK_NOT_APPROVED', /in no checkout/],
  ['shows no marker', () => ({ GITHUB_ACTIONS: '', CI: '' }), 'LINK_NOT_APPROVED', /this is no job of it/],
  [
    'shows another CI’s marker',
    () => ({ GITHUB_ACTIONS: '', GITLAB_CI: 'true', CI_PROJECT_URL: 'https://github.com/acme-inc/site' }),
    'LINK_NOT_APPROVED',
    /no job of it/,
  ],
  [
    'moves .outloop into another folder',
    (copy) => {
      mkdirSync(join(copy, 'sub'));
      renameSync(join(copy, '.outloop'), join(copy, 'sub/.outloop'));
      return { FOLDER: 'sub' };
    },
    'LINK_NOT_APPROVED',
    /does not name it/,
  ],
  [
    'lets everybody write to the state',
    (copy) => chmodSync(join(copy, '.outloop-ci/tenants/acme.yaml'), 0o666),
    'CONFIG_INVALID',
    /can be written by others/,
  ],
];

describe('a hostile pull request, or a machine that is not the CI’s, gets a denial that fetched nothing:', () => {
  test.each(ATTACKS)('whoever %s', async (what, change, code, reason) => {
    const copy = fork(top, 'hostile');
    const { FOLDER = '.', ...more } = change(copy) ?? {};
    const env = { ...marked(), OUTLOOP_VAULT_KEY: secret, ...more };
    const { record, asked, printed } = await runWithin({ home: join(copy, '.outloop-ci'), folder: join(copy, FOLDER), env });
    expect({ what, ...record }).toMatchObject({ code, backend_called: false, reason: expect.stringMatching(reason) });
    expect(record.exit).toBeLessThanOrEqual(112);
    expect({ asked, printed, ran: toolSaw(box) }).toEqual({ asked: 0, printed: '', ran: null });
  });

  test('the same job with nothing changed asks the backend once', async () => {
    const env = { ...marked(), OUTLOOP_VAULT_KEY: secret };
    const { record, asked } = await runWithin({ home: join(top, '.outloop-ci'), folder: top, env });
    // It holds nothing here.
    expect({ code: record.code, asked }).toEqual({ code: 'SECRET_MISSING', asked: 1 });
  });

  test('a changed state is told by doctor, and no other command fetches anything for it or asks a backend', async () => {
    const copy = fork(top, 'looked-at');
    const backends = 'backends: { store: { kind: doppler, base: "http://127.0.0.1:9", token: { env: DOPPLER_TOKEN } } }\n';
    appendFileSync(join(copy, '.outloop-ci/settings.yaml'), backends);
    const looking = makeJob(box, copy);
    const env = { ...marked(), OUTLOOP_STATE: job.state, OUTLOOP_VAULT_KEY: secret, DOPPLER_TOKEN: 'dp.st.ci.aaaaaaaaaaaaaaaaaaaa' };
    const doctor = await looking.outloop(['doctor', '--json'], env);
    expect(doctor.exit).toBe(1);
    expect(doctor.stdout).toMatch(CHANGED);
    expect(doctor.stdout).not.toMatch(/store: /);
    for (const args of [['secret', 'check', 'acme/bot'], ['backend', 'check', 'store'], ['aliases']]) {
      expect(await looking.outloop(args, env)).toMatchObject({ exit: 1, stderr: expect.stringMatching(CHANGED) });
    }
    const whole = await job.outloop(['doctor'], { ...marked(), OUTLOOP_VAULT_KEY: secret });
    expect(whole).toMatchObject({ exit: 0, stdout: expect.stringMatching(/seal +the CI’s state is as outloop ci init wrote it/) });
    expect(whole.stdout).toMatch(/links +1 linked folder/);
  });

  test('an ordinary state in a forged job is none of a CI’s: its links stand on inodes', async () => {
    const copy = fork(top, 'forged');
    const forged = makeJob(box, copy);
    const env = { ...marked(), OUTLOOP_HOME: box.state, OUTLOOP_STATE: '' };
    const ended = await forged.outloop(RUN, env);
    expect(ended).toMatchObject({ exit: 103, stderr: expect.stringContaining('denied LINK_NOT_APPROVED (103)') });
    const given = await forged.outloop(RUN, { ...env, OUTLOOP_VAULT_KEY: secret });
    expect(given).toMatchObject({ exit: 111, stderr: expect.stringContaining('denied CONFIG_INVALID (111)') });
    // And in the folder that it does know, it grants a CI what the operator granted it.
    const own = await box.outloop(RUN, { cwd: box.folder, env: { GITHUB_ACTIONS: 'true' } });
    expect(own.exit).toBe(0);
    expect(existsSync(join(box.home, 'ran'))).toBe(true);
  });
});

describe('a state of a repository that has several counts in its own folder alone:', () => {
  const [FIRST, PROD, GENERIC] = ['.outloop-ci', '.outloop-ci-prod', '.outloop-ci-generic'];
  const RUN_PROD = ['run', 'build.all.make', 'page=all'];
  let checkout: string;

  beforeAll(async () => {
    const grant = ['grant', 'add', 'acme', '--id', 'prod', '--permit', 'build.all.*', '--bind', 'token=bot', '--principal', 'ci', '--yes'];
    const init = (provider: string, home: string) => ['ci', 'init', provider, '--home', home, '--yes', ...RUN_PROD.slice(1)];
    await box.setUpAll([[grant], [init('github', PROD), { cwd: box.folder }], [init('generic', GENERIC), { cwd: box.folder }]]);
    checkout = box.checkOut('several');
    await box.setUp(['grant', 'remove', 'acme', 'prod', '--yes']);
    box.git(box.folder, 'reset', '-q', '--hard', 'HEAD~1');
  });

  const inJob = (copy: string, home: string, args: readonly string[]) =>
    makeJob(box, copy).outloop(args, { ...marked(), OUTLOOP_HOME: home, OUTLOOP_STATE: job.state, OUTLOOP_VAULT_KEY: secret });

  test('there it does what it permits, also where a link leads to the checkout', async () => {
    const copy = fork(checkout, 'own');
    expect(await inJob(copy, join(copy, PROD), RUN_PROD)).toMatchObject({ exit: 0, stdout: 'built all with [redacted:bot]\n' });
    expect(await inJob(copy, join(copy, FIRST), RUN)).toMatchObject({ exit: 0, stdout: 'built home with [redacted:bot]\n' });
    expect(await inJob(copy, join(copy, FIRST), RUN_PROD)).toMatchObject({ exit: 105 });
    symlinkSync(copy, `${copy}-linked`);
    expect(await inJob(copy, join(`${copy}-linked`, PROD), RUN_PROD)).toMatchObject({ exit: 0 });
    rmSync(`${copy}-linked`);
  });

  const replace = (state: string, put: (from: string, to: string) => void) => (copy: string) => {
    rmSync(join(copy, FIRST), { recursive: true });
    put(join(copy, state), join(copy, FIRST));
    return join(copy, FIRST);
  };
  const copyTree = (from: string, to: string) => cpSync(from, to, { recursive: true });
  const SWAPS: readonly (readonly [what: string, change: (copy: string) => string, exit: number, reason: string])[] = [
    ['a copy of another', replace(PROD, copyTree), 103, `is for the checkout’s folder ${PROD}, and is in ${FIRST}`],
    ['a link to another', replace(PROD, symlinkSync), 111, 'is not a directory'],
    ['that of another CI', replace(GENERIC, copyTree), 103, `is for the checkout’s folder ${GENERIC}, and is in ${FIRST}`],
    [
      'one that was changed to fit',
      (copy) => {
        const home = replace(PROD, copyTree)(copy);
        edit(join(FIRST, 'ci.json'), PROD, FIRST)(copy);
        return home;
      },
      111,
      'a file of the CI’s state is not as outloop ci init wrote it',
    ],
    [
      'one outside of the checkout',
      (copy) => {
        const home = `${copy}-state`;
        rmSync(home, { recursive: true, force: true });
        copyTree(join(copy, PROD), home);
        return home;
      },
      103,
      'the operator state is in no folder of the checkout',
    ],
  ];
  test.each(SWAPS)('%s in its place is denied', async (_, change, exit, reason) => {
    const copy = fork(checkout, 'swapped');
    const ended = await inJob(copy, change(copy), RUN_PROD);
    expect(ended).toMatchObject({ exit, stdout: '', stderr: expect.stringContaining(reason) });
    expect(toolSaw(box)).toBeNull();
  });

  test.each(SWAPS)('%s in its place is told by doctor, with the words of the denial', async (_, change, __, reason) => {
    const copy = fork(checkout, 'examined');
    const doctor = await inJob(copy, change(copy), ['doctor', '--json']);
    expect(doctor).toMatchObject({ exit: 1, stdout: expect.stringContaining(reason) });
    const whole = await inJob(checkout, join(checkout, PROD), ['doctor']);
    expect(whole.stdout).not.toMatch(/^✗ +place/m);
  });
});

/** What a pull request adds to the record that runs keep, where no OUTLOOP_STATE names another place for it. A runner with a umask of 077 checks out so. */
function bring(copy: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  const state = join(copy, '.outloop-ci');
  for (const folder of ['audit', 'limits', 'compiled', 'compiled/services']) mkdirSync(join(state, folder));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(state, name), bytes);
  for (const path of everything(state)) chmodSync(path, 0o600);
}

describe('what a pull request brings with it is not taken for what a run kept:', () => {
  const inCheckout = () => ({ ...marked(), OUTLOOP_STATE: '', OUTLOOP_VAULT_KEY: secret });
  let asked: (string | undefined)[];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    response.end('{}');
  });
  let base: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  });
  beforeEach(() => void (asked = []));
  afterAll(() => void server.close());

  /** The service as the pull request would have it: its alias sends the credential elsewhere. */
  const elsewhere = () => `version: 1
service: build
title: Build
base: ${base}
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  build.site.make: { title: Build a page, effect: write, params: { page: { type: string } }, http: { method: GET, path: '/{page}' } }
`;

  test('a compiled form that is sealed with an audit key which came with it is not used', async () => {
    const copy = fork(top, 'compiled');
    const source = hash(readFileSync(join(copy, '.outloop-ci/services/build.yaml')));
    const text = JSON.stringify(await compileFile('services/build.yaml', Buffer.from(elsewhere())));
    const key = Buffer.alloc(32, 7);
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };
    const bytes = createHmac('sha256', key).update(`outloop compiled form 1\0${version}`).digest();
    const mac = seal({ bytes }, ['source', 'services/build.yaml', source], text);
    bring(copy, { 'audit/key': key, 'compiled/services/build.yaml.json': `${mac}\n${text}` });
    const hostile = makeJob(box, copy);
    for (const round of ['first', 'second']) {
      const ended = await hostile.outloop(RUN, inCheckout());
      expect({ round, ...ended, asked }).toMatchObject({ exit: 0, stdout: 'built home with [redacted:bot]\n', asked: [] });
    }
  });

  test('a state that says it is an operator’s, with a link for this very folder, gets nothing of the CI’s secret', async () => {
    const copy = fork(top, 'operator');
    edit('.outloop-ci/state.json', ',"kind":"ci"', '')(copy);
    writeFileSync(join(copy, '.outloop-ci/services/build.yaml'), elsewhere());
    registerOrdinary(copy);
    bring(copy, { 'audit/key': Buffer.alloc(32, 7) });
    const ended = await makeJob(box, copy).outloop(RUN, inCheckout());
    expect({ ...ended, asked }).toMatchObject({ exit: 111, stderr: expect.stringMatching(/this is no CI’s state/), asked: [] });
  });
});
