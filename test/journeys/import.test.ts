import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { otherGroup } from '../helpers/other-group.js';
import type { Answer } from '../helpers/operate.js';
import { OUTLOOP, waitFor } from '../helpers/outloop.js';
import { makeHome, type MadeHome } from './made-home.js';

/** A program that makes flushing a file slow. */
const canDelay = spawnSync('strace', ['-qq', '-o', '/dev/null', '-e', 'trace=fsync', 'true']).status === 0;

const KEYS = {
  GITHUB_TOKEN: 'ghp_0123456789abcdefghijABCDEFGHIJ012345',
  STRIPE_SECRET_KEY: 'sk_live_51H8fJ2kLmN0pQrStUvWxYz',
  SIGNING_KEY: '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----',
};
const TEXT = `# The site's own settings
PORT=3000   # where it listens
DEBUG=true

export GITHUB_TOKEN="${KEYS.GITHUB_TOKEN}" # the bot's
STRIPE_SECRET_KEY = ${KEYS.STRIPE_SECRET_KEY}
NEXT_PUBLIC_KEY=pk_live_51H8fJ2kLmN0pQrStUvWxYz
SIGNING_KEY="${KEYS.SIGNING_KEY}"
SHORT_PASSWORD=hunter2
STRIPE_SECRET_KEY=${KEYS.STRIPE_SECRET_KEY}
`;
const EMPTIED = `# The site's own settings
PORT=3000   # where it listens
DEBUG=true

export GITHUB_TOKEN= # the bot's
STRIPE_SECRET_KEY = \nNEXT_PUBLIC_KEY=pk_live_51H8fJ2kLmN0pQrStUvWxYz
SIGNING_KEY=
SHORT_PASSWORD=hunter2
STRIPE_SECRET_KEY=
`;

let made: MadeHome;

/** What an import that succeeds says. */
async function imported(args: readonly string[]): Promise<Answer> {
  const ended = await made.attempt(args);
  expect(ended).toMatchObject({ exit: 0 });
  return ended;
}
const fileOf = (name: string) => join(made.home, name);
const noValueIn = (text: string) => {
  for (const value of Object.values(KEYS)) for (const line of value.split('\n')) expect(text).not.toContain(line);
};

beforeAll(async () => {
  made = await makeHome();
});

afterAll(() => made?.remove());

describe('outloop import env', () => {
  test('a dry run names each key, what it is and where it would go, shows no value and changes nothing', async () => {
    writeFileSync(fileOf('.env'), TEXT, { mode: 0o600 });
    const before = readFileSync(join(made.state, 'tenants/acme.yaml'), 'utf8');
    const ended = await made.outloop(['import', 'env', '.env', '--tenant', 'acme', '--dry-run', '--replace']);
    expect(ended.exit).toBe(0);
    noValueIn(ended.stdout + ended.stderr);
    expect(ended.stdout.replace(/ {2,}/g, '  ').split('\n')).toEqual([
      'KEY  LINE  WHAT  GOES TO',
      'PORT  2  a number  stays',
      'DEBUG  3  a switch  stays',
      'GITHUB_TOKEN  5  GitHub token (github)  acme/github-token in embedded',
      'STRIPE_SECRET_KEY  12  Stripe secret key (stripe)  acme/stripe-secret-key in embedded',
      'NEXT_PUBLIC_KEY  7  Stripe publishable key, which is public  stays',
      'SIGNING_KEY  8  private key  acme/signing-key in embedded',
      'SHORT_PASSWORD  11  a secret by its name, and it is shorter than 8 bytes: --only SHORT_PASSWORD imports it  stays',
      'grant github-read: permit github.*, effect read, bind token=github-token',
      'grant stripe-read: permit stripe.*, effect read, bind key=stripe-secret-key',
      '',
    ]);
    expect(ended.stderr).toContain('STRIPE_SECRET_KEY stands there more than once');
    expect(readFileSync(fileOf('.env'), 'utf8')).toBe(TEXT);
    expect(readFileSync(join(made.state, 'tenants/acme.yaml'), 'utf8')).toBe(before);
    const json = await made.attempt(['import', 'env', '.env', '--tenant', 'acme', '--dry-run', '--json']);
    noValueIn(json.stdout);
    expect(JSON.parse(json.stdout)).toMatchObject({ done: false, tenant: 'acme', grants: [{ id: 'github-read' }, { id: 'stripe-read' }] });
  });

  test('without a terminal it shows the plan and needs --yes; an agent gets neither', async () => {
    const asked = await made.outloop(['import', 'env', '.env', '--tenant', 'acme']);
    expect(asked.exit).toBe(2);
    expect(asked.stdout).toContain('GITHUB_TOKEN');
    const agent = await made.outloop(['import', 'env', '.env', '--tenant', 'acme', '--yes'], { env: { CLAUDECODE: '1' } });
    expect(agent.exit).toBe(1);
    expect(agent.stdout).toBe('');
    expect((await made.setUp(['secret', 'list'])).stdout).toBe('');
  });

  test('in a linked folder its tenant is meant; elsewhere the tenant must be said', async () => {
    writeFileSync(join(made.folder, '.env'), 'API_KEY=abcdef0123456789\n', { mode: 0o600 });
    expect((await made.attempt(['import', 'env', '.env', '--dry-run'], { cwd: made.folder })).stdout).toContain('acme/api-key');
    expect((await made.attempt(['import', 'env', '.env', '--dry-run'])).exit).toBe(2);
    expect((await made.attempt(['import', 'env', '.env', '--tenant', 'nobody', '--dry-run'])).exit).toBe(1);
  });

  test('imports, replaces byte for byte but for the values, and keeps a backup when asked', async () => {
    if (otherGroup !== undefined) chownSync(fileOf('.env'), -1, otherGroup);
    chmodSync(fileOf('.env'), 0o640);
    const { gid } = statSync(fileOf('.env'));
    const ended = await made.outloop(['import', 'env', '.env', '--tenant', 'acme', '--replace', '--backup', '--yes']);
    expect(ended).toMatchObject({ exit: 0 });
    noValueIn(ended.stdout + ended.stderr);
    expect(readFileSync(fileOf('.env'), 'utf8')).toBe(EMPTIED);
    expect(statSync(fileOf('.env'))).toMatchObject({ gid, mode: 0o100640 });
    expect(readFileSync(fileOf('.env.outloop-backup'), 'utf8')).toBe(TEXT);
    expect(statSync(fileOf('.env.outloop-backup')).mode & 0o777).toBe(0o600);
    for (const name of ['github-token', 'stripe-secret-key', 'signing-key']) await made.setUp(['secret', 'check', `acme/${name}`]);
    expect(() => execFileSync('grep', ['-rqF', KEYS.GITHUB_TOKEN, made.state])).toThrow();
    const grants = JSON.parse((await made.setUp(['grant', 'list', 'acme', '--json'])).stdout);
    expect(JSON.stringify(grants)).toContain('github-read');
  });

  test('done again, it says that nothing is left to import, and nothing of a file that would be replaced', async () => {
    const ended = await made.attempt(['import', 'env', '.env', '--tenant', 'acme', '--replace', '--backup', '--yes']);
    expect(ended).toMatchObject({ exit: 1, stderr: expect.stringContaining('.env holds no key to import') });
    expect(ended.stderr).not.toMatch(/will be replaced|is there already/);
  });

  test('what it made is what a run uses', async () => {
    await made.setUp(['service', 'add', 'github', '--yes']);
    expect(await made.run('github.repos.get', 'owner=acme', 'repo=site', '--dry-run')).toMatchObject({ exit: 0 });
    expect(await made.run('github.issues.create', 'owner=acme', 'repo=site', 'title=x', '--dry-run')).toMatchObject({ exit: 105 });
  });

  test('a slot that is bound already keeps its grant', async () => {
    writeFileSync(fileOf('second.env'), `GH_TOKEN=${KEYS.GITHUB_TOKEN}x\n`, { mode: 0o600 });
    const { stdout, stderr } = await imported(['import', 'env', 'second.env', '--tenant', 'acme', '--dry-run']);
    expect(stdout).not.toContain('grant ');
    expect(stderr).toContain('grant github-read binds github’s slot token to github-token already');
  });

  test('--only, --skip and --name choose; --no-grants makes none', async () => {
    writeFileSync(fileOf('third.env'), 'ONE_TOKEN=abcdef0123456789\nTWO_TOKEN=0123456789abcdef\nODD=9f86d081884c7d659a2feaa0c55ad015\n', {
      mode: 0o600,
    });
    const plan = async (...args: string[]) => {
      const { stdout } = await imported(['import', 'env', 'third.env', '--tenant', 'acme', '--dry-run', '--json', ...args]);
      const { keys } = JSON.parse(stdout) as { keys: { key: string; credential: { name: string } | null }[] };
      return keys.flatMap(({ credential }) => (credential === null ? [] : [credential.name]));
    };
    expect(await plan()).toEqual(['one-token', 'two-token']);
    expect(await plan('--skip', 'ONE_TOKEN')).toEqual(['two-token']);
    expect(await plan('--only', 'ODD')).toEqual(['odd']);
    expect(await plan('--name', 'ONE_TOKEN=first', '--no-grants')).toEqual(['first', 'two-token']);
    const misspelt = await made.attempt(['import', 'env', 'third.env', '--tenant', 'acme', '--only', 'ONE_TOKN', '--dry-run']);
    expect(misspelt).toMatchObject({ exit: 1 });
    expect(misspelt.stderr).toContain('did you mean ONE_TOKEN?');
    expect((await made.attempt(['import', 'env', 'third.env', '--tenant', 'acme', '--name', 'X', '--dry-run'])).exit).toBe(2);
    expect(
      (await made.attempt(['import', 'env', 'third.env', '--tenant', 'acme', '--name', 'ONE_TOKEN=two-token', '--dry-run'])).exit,
    ).toBe(1);
  });

  test.each([
    ['a symbolic link', (path: string) => symlinkSync(fileOf('.env'), path), 'is a symbolic link'],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path]), 'is not a regular file'],
    ['a folder', (path: string) => mkdirSync(path), 'is not a regular file'],
    ['a binary file', (path: string) => writeFileSync(path, Buffer.from([65, 61, 0, 66])), 'is not text'],
    ['a file that is not UTF-8', (path: string) => writeFileSync(path, Buffer.from([65, 61, 0xff, 66])), 'is not text'],
    ['a huge file', (path: string) => writeFileSync(path, 'A=b\n'.repeat(300_000)), 'is larger than'],
    ['an empty file', (path: string) => writeFileSync(path, ''), 'has no KEY=value'],
    ['no file', () => undefined, 'is not there'],
    ['a file that cannot be told apart', (path: string) => writeFileSync(path, 'A:\nB=abcdefgh01\n'), 'cannot be told apart'],
  ])('%s is refused', async (name, make, why) => {
    const path = `${name.replaceAll(' ', '-')}.env`;
    make(fileOf(path));
    const ended = await made.attempt(['import', 'env', path, '--tenant', 'acme', '--yes']);
    expect(ended.exit).toBe(1);
    expect(ended.stderr).toContain(why);
  });

  test('a second name of the file would keep the values, and a backup is never overwritten', async () => {
    writeFileSync(fileOf('fourth.env'), 'FOUR_TOKEN=abcdef0123456789\n', { mode: 0o600 });
    linkSync(fileOf('fourth.env'), fileOf('fourth-too.env'));
    expect((await made.attempt(['import', 'env', 'fourth.env', '--tenant', 'acme', '--replace', '--yes'])).stderr).toContain(
      'another name',
    );
    writeFileSync(fileOf('fifth.env'), 'FIVE_TOKEN=abcdef0123456789\n', { mode: 0o600 });
    writeFileSync(fileOf('fifth.env.outloop-backup'), 'mine');
    const ended = await made.attempt(['import', 'env', 'fifth.env', '--tenant', 'acme', '--replace', '--backup', '--yes']);
    expect(ended.exit).toBe(1);
    expect(readFileSync(fileOf('fifth.env.outloop-backup'), 'utf8')).toBe('mine');
    expect(readFileSync(fileOf('fifth.env'), 'utf8')).toContain('abcdef');
    expect(existsSync(join(made.state, 'vault/acme/five-token.secret'))).toBe(false);
  });

  test('a value that another credential uses is neither replaced by an import or a new name, nor removed with one of the two', async () => {
    await made.setUp(['tenant', 'add', 'globex', '--yes']);
    await made.setUp(['secret', 'set', 'globex/prod', '--ref', 'globex/stripe-key', '--yes'], { input: 'the-value-in-production' });
    const stored = () => readFileSync(join(made.state, 'vault/globex/stripe-key.secret'));
    const before = stored();
    writeFileSync(fileOf('globex.env'), 'STRIPE_KEY=another-value-0123\n', { mode: 0o600 });
    const add = ['import', 'env', 'globex.env', '--tenant', 'globex', '--yes'];
    const refused = await made.outloop(add);
    expect(refused.exit).toBe(1);
    expect(refused.stderr).toContain('STRIPE_KEY would replace the value of credential globex/prod');
    const set = await made.outloop(['secret', 'set', 'globex/stripe-key', '--yes'], { input: 'another-value-0123' });
    expect(set.exit).toBe(1);
    expect(set.stderr).toContain('its value would replace that of globex/prod');
    expect(stored()).toEqual(before);
    await imported([...add, '--name', 'STRIPE_KEY=test-key']);

    const tenant = join(made.state, 'tenants/globex.yaml');
    writeFileSync(
      tenant,
      readFileSync(tenant, 'utf8').replace('credentials:', '$&\n  twin: { backend: embedded, ref: globex/stripe-key }'),
    );
    const removed = await made.outloop(['secret', 'remove', 'globex/twin', '--yes']);
    expect(removed).toMatchObject({ exit: 0 });
    expect(removed.stderr).toContain('its value stays, since globex/prod uses it');
    await made.setUp(['secret', 'check', 'globex/prod']);
    await made.setUp(['secret', 'remove', 'globex/prod', '--yes']);
    expect(existsSync(join(made.state, 'vault/globex/stripe-key.secret'))).toBe(false);
  });

  test.skipIf(!canDelay)('what an editor saves while the new file is being written is not overwritten', async () => {
    writeFileSync(fileOf('edited.env'), 'EDITED_TOKEN=abcdef0123456789\n', { mode: 0o600 });
    const temporary = () => readdirSync(made.home).filter((name) => name.startsWith('.edited.env.'));
    const strace = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync', '-e', 'inject=fsync:delay_enter=300000'];
    const command = [OUTLOOP, 'import', 'env', 'edited.env', '--tenant', 'acme', '--replace', '--yes'];
    const child = spawn('strace', [...strace, ...command], {
      cwd: made.home,
      env: { PATH: process.env['PATH'], OUTLOOP_HOME: made.state },
    });
    const ended = waitFor(child);
    const saving = setInterval(() => {
      if (temporary().length === 0) return;
      clearInterval(saving);
      appendFileSync(fileOf('edited.env'), 'NEW=line\n');
    }, 2);
    const { exit, stderr } = await ended;
    clearInterval(saving);
    expect(readFileSync(fileOf('edited.env'), 'utf8')).toBe('EDITED_TOKEN=abcdef0123456789\nNEW=line\n');
    expect(stderr).toContain('was changed in the meantime');
    expect({ exit, temporary: temporary() }).toEqual({ exit: 1, temporary: [] });
  });

  test('an earlier line of a key that has another value keeps it, and is named', async () => {
    const text = 'LATE_TOKEN=first-value-0123\nLATE_TOKEN=second-value-456\nLATE_TOKEN="second-value-456"\n';
    writeFileSync(fileOf('twice.env'), text, { mode: 0o600 });
    const ended = await made.outloop(['import', 'env', 'twice.env', '--tenant', 'acme', '--replace', '--yes']);
    expect(ended).toMatchObject({ exit: 0 });
    expect(ended.stderr).toContain('an earlier value that differs is not imported, and stays: LATE_TOKEN on line 1');
    expect(readFileSync(fileOf('twice.env'), 'utf8')).toBe('LATE_TOKEN=first-value-0123\nLATE_TOKEN=\nLATE_TOKEN=\n');
  });

  test('where the tenant’s file cannot be written, an import and a set take back what they put', async () => {
    await made.setUp(['tenant', 'add', 'initech', '--yes']);
    const tenant = join(made.state, 'tenants/initech.yaml');
    appendFileSync(tenant, `# ${'x'.repeat(300_000)}\n`);
    const before = readFileSync(tenant, 'utf8');
    writeFileSync(fileOf('late.env'), 'LATE_TOKEN=abcdef0123456789\n', { mode: 0o600 });
    // No file may grow longer than the tenant's is: 128 blocks of 512 or 1024 bytes.
    const attempt = async (args: readonly string[], input = '') => {
      const child = spawn('sh', ['-c', 'ulimit -f 128; exec "$@"', 'sh', OUTLOOP, ...args], {
        cwd: made.home,
        env: { PATH: process.env['PATH'], OUTLOOP_HOME: made.state },
      });
      child.stdin.end(input);
      return waitFor(child);
    };
    for (const ended of [
      await attempt(['import', 'env', 'late.env', '--tenant', 'initech', '--replace', '--yes']),
      await attempt(['secret', 'set', 'initech/late-token', '--yes'], 'abcdef0123456789'),
    ]) {
      expect(ended.exit).toBe(1);
      expect(ended.stderr).toContain('tenants/initech.yaml cannot be written (EFBIG)');
      expect(ended.stderr).toContain('what had been put was taken back');
      expect(existsSync(join(made.state, 'vault/initech/late-token.secret'))).toBe(false);
    }
    expect(readFileSync(tenant, 'utf8')).toBe(before);
    expect(readFileSync(fileOf('late.env'), 'utf8')).toContain('abcdef');
  });

  test('what a command left that was killed while it made the backup goes with the values', async () => {
    const text = 'STRIPE_KEY=sk_live_2xYTvR8wKq3LmZ7n\n';
    writeFileSync(fileOf('killed.env'), text);
    const gone = spawnSync('/bin/true').pid;
    const left = ['', '.outloop-backup'].map((end) => fileOf(`.killed.env${end}.${gone}-0.tmp`));
    const others = [`.killed.env.outloop-backup.${process.pid}-0.tmp`, `.other.env.outloop-backup.${gone}-0.tmp`].map(fileOf);
    for (const path of [...left, ...others]) writeFileSync(path, text, { mode: 0o600 });
    await made.outloop(['import', 'env', 'killed.env', '--tenant', 'acme', '--replace', '--backup', '--yes']);
    expect(left.filter((path) => existsSync(path))).toEqual([]);
    expect(others.every((path) => existsSync(path))).toBe(true);
  });

  test('a command that was killed before it replaced the file can be repeated: its backup is that very file', async () => {
    const text = 'AGAIN_TOKEN=abcdef0123456789\n';
    writeFileSync(fileOf('again.env'), text, { mode: 0o600 });
    await imported(['import', 'env', 'again.env', '--tenant', 'acme', '--yes']);
    writeFileSync(fileOf('again.env.outloop-backup'), text, { mode: 0o644 });
    const replace = ['import', 'env', 'again.env', '--tenant', 'acme', '--replace', '--backup', '--yes'];
    expect((await made.attempt(replace)).stderr).toContain('again.env.outloop-backup is there already');
    chmodSync(fileOf('again.env.outloop-backup'), 0o600);
    expect(await made.outloop(replace)).toMatchObject({ exit: 0 });
    expect(readFileSync(fileOf('again.env.outloop-backup'), 'utf8')).toBe(text);
    expect(readFileSync(fileOf('again.env'), 'utf8')).toBe('AGAIN_TOKEN=\n');
  });

  test('a backend that is not there, or takes nothing, is refused before anything is done', async () => {
    const ended = await made.attempt(['import', 'env', 'fifth.env', '--tenant', 'acme', '--backend', 'nowhere', '--yes']);
    expect(ended.exit).toBe(1);
    expect(ended.stderr).toContain('there is no backend nowhere');
  });

  test('the log is whole', async () => {
    expect((await made.attempt(['audit', 'verify'])).exit).toBe(0);
  });
});
