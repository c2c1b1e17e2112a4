import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { furnish, makeSandbox, OUTLOOP } from './sandbox.js';

const CRON = '/usr/sbin/cron';
/** A mount namespace keeps the machine's crontabs, and its own cron's, out of it. */
const canRun =
  process.getuid?.() === 0 &&
  existsSync(CRON) &&
  existsSync('/usr/bin/crontab') &&
  spawnSync('unshare', ['--mount', '--propagation', 'private', 'true']).status === 0;

/** With an empty spool, an empty /run and no system crontab: makes the schedule, lets cron run until it has fired, takes it away. */
const SCRIPT = `set -eu
mount -t tmpfs tmpfs /var/spool/cron/crontabs
chgrp crontab /var/spool/cron/crontabs && chmod 1730 /var/spool/cron/crontabs
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /etc/cron.d
mount --bind /dev/null /etc/crontab
cd "$FOLDER"
"$NODE" "$OUTLOOP" schedule add nightly --when '* * * * *' --on cron --yes demo.report.make 'month=half %past "two'
crontab -l
env -i /usr/sbin/cron -f &
cron=$!
trap 'kill $cron 2>/dev/null || true' EXIT
for i in $(seq 1 240); do [ -e "$OUTLOOP_HOME/firings/nightly.json" ] && break; sleep 0.5; done
cd /
"$NODE" "$OUTLOOP" schedule list --json
"$NODE" "$OUTLOOP" schedule remove nightly --yes
crontab -l 2>&1 || true
`;

test.skipIf(!canRun)(
  'a real cron daemon fires a schedule (needs root, cron and mount namespaces)',
  async () => {
    const box = makeSandbox(' c%r"o\'n');
    try {
      await furnish(box);
      const script = join(box.home, 'script');
      writeFileSync(script, SCRIPT);
      const env = {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        OUTLOOP_HOME: box.state,
        OUTLOOP,
        NODE: process.execPath,
        FOLDER: box.folder,
      };
      const ended = await box.spawn('unshare', ['--mount', '--propagation', 'private', '/bin/sh', script], { cwd: '/', env });
      expect(ended.stdout + ended.stderr).toContain('schedule run nightly');
      expect(readFileSync(join(box.home, 'ran'), 'utf8')).toBe('half %past "two\n');
      expect(ended.stdout).toContain('"installed": "installed"');
      expect(ended.stdout).toContain('"condition": "ok"');
      expect(ended.stdout).toContain('no crontab for root');
      expect(ended.exit).toBe(0);
    } finally {
      box.remove();
    }
  },
  300_000,
);
