import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUTLOOP } from '../helpers/entry.js';
import { type Ended, type Sandbox } from './sandbox.js';

/** Root, cron and mount namespaces are here. One of those keeps the machine's crontabs, and its own cron's, out of it. */
export const canRunCron =
  process.getuid?.() === 0 &&
  existsSync('/usr/sbin/cron') &&
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
"$OUTLOOP" schedule add nightly --when '* * * * *' --on cron --yes demo.report.make "$PARAM"
crontab -l
env -i /usr/sbin/cron -f &
cron=$!
trap 'kill $cron 2>/dev/null || true' EXIT
for i in $(seq 1 240); do [ -e "$OUTLOOP_HOME/firings/nightly.json" ] && break; sleep 0.5; done
cd /
"$OUTLOOP" schedule list --json
"$OUTLOOP" schedule remove nightly --yes
crontab -l 2>&1 || true
`;

/** Runs a cron of its own over a furnished sandbox, up to a minute, until it has fired `demo.report.make` with this parameter once. */
export function runCron(box: Sandbox, param: string): Promise<Ended> {
  const script = join(box.home, 'script');
  writeFileSync(script, SCRIPT);
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    OUTLOOP_HOME: box.state,
    OUTLOOP,
    FOLDER: box.folder,
    PARAM: param,
  };
  return box.spawn('unshare', ['--mount', '--propagation', 'private', '/bin/sh', script], { cwd: '/', env });
}
