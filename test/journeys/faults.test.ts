import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE, type DenialCode } from '../../src/denial/catalogue.js';
import { LAST_BEFORE_BACKEND } from '../../src/denial/exits.js';
import { KEY, makeDemo } from '../helpers/demo.js';
import { OUTLOOP, waitFor, type Home } from '../helpers/outloop.js';

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

describe.skipIf(!canInject)(`a file system that fails${canInject ? '' : ' (skipped without strace)'}`, () => {
  let home: Home;
  beforeAll(async () => {
    home = await makeDemo();
    await home.run('demo.use', 'verb=none');
  });
  afterAll(() => home.remove());

  test.concurrent.each(FAULTS)('on %s in %s with %s is %s', async (file, calls, error, code) => {
    const copy = home.copy();
    const month = readdirSync(join(copy.state, 'audit')).find((name) => name.endsWith('.jsonl')) ?? '';
    const path = join(copy.state, file.replace('MONTH.jsonl', month));
    const trace = home.path(`trace ${file.replaceAll('/', '-')} ${calls} ${error}`);
    const strace = ['-f', '-qq', '-o', trace, '-P', path, '-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}`];
    const child = spawn('strace', [...strace, OUTLOOP, 'run', 'demo.use', 'verb=print', '--json'], {
      cwd: home.path('acme'),
      env: { PATH: process.env['PATH'], OUTLOOP_HOME: copy.state },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { exit, stdout, stderr } = await waitFor(child);
    expect(readFileSync(trace, 'latin1')).toContain('INJECTED');
    const record = JSON.parse(stdout);
    expect({ code: record.code, exit }).toEqual({ code, exit: code === 'OK' ? 0 : CATALOGUE[code].exit });
    if (exit !== null && exit > 0 && exit <= LAST_BEFORE_BACKEND) expect(record.backend_called).toBe(false);
    expect(stderr).toMatch(code === 'OK' ? /^$/ : new RegExp(`^outloop: denied ${code} \\(${exit}\\) run=\\w{26}: .+\\n$`));
    expect(stdout + stderr).not.toContain(KEY);
  });
});
