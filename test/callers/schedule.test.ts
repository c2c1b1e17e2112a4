import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { fire as fireDue, findSchedule, refuseFiring } from '../../src/broker/fire.js';
import type { BackendAnswer } from '../../src/credential/backend.js';
import { MemoryBackend } from '../../src/credential/memory/memory-backend.js';
import { gatherLink } from '../../src/link/gather-link.js';
import { callerIn, captureStreams } from '../broker/make-world.js';
import { worldOver } from '../broker/world-over.js';
import { OUTLOOP } from '../helpers/entry.js';
import { cronCommand, furnish, KEY, makeSandbox, type Ended, type Sandbox } from './sandbox.js';

// Each case starts outloop several times, and machines may be busy.
vi.setConfig({ testTimeout: 120_000 });

class WatchedBackend extends MemoryBackend {
  asked = 0;
  override get(): Promise<BackendAnswer> {
    this.asked += 1;
    return Promise.resolve({ kind: 'absent' });
  }
}

let box: Sandbox;
const MONTH = '2026 11 %"é';

beforeAll(async () => {
  box = makeSandbox();
  await furnish(box);
  await box.setUp(['tenant', 'add', 'globex', '--yes']);
  const words = ['schedule', 'add', 'nightly', '--when', '30 2 * * *', '--yes', 'demo.report.make', `month=${MONTH}`];
  const made = await box.outloop(words, { cwd: box.folder });
  if (made.exit !== 0) throw new Error(made.stderr);
}, 240_000);
afterAll(() => box.remove());
afterEach(() => rmSync(join(box.home, 'ran'), { force: true }));

const add = (name: string, rest: readonly string[], when = '30 2 * * *') =>
  box.attempt(['schedule', 'add', name, '--when', when, '--yes', ...rest], { cwd: box.folder });
const take = (name: string) => box.setUp(['schedule', 'remove', name, '--yes']);
/** As cron starts it: by sh, in a folder of no meaning, with an environment of nothing. */
const fire = (env: Record<string, string> = {}, name = 'nightly'): Promise<Ended> =>
  box.spawn('/bin/sh', ['-c', cronCommand(box.crontab(), name)], { cwd: '/', env });
/** The same firing within this process, with a backend that counts how often it is asked. */
const fireWithin = async () => {
  const backend = new WatchedBackend();
  const world = worldOver(box.state, backend);
  const token = /OUTLOOP_SCHEDULE='?([0-9a-f]+)/.exec(cronCommand(box.crontab(), 'nightly'))?.[1] ?? null;
  const due = findSchedule('nightly', { env: {}, execArgv: [] }, world);
  const capture = captureStreams();
  const link = gatherLink({ uid: world.uid, cwd: () => (existsSync(box.folder) ? box.folder : '') });
  const caller = { ...callerIn({ kind: 'none' }), link };
  const place = { token, caller, assertedTenants: [], streams: capture.streams };
  const { signal } = new AbortController();
  const { record } = due.kind === 'due' ? await fireDue(due, place, world, signal) : await refuseFiring(due, world, signal);
  return { record, asked: backend.asked, printed: capture.stdout() + capture.stderr() };
};
const lineOf = async (name: string) => {
  const { stdout } = await box.setUp(['schedule', 'list', '--json']);
  return (JSON.parse(stdout) as Record<string, unknown>[]).find((line) => line['name'] === name);
};
const names = () => readdirSync(join(box.state, 'schedules'));
const ran = () => (existsSync(join(box.home, 'ran')) ? readFileSync(join(box.home, 'ran'), 'utf8') : '');
const noted = () => readFileSync(join(box.state, 'firings/nightly.json'), 'utf8');

describe('a schedule', () => {
  test('is fired by what stands in the crontab, from an environment of nothing, as itself', async () => {
    const fired = await fire();
    expect(fired).toEqual({ exit: 0, stdout: `report for ${MONTH}, by key [redacted:bot]\n`, stderr: '' });
    expect(await lineOf('nightly')).toMatchObject({ condition: 'ok', installed: 'installed', last: { code: 'OK', exit: 0 } });
    const logs = JSON.parse((await box.setUp(['schedule', 'logs', 'nightly', '--json'])).stdout) as Record<string, unknown>[];
    expect(logs.map(({ type, principal }) => [type, principal])).toEqual([
      ['result', 'schedule:nightly'],
      ['intent', 'schedule:nightly'],
    ]);
  });

  test('is itself whatever markers its scheduler’s environment holds', async () => {
    for (const env of [{ CLAUDECODE: '1' }, { CI: 'true' }, { OUTLOOP_PRINCIPAL: 'agent:claude' }]) expect((await fire(env)).exit).toBe(0);
    expect(ran()).toBe(`${MONTH}\n`.repeat(3));
  });

  test('whose scheduler’s environment changes the runtime is RUNTIME_TAMPERED, and that is noted', async () => {
    expect((await fire({ NODE_OPTIONS: '--no-warnings' })).exit).toBe(110);
    expect(JSON.parse(noted())).toMatchObject({ code: 'RUNTIME_TAMPERED', exit: 110 });
  });

  test.each([
    ['a claim with an agent’s marker', ['run', 'demo.report.make', 'month=1', '--as', 'schedule:nightly'], { CLAUDECODE: '1' }],
    ['the same by the environment', ['run', 'demo.report.make', 'month=1'], { CLAUDECODE: '1', OUTLOOP_PRINCIPAL: 'schedule:nightly' }],
    ['an agent that fires it', ['schedule', 'run', 'nightly'], { CLAUDECODE: '1' }],
    ['one that says so', ['schedule', 'run', 'nightly'], { OUTLOOP_PRINCIPAL: 'agent:claude' }],
    ['one that says so and shows a token', ['schedule', 'run', 'nightly'], { OUTLOOP_PRINCIPAL: 'agent:claude', OUTLOOP_SCHEDULE: 'x' }],
    ['a token that is made up', ['schedule', 'run', 'nightly'], { OUTLOOP_SCHEDULE: '0'.repeat(32) }],
    ['a token of another length', ['schedule', 'run', 'nightly'], { OUTLOOP_SCHEDULE: 'x' }],
    ['an agent that shows one', ['schedule', 'run', 'nightly'], { OUTLOOP_SCHEDULE: 'x', CLAUDECODE: '1' }],
    ['a person', ['run', 'demo.report.make', 'month=1', '--as', 'human:ann'], {}],
  ])('an alias that is permitted to schedules alone is not for %s', async (_, args, env) => {
    const before = noted();
    const ended = await box.outloop([...args, '--json'], { cwd: box.folder, env });
    expect(JSON.parse(ended.stdout)).toMatchObject({ code: 'ALIAS_NOT_ALLOWED', exit: 105, backend_called: false });
    expect(ran()).toBe('');
    expect(noted()).toBe(before);
  });

  test('is fired by its token in a session of its client as well, and by nothing else there', async () => {
    const inSession = (tenant: string, line: string) =>
      box.outloop(['session', 'start', '--tenant', tenant, '--yes', '--', '/bin/sh', '-c', line], { cwd: box.folder });
    const line = cronCommand(box.crontab(), 'nightly');
    expect(await inSession('acme', line)).toMatchObject({ exit: 0, stdout: expect.stringContaining('report for') });
    expect(await inSession('globex', line)).toMatchObject({ exit: 104, stderr: expect.stringContaining('TENANT_MISMATCH') });
    const bare = await inSession('acme', `'${OUTLOOP}' schedule run nightly`);
    expect(bare).toMatchObject({ exit: 105, stderr: expect.stringContaining('may not start schedule nightly') });
    expect(ran()).toBe(`${MONTH}\n`);
  });

  test('may be fired by a person, who needs no token, and rehearsed', async () => {
    expect((await box.outloop(['schedule', 'run', 'nightly'], { cwd: '/' })).exit).toBe(0);
    const rehearsed = await box.outloop(['schedule', 'run', 'nightly', '--dry-run', '--json'], { cwd: '/' });
    expect(JSON.parse(rehearsed.stdout)).toMatchObject({ code: 'OK', principal: 'schedule:nightly', backend_called: false });
    expect(ran()).toBe(`${MONTH}\n`);
  });

  test('started with a claim that is none is USAGE, which is not how it ended last', async () => {
    const before = noted();
    const ended = await box.outloop(['schedule', 'run', 'nightly'], { cwd: '/', env: { OUTLOOP_PRINCIPAL: 'nobody' } });
    expect(ended).toMatchObject({ exit: 102, stderr: expect.stringContaining('a principal is written kind:name') });
    expect([ran(), noted()]).toEqual(['', before]);
  });

  test.each([
    ['no such schedule', ['schedule', 'run', 'weekly'], 'there is no schedule weekly'],
    ['no name', ['schedule', 'run'], 'the schedule’s name is missing'],
    ['another parameter', ['schedule', 'run', 'nightly', 'month=2'], 'a schedule runs as it was made'],
    ['another principal', ['schedule', 'run', 'nightly', '--as', 'human:ann'], 'a schedule runs as it was made'],
    ['extra arguments', ['schedule', 'run', 'nightly', '--', 'x'], 'a schedule runs as it was made'],
  ])('with %s is USAGE', async (_, args, reason) => {
    const ended = await box.outloop(args);
    expect(ended.exit).toBe(102);
    expect(ended.stderr).toContain(reason);
    expect(ended.stderr).toContain('(outloop help schedule run)');
  });
});

/** A change to what a schedule was made from; it gives what takes it back. */
type Change = () => Promise<() => void>;

const edit =
  (path: string, from: string | RegExp, to: string): Change =>
  () => {
    const file = join(box.state, path);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(from);
    writeFileSync(file, text.replace(from, to));
    return Promise.resolve(() => writeFileSync(file, text));
  };

/** The folder put aside; whatever then stands in its place is taken away afterwards. */
const moved =
  (then: () => void = () => undefined): Change =>
  () => {
    renameSync(box.folder, `${box.folder}-moved`);
    then();
    return Promise.resolve(() => {
      rmSync(box.folder, { recursive: true, force: true });
      renameSync(`${box.folder}-moved`, box.folder);
    });
  };

const registered =
  (work: () => Promise<unknown>): Change =>
  async () => {
    const files = [join(box.state, 'links.json'), join(box.folder, '.outloop')].map((path) => [path, readFileSync(path)] as const);
    await work();
    return () => files.forEach(([path, bytes]) => writeFileSync(path, bytes));
  };

const link = (...args: string[]) => box.setUp(['link', ...args, '--yes'], { cwd: box.folder });
const linkAnew = (tenant: string, project: string) => {
  rmSync(join(box.folder, '.outloop'));
  return link('--tenant', tenant, '--project', project);
};
const append = (text: string) => Promise.resolve(appendFileSync(join(box.folder, '.outloop'), text));

const STALE: readonly (readonly [string, Change, string, number, RegExp])[] = [
  [
    'its alias was changed',
    edit('services/demo.yaml', 'Make a report', 'Make another'),
    'ALIAS_NOT_ALLOWED',
    105,
    /schedule nightly is stale: the alias or its service has changed/,
  ],
  [
    'its service was changed',
    edit('services/demo.yaml', 'hosts: [service.invalid]', 'hosts: [other.invalid]'),
    'ALIAS_NOT_ALLOWED',
    105,
    /stale: the alias or its service/,
  ],
  ['its service is broken', edit('services/demo.yaml', 'effect: read', 'efect: read'), 'CONFIG_INVALID', 111, /demo\.yaml/],
  [
    'its alias is gone',
    edit('services/demo.yaml', 'demo.report.make', 'demo.reports.make'),
    'ALIAS_UNKNOWN',
    105,
    /there is no alias demo\.report\.make/,
  ],
  [
    'its grant was widened',
    edit('tenants/acme.yaml', 'permit: [ demo.* ]', "permit: ['*.*']"),
    'ALIAS_NOT_ALLOWED',
    105,
    /schedule nightly is stale: grant reports has changed/,
  ],
  [
    'its grant is for others now',
    edit('tenants/acme.yaml', 'principals: [ schedule ]', 'principals: [ agent ]'),
    'ALIAS_NOT_ALLOWED',
    105,
    /grant reports is for other callers/,
  ],
  [
    'its grant has another name',
    edit('tenants/acme.yaml', 'id: reports', 'id: others'),
    'ALIAS_NOT_ALLOWED',
    105,
    /stale: grant reports has changed/,
  ],
  ['its grant is gone', edit('tenants/acme.yaml', /grants:[^]*$/, 'grants: []\n'), 'ALIAS_NOT_ALLOWED', 105, /not permitted here/],
  [
    'its grant is over',
    edit('tenants/acme.yaml', 'id: reports', 'id: reports\n    expires: 2020-01-01'),
    'ALIAS_NOT_ALLOWED',
    105,
    /grant reports/,
  ],
  [
    'another grant forbids it',
    edit('tenants/acme.yaml', /$/, "  - { id: no, forbid: ['demo.report.*'] }\n"),
    'ALIAS_NOT_ALLOWED',
    105,
    /grant no forbids it/,
  ],
  [
    'its tenant is revoked',
    edit('tenants/acme.yaml', 'status: active', 'status: revoked'),
    'TENANT_REVOKED',
    104,
    /tenant acme is revoked/,
  ],
  ['its folder is gone', moved(), 'LINK_NOT_FOUND', 103, /schedule nightly was made for .*acme/],
  [
    'its folder is a copy',
    moved(() => cpSync(`${box.folder}-moved`, box.folder, { recursive: true })),
    'LINK_NOT_APPROVED',
    103,
    /not approved/,
  ],
  ['its link file is gone', moved(() => mkdirSync(box.folder, { mode: 0o700 })), 'LINK_NOT_FOUND', 103, /schedule nightly was made for/],
  ['its link file was edited', registered(() => append('#\n')), 'LINK_CHANGED', 103, /has changed/],
  [
    'its link file was edited and approved',
    registered(() => append('#\n').then(() => link())),
    'LINK_CHANGED',
    103,
    /schedule nightly was made before that/,
  ],
  [
    'its folder was unlinked',
    registered(() => box.setUp(['unlink', '--yes'], { cwd: box.folder })),
    'LINK_NOT_APPROVED',
    103,
    /not approved/,
  ],
  ['its folder was linked to another client', registered(() => linkAnew('globex', 'web')), 'TENANT_MISMATCH', 104, /tenant globex, .*acme/],
  [
    'its folder was linked to another project',
    registered(() => linkAnew('acme', 'shop')),
    'LINK_CHANGED',
    103,
    /schedule nightly was made for project web/,
  ],
  [
    'its own file was edited',
    edit('schedules/nightly.json', 'month', 'mouth'),
    'CONFIG_INVALID',
    111,
    /schedules\/nightly\.json was changed/,
  ],
];

describe('a schedule that is stale is denied, never run anyway', () => {
  test.each(STALE)('%s', async (_, change, code, exit, reason) => {
    const undo = await change();
    const fired = await fireWithin();
    undo();
    expect(fired.record).toMatchObject({ code, exit, backend_called: false, reason: expect.stringMatching(reason) });
    expect(fired.asked).toBe(0);
    expect(fired.printed).toBe('');
    expect(ran()).toBe('');
  });

  test('so is one that cron fires, in one line', async () => {
    const undo = await edit('services/demo.yaml', 'Make a report', 'Make another')();
    const fired = await fire();
    undo();
    expect(fired.stderr).toMatch(/^outloop: denied ALIAS_NOT_ALLOWED \(105\) run=[^\n]*schedule nightly is stale[^\n]*\n$/);
    expect(fired).toMatchObject({ exit: 105, stdout: '' });
    expect(ran()).toBe('');
  });

  test('with everything as it was, it runs again', async () => {
    expect((await fire()).exit).toBe(0);
  });

  test('a folder in its place, linked anew, is not the folder that it was made for', async () => {
    const other = join(box.home, 'other');
    mkdirSync(other, { mode: 0o700 });
    await box.setUp(['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd: other });
    await box.setUp(['schedule', 'add', 'other', '--when', '@daily', '--yes', 'demo.report.make', 'month=1'], { cwd: other });
    cpSync(other, `${other}-copy`, { recursive: true });
    rmSync(other, { recursive: true });
    renameSync(`${other}-copy`, other);
    await box.setUp(['link', '--yes'], { cwd: other });
    const fired = await fire({}, 'other');
    expect(fired.exit).toBe(103);
    expect(fired.stderr).toContain('another folder stands there than the one that schedule other was made for');
    await take('other');
    rmSync(other, { recursive: true });
  });

  test('the next step is the operator’s, and names the schedule', async () => {
    const undo = await edit('services/demo.yaml', 'Make a report', 'Make another')();
    const { stdout } = await box.outloop(['schedule', 'run', 'nightly', '--json']);
    undo();
    expect(JSON.parse(stdout)).toMatchObject({
      backend_called: false,
      next: { who: 'operator', command: 'outloop schedule show nightly' },
    });
  });

  test.each([
    ['the folder has another tenant, the schedule is made again', {}, 'outloop schedule show nightly'],
    ['the starter asserts another tenant, the schedule is as it was', { OUTLOOP_TENANT: 'globex' }, 'outloop aliases'],
  ])('where %s', async (_, env, command) => {
    const undo = 'OUTLOOP_TENANT' in env ? () => undefined : await registered(() => linkAnew('globex', 'web'))();
    const { stdout } = await box.outloop(['schedule', 'run', 'nightly', '--json'], { env });
    undo();
    expect(JSON.parse(stdout)).toMatchObject({ code: 'TENANT_MISMATCH', exit: 104, backend_called: false, next: { command } });
  });

  test('comments, other aliases, other grants and credentials do not make it stale', async () => {
    const undo = [
      await edit('services/demo.yaml', 'title: Wait', 'title: Wait longer')(),
      await edit('tenants/acme.yaml', /^/, '# mine\n')(),
      await edit('tenants/acme.yaml', /$/, "  - { id: more, permit: ['demo.slow.*'], bind: { token: bot } }\n")(),
    ];
    const fired = await fire();
    for (const back of undo.reverse()) back();
    expect(fired.exit).toBe(0);
  });
});

describe('a refused firing', () => {
  test('is in the list, in the status of its folder, and of every folder for the operator', async () => {
    const undo = await edit('services/demo.yaml', 'Make a report', 'Make another')();
    await fire();
    undo();
    expect(await lineOf('nightly')).toMatchObject({
      condition: 'refused',
      last: { code: 'ALIAS_NOT_ALLOWED', exit: 105, reason: expect.stringContaining('schedule nightly is stale') },
    });
    for (const cwd of [box.folder, box.home]) {
      const { stdout } = await box.setUp(['status'], { cwd });
      expect(stdout).toMatch(/schedule nightly +refused: .*ALIAS_NOT_ALLOWED \(105\)/);
    }
    const agents = await box.setUp(['status', '--json'], { cwd: box.home, env: { CLAUDECODE: '1' } });
    expect(JSON.parse(agents.stdout).schedules).toEqual([]);
  });

  test('whose note is nested deep is as one that was never noted', async () => {
    mkdirSync(join(box.state, 'firings'), { recursive: true, mode: 0o700 });
    writeFileSync(join(box.state, 'firings/nightly.json'), `${'['.repeat(4000)}${']'.repeat(4000)}`);
    expect(await lineOf('nightly')).toMatchObject({ last: null });
    for (const args of [['schedule', 'list'], ['status']]) {
      expect(await box.outloop(args, { cwd: box.folder })).toMatchObject({
        exit: 0,
        stderr: '',
        stdout: expect.stringContaining('nightly'),
      });
    }
    expect((await fire()).exit).toBe(0);
  });

  test('is told to its notification command, which gets the facts, no secret and nothing of the environment', async () => {
    const told = join(box.home, 'told');
    const notify = box.program('notify', `#!/bin/sh\n{ printf '%s\\n' "$@"; env; pwd; cat; } > '${told}'\n`);
    await add('told', ['--notify', notify, '--notify=--', '--notify=a b', 'demo.report.make', 'month=private-month']);
    const undo = await edit('services/demo.yaml', 'Make a report', 'Make another')();
    await fire({ CANARY: 'canary-5511' }, 'told');
    undo();
    const text = readFileSync(told, 'utf8');
    expect(text.startsWith('--\na b\n')).toBe(true);
    expect(text).toContain('OUTLOOP_FIRING_SCHEDULE=told\n');
    expect(text).toContain('OUTLOOP_FIRING_CODE=ALIAS_NOT_ALLOWED\n');
    expect(text).toContain('OUTLOOP_FIRING_EXIT=105\n');
    expect(text).toMatch(/^OUTLOOP_FIRING_REASON=.*stale/m);
    expect(text).toContain('\n/\n');
    expect(JSON.parse(text.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ schedule: 'told', code: 'ALIAS_NOT_ALLOWED' });
    for (const secret of [KEY, 'canary', 'private-month', box.state, 'OUTLOOP_SCHEDULE=']) expect(text).not.toContain(secret);
    rmSync(told);
    expect((await fire({}, 'told')).exit).toBe(0);
    expect(existsSync(told)).toBe(false);
    await take('told');
  });

  test('whose notification command fails says so before its last line, and keeps its exit', async () => {
    const notify = box.program('notify', '#!/bin/sh\necho "outloop: denied OK (0)" >&2; exit 3\n');
    await add('broken', ['--notify', notify, 'demo.broken.make']);
    const stderr = 'no such month\noutloop: the notification command of schedule broken ended with 3\n';
    expect(await fire({}, 'broken')).toMatchObject({ exit: 7, stderr });
    expect(await lineOf('broken')).toMatchObject({ condition: 'failed', last: { code: 'CHILD_FAILED', exit: 7 } });
    await take('broken');
  });

  test('whose notification command cannot be started says so, and keeps its exit', async () => {
    const notify = box.program('tell', '#!/bin/sh\n');
    await add('untold', ['--notify', notify, 'demo.broken.make']);
    rmSync(notify);
    const stderr = 'no such month\noutloop: the notification command of schedule untold cannot be started\n';
    expect(await fire({}, 'untold')).toMatchObject({ exit: 7, stderr });
    await take('untold');
  });

  test('that needs the keychain where nobody is logged in is BACKEND_LOCKED at once', async () => {
    const undo = await edit('tenants/acme.yaml', /bot: \{[^}]*\}/, 'bot: { backend: keychain, ref: acme/bot }')();
    const made = await add('locked', ['demo.report.make', 'month=1']);
    const startedMs = Date.now();
    const fired = await fire({ DBUS_SESSION_BUS_ADDRESS: 'none' }, 'locked');
    expect(Date.now() - startedMs).toBeLessThan(8000);
    undo();
    expect(made.stderr).toContain('warning: credential bot needs the OS keychain');
    expect(fired.exit).toBe(113);
    expect(fired.stderr).toContain('denied BACKEND_LOCKED (113)');
    expect(fired.stderr).toContain('the keychain backend is locked: there is no D-Bus session here: nobody is logged in. ');
    await take('locked');
  });
});

describe('firings that overlap', () => {
  test('do not: the second is RATE_LIMITED at once, and the schedule is shown as running', async () => {
    await add('slow', ['demo.slow.make']);
    const first = fire({}, 'slow');
    while (ran() === '') await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await lineOf('slow')).toMatchObject({ condition: 'running' });
    for (const { exit, stderr } of await Promise.all([1, 2, 3].map(() => fire({}, 'slow')))) {
      expect(exit).toBe(108);
      expect(stderr).toContain('denied RATE_LIMITED (108)');
      expect(stderr).toContain('the firing of schedule slow before this one is still running');
    }
    writeFileSync(join(box.home, 'go'), '');
    expect((await first).exit).toBe(0);
    expect((await fire({}, 'slow')).exit).toBe(0);
    rmSync(join(box.home, 'go'));
    expect(ran()).toBe('started\nstarted\n');
    await take('slow');
  });
});

describe('making a schedule', () => {
  test('an alias that a firing would be denied is denied at once, and nothing is made', async () => {
    const undo = await edit('tenants/acme.yaml', 'principals: [ schedule ]', 'principals: [ agent ]')();
    const made = await add('denied', ['demo.report.make', 'month=1']);
    undo();
    expect(made.exit).toBe(1);
    expect(made.stderr).toContain('ALIAS_NOT_ALLOWED (105)');
    expect(box.crontab()).not.toContain('denied');
    expect(names()).toEqual(['nightly.json']);
  });

  test('a value may nest as deep as any parameter, and is there when it fires', async () => {
    const value = `${'['.repeat(64)}${']'.repeat(64)}`;
    const undo = await edit('services/demo.yaml', 'month: { type: string }', 'month: { type: json }')();
    const file = join(box.home, 'params.json');
    writeFileSync(file, `{"month":${value}}`);
    const made = await add('deep', ['--params', file, 'demo.report.make']);
    const fired = await fire({}, 'deep');
    await take('deep');
    undo();
    expect([made.exit, fired]).toMatchObject([0, { exit: 0, stdout: `report for ${value}, by key [redacted:bot]\n` }]);
  });

  test('a window is looked at for the time of the first firing, not for now', async () => {
    const nights = "permit: ['demo.*']\n    window: { days: [mon, tue, wed, thu, fri, sat, sun], hours: '02:00-03:00', timezone: UTC }";
    const undo = await edit('tenants/acme.yaml', 'permit: [ demo.* ]', nights)();
    const at = (when: string) =>
      box.attempt(['schedule', 'add', 'n', '--when', when, '--dry-run', 'demo.report.make', 'month=1'], {
        cwd: box.folder,
        env: { TZ: 'UTC' },
      });
    const [night, noon] = [await at('30 2 * * *'), await at('0 12 * * *')];
    undo();
    expect(night.exit).toBe(0);
    expect(noon.stderr).toContain('OUTSIDE_WINDOW (108)');
  });

  test('two of one name: the second is refused, unless it replaces the first; what the first left behind fires nothing', async () => {
    await add('twice', ['demo.report.make', 'month=1']);
    const before = box.crontab();
    const second = await add('twice', ['demo.report.make', 'month=2']);
    expect(second.exit).toBe(1);
    expect(second.stderr).toContain('there is a schedule twice already');
    expect(box.crontab()).toBe(before);
    expect((await add('twice', ['--replace', 'demo.report.make', 'month=2'])).exit).toBe(0);
    await fire({}, 'twice');
    expect(ran()).toBe('2\n');
    const left = () => box.spawn('/bin/sh', ['-c', cronCommand(before, 'twice')], { cwd: '/' });
    expect(await left()).toMatchObject({ exit: 105, stderr: expect.stringContaining('not schedule twice as it was made last') });
    await take('twice');
    expect(await left()).toMatchObject({ exit: 102, stderr: expect.stringContaining('there is no schedule twice') });
  });

  test('an agent may not, even with --yes; a script needs --yes; a dry run changes nothing', async () => {
    const words = ['schedule', 'add', 'dry', '--when', '@daily', 'demo.report.make', 'month=1'];
    expect((await box.outloop([...words, '--yes'], { cwd: box.folder, env: { CLAUDECODE: '1' } })).exit).toBe(1);
    expect((await box.outloop(words, { cwd: box.folder })).exit).toBe(2);
    const dry = await box.outloop([...words, '--dry-run'], { cwd: box.folder });
    expect(dry.exit).toBe(0);
    expect(dry.stdout).toContain('schedule run dry');
    expect(box.crontab()).not.toContain('schedule run dry');
    expect(names()).toEqual(['nightly.json']);
  });

  test.each([
    [['--when', '0 0 1 * 1'], 2, '--when: a day of the month and a day of the week together'],
    [['--when', '@daily', '--expires', 'soon'], 2, '--expires needs a date'],
    [['--when', '@daily', '--notify', 'mail'], 2, 'absolute path'],
    [['--when', '@daily', '--expires', '2020-01-01'], 1, 'it would expire before it fires'],
    [['--when', '@daily', '--on', 'systemd'], 1, 'systemd did not take it: there is no systemctl'],
    [['--when', '@daily', '--on', 'launchd'], 1, 'launchd did not take it: there is no launchctl'],
  ])('%j is refused, and nothing stays of it', async (flags, exit, why) => {
    const words = ['schedule', 'add', 'bad', ...flags, '--yes', 'demo.report.make', 'month=1'];
    const made = await box.attempt(words, { cwd: box.folder, env: { PATH: join(box.home, 'bin') } });
    expect(made.exit).toBe(exit);
    expect(made.stderr).toContain(why);
    expect(names()).toEqual(['nightly.json']);
  });

  test('a name that is none is refused', async () => {
    for (const name of ["a'b%\n", '../x']) expect((await add(name, ['demo.report.make', 'month=1'])).exit).toBe(2);
  });

  test('a crontab that does not take it leaves nothing of it, and others’ lines stay byte for byte', async () => {
    const kept = box.crontab() ?? '';
    writeFileSync(join(box.home, 'crontab-fails'), '');
    const failed = await add('guest', ['demo.report.make', 'month=1']);
    rmSync(join(box.home, 'crontab-fails'));
    expect(failed.exit).toBe(1);
    expect(failed.stderr).toContain('cron did not take it: crontab said: crontab: no room');
    expect(names()).toEqual(['nightly.json']);
    const mine = Buffer.from('# mine \xe9\xff\n0 5 * * 1 tar -zcf /var/backups/home.tgz /home/\n', 'latin1');
    writeFileSync(join(box.home, 'crontab'), mine);
    await add('guest', ['demo.report.make', 'month=1']);
    expect(readFileSync(join(box.home, 'crontab')).subarray(0, mine.length)).toEqual(mine);
    await take('guest');
    expect(readFileSync(join(box.home, 'crontab'))).toEqual(mine);
    writeFileSync(join(box.home, 'crontab'), kept);
  });

  test('one whose file is broken is shown as that, doctor says how to mend it, and it can be removed', async () => {
    const found = async () => {
      const { stdout } = await box.outloop(['doctor', '--json']);
      return (JSON.parse(stdout) as { findings: { about: string }[] }).findings.filter(({ about }) => about === 'schedules');
    };
    await add('torn', ['demo.report.make', 'month=1']);
    expect(await found()).toEqual([]);
    await edit('schedules/torn.json', 'month', 'mouth')();
    expect(await lineOf('torn')).toMatchObject({ condition: 'broken' });
    expect(await found()).toEqual([
      { level: 'bad', about: 'schedules', text: 'schedules/torn.json was changed', fix: 'outloop schedule remove torn' },
    ]);
    await take('torn');
    expect(await found()).toEqual([]);
    expect(box.crontab()).not.toContain('torn');
  });

  test('an entry that was edited or taken out of the crontab is shown as that', async () => {
    const crontab = box.crontab() ?? '';
    writeFileSync(join(box.home, 'crontab'), crontab.replace('30 2', '31 2'));
    expect(await lineOf('nightly')).toMatchObject({ installed: 'changed' });
    rmSync(join(box.home, 'crontab'));
    expect(await lineOf('nightly')).toMatchObject({ installed: 'absent' });
    writeFileSync(join(box.home, 'crontab'), crontab);
  });

  test('taken away, it is out of the crontab, which is none when it was the only one', async () => {
    await take('nightly');
    expect(box.crontab()).toBeNull();
    expect(names()).toEqual([]);
  });
});

test('no key stands anywhere in the state', () => {
  const files = readdirSync(box.state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(5);
  for (const { parentPath, name } of files) expect(readFileSync(join(parentPath, name)).includes(KEY)).toBe(false);
});
