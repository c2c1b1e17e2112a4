import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Desk } from '../../src/schedule/call-program.js';
import { launchdScheduler } from '../../src/schedule/launchd-scheduler.js';
import { systemdScheduler } from '../../src/schedule/systemd-scheduler.js';
import { makeJob } from './make-job.js';

// Each case starts several programs, and machines may be busy.
vi.setConfig({ testTimeout: 60_000 });

/**
 * A stand-in for `launchctl` and `systemctl`, over a file `loaded` that holds what it would start. `refuses` holds the first words of the calls that
 * fail, each as often as it stands there; as with systemctl, an `enable` that fails has made its link.
 */
const PROGRAM = `#!/bin/sh
here=\${0%/*}/..
[ "$1" = --user ] && shift 2
[ "$1" = enable ] && cat "$here/config/systemd/user/$3" > "$here/loaded"
[ "$1" = daemon-reload ] && [ -e "$here/loaded" ] && cat "$here"/config/systemd/user/*.timer > "$here/loaded"
if [ "$(head -n 1 "$here/refuses" 2>/dev/null)" = "$1" ]; then
  sed 1d "$here/refuses" > "$here/rest"; mv "$here/rest" "$here/refuses"
  echo "$1 refused" >&2; exit 1
fi
case "$1" in
  bootstrap) cat "$3" > "$here/loaded" ;;
  bootout) rm "$here/loaded" ;;
  disable) rm -f "$here/loaded" ;;
esac
`;
const [before, after] = [makeJob(['/usr/bin/before'], [], '30 2 * * *'), makeJob(['/usr/bin/after'], [], '45 3 * * *')];

let home: string;
let desk: Desk;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'outloop-'));
  mkdirSync(join(home, 'bin'));
  for (const name of ['launchctl', 'systemctl']) {
    writeFileSync(join(home, 'bin', name), PROGRAM);
    chmodSync(join(home, 'bin', name), 0o755);
  }
  const env = { PATH: `${join(home, 'bin')}:/usr/bin:/bin`, XDG_CONFIG_HOME: join(home, 'config') };
  desk = { env, home, user: 'ann', uid: 501 };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const refuse = (...calls: string[]) => writeFileSync(join(home, 'refuses'), calls.map((call) => `${call}\n`).join(''));
const loaded = () => (existsSync(join(home, 'loaded')) ? readFileSync(join(home, 'loaded'), 'utf8') : null);

describe.each([
  { on: 'launchd', scheduler: launchdScheduler, takes: 'bootstrap', files: () => join(home, 'Library/LaunchAgents') },
  { on: 'systemd', scheduler: systemdScheduler, takes: 'enable', files: () => join(home, 'config/systemd/user') },
])('$on, when it does not take a job', ({ scheduler, takes, files }) => {
  const texts = () => readdirSync(files()).map((file) => readFileSync(join(files(), file), 'utf8'));

  test('still has the one that it replaces, in its files and loaded', () => {
    expect(scheduler.install(before, desk)).toBeNull();
    const [job, written] = [loaded(), texts()];
    refuse(takes);
    expect(scheduler.install(after, desk)).toContain(`${takes} refused`);
    expect(loaded()).toBe(job);
    expect(texts()).toEqual(written);
    expect(scheduler.inspect(before, desk)).toBe('installed');
  });

  test('has nothing of it where there was none', () => {
    refuse(takes);
    expect(scheduler.install(after, desk)).toContain(`${takes} refused`);
    expect(texts()).toEqual([]);
    expect(loaded()).toBeNull();
  });
});

test('launchd, when it takes neither the new job nor the one before, says so', () => {
  launchdScheduler.install(before, desk);
  refuse('bootstrap', 'bootstrap');
  expect(launchdScheduler.install(after, desk)).toMatch(/; what was there before is no longer started: .* refused$/);
});
