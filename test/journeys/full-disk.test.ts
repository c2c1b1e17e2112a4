import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY, makeDemo } from '../helpers/demo.js';
import { waitFor, waitForText, type Home } from '../helpers/outloop.js';

/** A disk of a mebibyte, which only root can make. */
function mount(folder: string): boolean {
  mkdirSync(folder, { mode: 0o700 });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', folder]).status === 0;
}

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

describe.skipIf(!canMount)(`a full disk${canMount ? '' : ' (skipped where none can be mounted)'}`, () => {
  let home: Home;
  let disk: string;
  let state: string;
  const filler = () => join(disk, 'filler');
  const inAcme = () => ({ cwd: home.path('acme'), env: { OUTLOOP_HOME: state, OUTLOOP_PRINCIPAL: 'agent:test' } });
  const outloop = (args: readonly string[], input = '') =>
    home.outloop(args, { cwd: home.path('acme'), env: { OUTLOOP_HOME: state }, input });

  beforeAll(async () => {
    home = await makeDemo({
      permit: '[demo.use, demo.keep]',
      aliases: `  demo.ask: { title: Ask, effect: read, params: { verb: { type: string } }, command: { argv: [TOOL, '{verb}'] } }\n`,
      grants: `  - { id: asked, permit: [demo.ask], approve: always-ask }\n  - { id: rated, permit: [demo.use], bind: { token: bot }, limits: { rate: 10000/hour } }\n`,
    });
    await home.run('demo.use', 'verb=none');
    disk = home.path('disk');
    if (!mount(disk)) throw new Error('the disk cannot be mounted');
    state = join(disk, 'state');
    cpSync(home.state, state, { recursive: true, preserveTimestamps: true });
  });
  afterAll(() => {
    spawnSync('umount', ['-l', disk]);
    home.remove();
  });

  /** Writes until nothing more fits. */
  function fill(): void {
    const file = openSync(filler(), 'a');
    try {
      for (const size of [4096, 64, 1]) {
        try {
          for (;;) writeSync(file, Buffer.alloc(size));
        } catch {
          // No room for this much.
        }
      }
    } finally {
      closeSync(file);
    }
  }
  const free = () => rmSync(filler(), { force: true });
  /** Every file but those that a run writes by itself, with what is in it. */
  const survey = (folder = state): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => !/^(?:audit|compiled|limits)\//.test(name) && statSync(join(folder, name)).isFile())
        .map((name) => [name, readFileSync(join(folder, name), 'latin1')]),
    );

  test.each([
    ['demo.keep', 'AUDIT_UNAVAILABLE', 112],
    // The limit file is written before the log.
    ['demo.use', 'AUDIT_UNAVAILABLE', 112],
  ])('denies a run of %s, which asks no backend, and the log goes on when there is room again', async (alias, code, exit) => {
    fill();
    const ended = await home.outloop(['run', alias, 'verb=print', '--json'], inAcme());
    free();
    expect({ ...JSON.parse(ended.stdout), exit: ended.exit }).toMatchObject({ exit, code, backend_called: false });
    expect(ended.stderr).toMatch(new RegExp(`^outloop: denied ${code} \\(${exit}\\) .+\\(ENOSPC\\)\\. .+\\n$`));
    await home.setUp(['audit', 'verify'], { env: { OUTLOOP_HOME: state } });
    expect((await home.outloop(['run', alias, 'verb=none'], inAcme())).exit).toBe(0);
  });

  test.each([
    ['demo.keep', 0],
    ['demo.use', 0],
    ['demo.ask', 107],
  ])('is what a rehearsal of %s and explain say as the run does, and they leave nothing there', async (alias, exit) => {
    const rehearse = () => home.outloop(['run', alias, 'verb=none', '--dry-run'], inAcme());
    const before = survey();
    const log = readdirSync(join(state, 'audit')).sort();
    fill();
    const ended = await rehearse();
    const explained = await home.outloop(['explain', alias, 'verb=none', '--json'], inAcme());
    free();
    expect(ended.stderr).toMatch(/^outloop: denied AUDIT_UNAVAILABLE \(112\) .+\(ENOSPC\)\. .+\n$/);
    expect(explained.stdout).toContain('"AUDIT_UNAVAILABLE"');
    expect((await rehearse()).exit).toBe(exit);
    expect(survey()).toEqual(before);
    expect(readdirSync(join(state, 'audit')).sort()).toEqual(log);
  });

  test('is what doctor finds, and its own file is gone then', async () => {
    fill();
    const { exit, stdout } = await outloop(['doctor']);
    free();
    expect(exit).toBe(1);
    expect(stdout).toContain(`✗  audit     nothing can be written to ${join(state, 'audit')}: the disk is full (ENOSPC)`);
    expect((await outloop(['doctor'])).exit).toBe(0);
    expect(readdirSync(join(state, 'audit')).filter((name) => name.includes('probe'))).toEqual([]);
  });

  test('that is read-only is what a run, a change and doctor say', async () => {
    const remount = (how: string) => expect(spawnSync('mount', ['-o', `remount,${how}`, disk]).status).toBe(0);
    remount('ro');
    const ended = await home.outloop(['run', 'demo.keep', 'verb=none'], inAcme());
    const added = await outloop(['tenant', 'add', 'globex', '--yes']);
    const doctor = await outloop(['doctor']);
    remount('rw');
    const lock = `${join(state, 'audit/lock')} cannot be opened (EROFS)`;
    expect(ended.stderr).toContain(`denied AUDIT_UNAVAILABLE (112)`);
    expect(ended.stderr).toContain(lock);
    expect(added.stderr).toContain(`the operator state cannot be changed: ${join(state, 'lock')} cannot be opened (EROFS)`);
    expect(doctor.stdout).toContain(`nothing can be written to ${join(state, 'audit')}: the disk is read-only (EROFS)`);
    expect(doctor.stdout).toContain(`the audit log cannot be locked: ${lock}`);
    expect(doctor.exit).toBe(1);
  });

  test('denies what needs an approval, which is neither asked for nor spent then', async () => {
    const ask = () => home.outloop(['run', 'demo.ask', 'verb=none'], inAcme());
    const denied = /^outloop: denied AUDIT_UNAVAILABLE \(112\) .+\(ENOSPC\)\. .+\n$/;
    fill();
    expect((await ask()).stderr).toMatch(denied);
    free();
    const [, request] = /request (req_\w+)/.exec((await ask()).stderr) ?? [];
    await home.setUp(['requests', 'approve', String(request), '--yes'], { env: { OUTLOOP_HOME: state }, terminal: true });
    fill();
    expect((await ask()).stderr).toMatch(denied);
    free();
    expect((await ask()).exit).toBe(0);
  });

  test('that fills up during a run is said, and the exit stays', async () => {
    const status = openSync(home.put('status', ''), 'w');
    const args = ['run', 'demo.use', 'verb=polite', 'value=TERM', '--status-fd', '3'];
    const child = home.start(args, { ...inAcme(), stdio: ['ignore', 'pipe', 'pipe', status] });
    closeSync(status);
    const ended = waitFor(child);
    await waitForText(child, 'ready');
    fill();
    child.kill('SIGTERM');
    const { exit } = await ended;
    free();
    const record = JSON.parse(readFileSync(home.path('status'), 'utf8'));
    expect({ ...record, exit }).toMatchObject({ exit: 7, code: 'CHILD_FAILED', audit_result: 'failed' });
    expect(await home.setUp(['audit', 'verify'], { env: { OUTLOOP_HOME: state } })).toContain(`unknown outcome: run ${record.run}`);
  });

  test.each([
    ['tenant add globex --yes', ''],
    ['tenant revoke acme --yes', ''],
    ['grant add acme --permit other.use --yes', ''],
    ['secret set acme/bot --yes', 'another-value-of-the-credential'],
    ['secret rotate-key --yes', ''],
    ['service add stripe --yes', ''],
    ['service vet demo --yes', ''],
    ['unlink --yes', ''],
  ])('leaves everything as it was: %s', async (line, input) => {
    const before = survey();
    fill();
    const { exit, stderr } = await outloop(line.split(' '), input);
    free();
    expect(exit).toBe(1);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.filter((text) => !text.startsWith('outloop: '))).toEqual([]);
    expect(lines.at(-1)).toContain('ENOSPC');
    expect(survey()).toEqual(before);
    expect((await home.outloop(['run', 'demo.use', 'verb=print'], inAcme())).stdout).toBe('[redacted:bot]\n[redacted:bot]\n');
  });

  test('for the child’s own files is ISOLATION_UNAVAILABLE, before any credential is fetched', async () => {
    fill();
    const how = { ...inAcme(), env: { ...inAcme().env, OUTLOOP_HOME: home.state, TMPDIR: disk } };
    const { exit, stderr } = await home.outloop(['run', 'demo.use', 'verb=print'], how);
    free();
    expect(exit).toBe(110);
    expect(stderr).toMatch(/^outloop: denied ISOLATION_UNAVAILABLE \(110\) .+\n$/);
    expect(stderr).not.toContain(KEY);
    const left = readdirSync(disk).filter((name) => name.startsWith('outloop-'));
    expect(left.flatMap((name) => readdirSync(join(disk, name)))).toEqual([]);
  });
});
