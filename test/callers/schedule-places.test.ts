import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'plist';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { canRunCron, runCron } from './cron-daemon.js';
import { cronCommand, furnish, makeSandbox, type Ended, type Sandbox } from './sandbox.js';

// Each case starts outloop several times, and machines may be busy.
vi.setConfig({ testTimeout: 120_000 });

/** Records its arguments; \`<name>-fails\` makes it refuse. */
const recorder = (name: string) => `#!/bin/sh
here=\${0%/*}/..
printf '%s\\n' "$*" >> "$here/${name}-calls"
case "$*" in *"$(cat "$here/${name}-fails" 2>/dev/null || echo nothing-fails)"*) echo "${name}: no session" >&2; exit 1 ;; esac
`;

/** How a scheduler starts outloop: through the launcher where the build made a snapshot. */
const DIST = join(import.meta.dirname, '../../dist');
const STARTED = existsSync(join(DIST, 'run.snapshot')) ? [join(DIST, 'outloop')] : [process.execPath, join(DIST, '../bin/run.js')];

const ODD = '%\'"\\ \n$x é日本';
let box: Sandbox;
let record: string;
let odd: Sandbox;
/** What cron is doing meanwhile: it starts what is due once a minute. */
let daemon: Promise<Ended> | null = null;
beforeAll(async () => {
  [box, odd] = [makeSandbox(), makeSandbox(ODD)];
  await furnish(odd);
  daemon = canRunCron ? runCron(odd, `month=${ODD}`) : null;
  // This state keeps what its runs write elsewhere.
  record = join(box.home, 'records');
  mkdirSync(record, { mode: 0o700 });
  await furnish(box, ['schedule'], { OUTLOOP_STATE: record });
}, 240_000);
afterAll(async () => {
  await daemon;
  for (const sandbox of [box, odd]) sandbox.remove();
}, 120_000);

const calls = (name: string) => {
  const file = join(box.home, `${name}-calls`);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  rmSync(file, { force: true });
  return text;
};
const add = (on: string, ...rest: string[]) =>
  box.attempt(['schedule', 'add', 'nightly', '--when', '30 2 * * mon', '--on', on, '--yes', ...rest, 'demo.report.make', 'month=1'], {
    cwd: box.folder,
    env: { XDG_CONFIG_HOME: join(box.home, 'config'), OUTLOOP_STATE: record },
  });
const take = () =>
  box.setUp(['schedule', 'remove', 'nightly', '--yes'], { env: { XDG_CONFIG_HOME: join(box.home, 'config'), OUTLOOP_STATE: record } });

describe('systemd', () => {
  const units = () => {
    const directory = join(box.home, 'config/systemd/user');
    return existsSync(directory) ? readdirSync(directory).sort() : [];
  };

  test('gets a service and a timer among the user’s units, and what the service starts is the schedule', async () => {
    box.program('systemctl', recorder('systemctl'));
    expect((await add('systemd')).exit).toBe(0);
    const [service = '', timer = ''] = units();
    expect([service, timer]).toEqual([
      expect.stringMatching(/^outloop\.[0-9a-f]{8}\.nightly\.service$/),
      service.replace('service', 'timer'),
    ]);
    expect(calls('systemctl')).toBe(`--user --no-ask-password daemon-reload\n--user --no-ask-password enable --now ${timer}\n`);
    const text = readFileSync(join(box.home, 'config/systemd/user', service), 'utf8');
    expect(statSync(join(box.home, 'config/systemd/user', service)).mode & 0o777).toBe(0o600);
    const environment = [...text.matchAll(/^Environment=(.*)$/gm)].map(([, value = '']) => value.split('=') as [string, string]);
    const words = (/^ExecStart=(.*)$/m.exec(text)?.[1] ?? '').split(' ');
    const fired = await box.spawn(words[0] ?? '', words.slice(1), { cwd: '/', env: Object.fromEntries(environment) });
    expect(fired).toMatchObject({ exit: 0, stdout: 'report for 1, by key [redacted:bot]\n' });
    // Where the state keeps what its runs write stands in the unit.
    expect(readdirSync(record).sort()).toEqual(['audit', 'compiled', 'firings', 'limits']);
    expect(readdirSync(box.state)).not.toContain('audit');
    await take();
    expect(units()).toEqual([]);
    expect(calls('systemctl')).toContain(`disable --now ${timer}\n`);
  });

  test('that does not enable the timer leaves nothing behind', async () => {
    writeFileSync(join(box.home, 'systemctl-fails'), 'enable');
    const made = await add('systemd');
    rmSync(join(box.home, 'systemctl-fails'));
    expect(made.exit).toBe(1);
    expect(made.stderr).toContain('systemd did not take it: systemctl said: systemctl: no session');
    expect(units()).toEqual([]);
    expect(readdirSync(join(box.state, 'schedules'))).toEqual([]);
  });

  test('gives up its entry when the schedule moves to cron', async () => {
    await add('systemd');
    expect((await add('cron', '--replace')).exit).toBe(0);
    expect(units()).toEqual([]);
    expect(box.crontab()).toContain('schedule run nightly');
    await take();
  });

  test('that keeps its entry when the schedule moves is told', async () => {
    await add('systemd');
    writeFileSync(join(box.home, 'systemctl-fails'), 'disable');
    const moved = await add('cron', '--replace');
    rmSync(join(box.home, 'systemctl-fails'));
    expect(moved.exit).toBe(0);
    expect(moved.stderr).toContain(
      'warning: what starts it by systemd may still be there, and starts nothing any more: systemctl said: systemctl: no session',
    );
    await take();
  });
});

describe('launchd', () => {
  test('gets an agent of the user’s; the home is the passwd file’s, so a rehearsal is what is looked at here', async () => {
    const dry = await add('launchd', '--dry-run');
    expect(dry.exit).toBe(0);
    const [place = '', ...lines] = dry.stdout.split('\n');
    expect(place).toMatch(/^# \/.*\/Library\/LaunchAgents\/outloop\.[0-9a-f]{8}\.nightly\.plist$/);
    const list = parse(lines.join('\n')) as Record<string, unknown>;
    expect(list).toMatchObject({
      ProgramArguments: [...STARTED, 'schedule', 'run', 'nightly'],
      EnvironmentVariables: { OUTLOOP_HOME: box.state, OUTLOOP_STATE: record },
      StartCalendarInterval: { Weekday: 1, Hour: 2, Minute: 30 },
    });
  });
});

describe('a home with every awkward character in its name', () => {
  test.runIf(canRunCron)(
    'a real cron daemon fires its schedule (needs root, cron and mount namespaces)',
    async () => {
      const ended = await daemon;
      expect(`${ended?.stdout}${ended?.stderr}`).toContain('schedule run nightly');
      expect(readFileSync(join(odd.home, 'ran'), 'utf8')).toBe(`${ODD}\n`);
      expect(ended?.stdout).toContain('"installed": "installed"');
      expect(ended?.stdout).toContain('"condition": "ok"');
      expect(ended?.stdout).toContain('no crontab for root');
      expect(ended?.exit).toBe(0);
    },
    240_000,
  );

  test.skipIf(canRunCron)('sh fires its schedule, as cron would', async () => {
    await odd.setUp(['schedule', 'add', 'nightly', '--when', '@daily', '--yes', 'demo.report.make', `month=${ODD}`], { cwd: odd.folder });
    const fired = await odd.spawn('/bin/sh', ['-c', cronCommand(odd.crontab(), 'nightly')], { cwd: '/' });
    expect(fired).toEqual({ exit: 0, stdout: `report for ${ODD}, by key [redacted:bot]\n`, stderr: '' });
    await odd.setUp(['schedule', 'remove', 'nightly', '--yes']);
    expect(odd.crontab()).toBeNull();
  });
});
