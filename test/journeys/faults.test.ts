import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE, type DenialCode } from '../../src/denial/catalogue.js';
import { LAST_BEFORE_BACKEND } from '../../src/denial/exits.js';
import { KEY, makeDemo } from '../helpers/demo.js';
import { OUTLOOP, waitFor, type Ended, type Home } from '../helpers/outloop.js';

/** A program that makes system calls on a file fail. */
const canInject = spawnSync('strace', ['-qq', '-o', '/dev/null', '-e', 'trace=openat', 'true']).status === 0;

const LOOK = 'fstat,statx,newfstatat';
/** What fails on which path of the state, and what a run says of it. */
const FAULTS: readonly (readonly [file: string, calls: string, error: string, code: DenialCode | 'OK'])[] = [
  ['', LOOK, 'EIO', 'CONFIG_INVALID'],
  ['state.json', LOOK, 'EIO', 'CONFIG_INVALID'],
  ['audit/key', 'read,pread64', 'EIO', 'CONFIG_INVALID'],
  ['links.json', LOOK, 'EIO', 'CONFIG_INVALID'],
  ['services', 'getdents64', 'EIO', 'CONFIG_INVALID'],
  ['services/demo.yaml', 'read,pread64', 'EIO', 'CONFIG_INVALID'],
  ['tenants', 'openat', 'EMFILE', 'CONFIG_INVALID'],
  ['tenants/acme.yaml', 'openat', 'EACCES', 'CONFIG_INVALID'],
  ['tools.json', LOOK, 'EIO', 'CONFIG_INVALID'],
  ['compiled/tenants.json', 'openat', 'EIO', 'OK'],
  ['compiled/services/demo.yaml.json', 'read,pread64', 'EIO', 'OK'],
  ['audit', 'getdents64', 'EIO', 'AUDIT_UNAVAILABLE'],
  ['audit/head.json.tmp', 'rename', 'EIO', 'AUDIT_UNAVAILABLE'],
  ['audit/MONTH.jsonl', 'fsync', 'EIO', 'AUDIT_UNAVAILABLE'],
  ['audit/MONTH.jsonl', 'write,pwrite64', 'ENOSPC', 'AUDIT_UNAVAILABLE'],
  ['vault/store.json', LOOK, 'EIO', 'SECRET_UNUSABLE'],
  ['vault/acme/bot.secret', 'read,pread64', 'EIO', 'SECRET_UNUSABLE'],
];

type Fault = { readonly file: string; readonly calls: string; readonly error: string };

/** Runs `outloop …` in the folder `acme` while these calls fail on that path of the state. */
async function runWith(home: Home, { file, calls, error }: Fault, args: readonly string[], input = ''): Promise<Ended> {
  const trace = home.path(`trace ${args[0]} ${file.replaceAll('/', '-')} ${calls} ${error}`);
  const inject = ['-P', join(home.state, file), '-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}`];
  const child = spawn('strace', ['-f', '-qq', '-o', trace, ...inject, OUTLOOP, ...args], {
    cwd: home.path('acme'),
    env: { PATH: process.env['PATH'], OUTLOOP_HOME: home.state },
  });
  child.stdin.end(input);
  const ended = await waitFor(child);
  expect(readFileSync(trace, 'latin1'), ended.stderr).toContain('INJECTED');
  return ended;
}

describe.skipIf(!canInject)(`a file system that fails${canInject ? '' : ' (skipped without strace)'}`, () => {
  let home: Home;
  beforeAll(async () => {
    home = await makeDemo({
      permit: '[demo.use]',
      aliases: `  demo.ask: { title: Ask, effect: read, params: { verb: { type: string } }, command: { argv: [TOOL, '{verb}'] } }\n`,
      grants: `  - { id: asked, permit: [demo.ask], approve: always-ask }\n`,
    });
    await home.run('demo.use', 'verb=none');
  });
  afterAll(() => home.remove());

  test.concurrent.each(FAULTS)('on %s in %s with %s is %s', async (file, calls, error, code) => {
    const copy = home.copy();
    const month = readdirSync(join(copy.state, 'audit')).find((name) => name.endsWith('.jsonl')) ?? '';
    const fault = { file: file.replace('MONTH.jsonl', month), calls, error };
    const { exit, stdout, stderr } = await runWith(copy, fault, ['run', 'demo.use', 'verb=print', '--json']);
    const record = JSON.parse(stdout);
    expect({ code: record.code, exit }).toEqual({ code, exit: code === 'OK' ? 0 : CATALOGUE[code].exit });
    if (exit !== null && exit > 0 && exit <= LAST_BEFORE_BACKEND) expect(record.backend_called).toBe(false);
    expect(stderr).toMatch(code === 'OK' ? /^$/ : new RegExp(`^outloop: denied ${code} \\(${exit}\\) run=\\w{26}: .+\\n$`));
    expect(stdout + stderr).not.toContain(KEY);
  });

  test('an answer whose request cannot be taken away is given, and the request does not wait any more', async () => {
    const copy = home.copy();
    const { stderr } = await copy.run('demo.ask', 'verb=none');
    const [, id] = /request (req_\w+)/.exec(stderr) ?? [];
    const [waiting] = readdirSync(join(copy.state, 'requests/acme'));
    const fault = { file: `requests/acme/${waiting}`, calls: 'unlink', error: 'EIO' };
    const rejected = await runWith(copy, fault, ['requests', 'reject', String(id), '--yes']);
    expect(rejected).toMatchObject({ exit: 0, stderr: expect.stringContaining(`rejected ${id}`) });
    expect((await copy.record('demo.ask', 'verb=none')).code).toBe('APPROVAL_REJECTED');
    expect(await copy.setUp(['requests', 'list'])).not.toContain('waiting');
  });

  test.each([
    ['service remove stripe', 'services'],
    ['secret remove acme/spare', 'vault/acme'],
  ])('%s tells no success where a power cut could bring it back', async (line, file) => {
    const copy = home.copy();
    await copy.setUp(['service', 'add', 'stripe', '--yes']);
    await copy.setUp(['secret', 'set', 'acme/spare', '--yes'], { input: KEY });
    const { exit, stderr } = await runWith(copy, { file, calls: 'fsync', error: 'EIO' }, [...line.split(' '), '--yes']);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/^outloop: .+\(EIO\)\. .+\n$/);
  });

  test.each([
    ['grant add acme --permit demo.ask', '', 'tenants', 'tenants/acme.yaml'],
    ['secret set acme/bot', 'another-value-of-the-credential', 'vault/acme', 'vault/acme/bot.secret'],
    ['unlink', '', '', 'links.json'],
  ])('%s changes nothing in a directory that cannot be flushed', async (line, input, directory, file) => {
    const copy = home.copy();
    const read = () => readFileSync(join(copy.state, file), 'latin1');
    const before = read();
    const fault = { file: directory, calls: 'fsync', error: 'EIO' };
    const { exit, stderr } = await runWith(copy, fault, [...line.split(' '), '--yes'], input);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/^outloop: .+\(EIO\).*\n$/);
    expect(read()).toBe(before);
    expect(readdirSync(join(copy.state, directory)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('an old key of the vault that cannot be removed is told of, and goes with the next change', async () => {
    const copy = home.copy();
    const keys = () => readdirSync(join(copy.state, 'vault')).filter((name) => name.startsWith('key.'));
    const [old] = keys();
    const fault = { file: `vault/${old}`, calls: 'unlink', error: 'EIO' };
    const { exit, stderr } = await runWith(copy, fault, ['secret', 'rotate-key', '--yes']);
    expect({ exit, left: keys().length }).toEqual({ exit: 0, left: 2 });
    expect(stderr).toContain('warning: the old key could not be removed');
    await copy.setUp(['secret', 'rotate-key', '--yes']);
    expect(keys()).toHaveLength(1);
  });
});
