// An operator state of the build's own, in a temporary home, with something to run: what is compiled by then is what a run needs.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

const AGENT = { OUTLOOP_PRINCIPAL: 'agent:build' };

/** Command lines of the small bundle, what each has in its environment besides, how it ends, and what it prints. */
const RUNS = {
  command: { argv: ['run', 'warm.up'], exit: 0, stdout: 'an expert\n' },
  slow: { argv: ['run', 'warm.slowly'], exit: 0, stdout: '' },
  request: { argv: ['run', 'warm.get'], exit: 0, stdout: '{}' },
  unanswered: { argv: ['run', 'gone.get'], exit: 116, stdout: '' },
  denied: { argv: ['run', '--tenant', 'other', 'warm.up'], exit: 104, stdout: '' },
  asked: { argv: ['run', 'warm.ask'], env: AGENT, exit: 107, stdout: '' },
  firing: { argv: ['schedule', 'run', 'nightly'], exit: 0, stdout: 'an expert\n' },
};

/**
 * Makes the home, a service on loopback that answers its request, and an agent's session; whoever asked for it calls `remove`. `runs`: RUNS, and one in the session. `run`:
 * bin/run.js; `limitMs`: for each command. Throws what a command says that does not succeed.
 */
export async function makeWarmHome(run, limitMs) {
  const server = createServer((_, response) => response.end('{}'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const home = mkdtempSync(join(tmpdir(), 'outloop-build-'));
  const state = join(home, 'state');
  const folder = join(home, 'client');
  mkdirSync(folder, { mode: 0o700 });
  // A crontab(1) over a file, for a schedule.
  const crontab = join(home, 'crontab');
  writeFileSync(crontab, '#!/bin/sh\n[ "$1" = -l ] && exec cat "${0%/*}/entries"\nexec cat >"${0%/*}/entries"\n', { mode: 0o755 });
  writeFileSync(join(home, 'entries'), '');
  // As a caller's environment is, so that what is made of it for a child is compiled too.
  const usual = { HOME: home, LANG: 'C.UTF-8', TERM: 'xterm-256color', TZ: 'UTC' };
  const env = { ...usual, PATH: `${home}:${process.env.PATH}`, OUTLOOP_HOME: state };
  let session = null;
  const remove = async () => {
    await session?.end();
    server.close();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    for (const [argv, input = ''] of setUp(home, server.address().port)) {
      const typed = exec(process.execPath, [run, ...argv], { cwd: folder, env, timeout: limitMs });
      typed.child.stdin.end(input);
      await typed;
    }
    session = await startSession(run, { cwd: folder, env, timeout: limitMs });
  } catch (error) {
    await remove();
    throw error;
  }
  const inSession = { ...RUNS.command, env: { ...AGENT, OUTLOOP_SESSION: session.token } };
  return { home, folder, env, runs: { ...RUNS, inSession }, remove };
}

/** Lasts until `end` is called. */
async function startSession(run, how) {
  const argv = [run, 'session', 'start', '--tenant', 'warm', '--yes', '--', '/bin/sh', '-c', 'echo "$OUTLOOP_SESSION"; exec cat'];
  const child = spawn(process.execPath, argv, { ...how, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  const [token] = await Promise.race([once(child.stdout, 'data'), ended.then(() => [''])]);
  const end = async () => {
    child.stdin.end();
    await ended;
  };
  return { token: token.toString().trim(), end };
}

/** The commands that set it up; after the last one everything that is compiled for a run is there. */
function setUp(home, port) {
  const service = join(home, 'warm.yaml');
  writeFileSync(
    service,
    `version: 1
service: warm
title: Warm-up
base: http://127.0.0.1:${port}
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  warm.up:
    title: Nothing
    effect: read
    command: { argv: [/bin/echo, an expert], credentials: { TOKEN: token }, delivery: env, cwd: private }
  warm.ask:
    title: Nothing, once it is approved
    effect: read
    command: { argv: [/bin/true], credentials: { TOKEN: token }, delivery: env, cwd: private }
  warm.slowly:
    title: Nothing, for a while
    effect: read
    command: { argv: [/bin/sleep, '0.1'], credentials: { TOKEN: token }, delivery: env, cwd: private }
  warm.get:
    title: Get
    effect: read
    http: { method: GET, path: / }
`,
  );
  const gone = join(home, 'gone.yaml');
  writeFileSync(
    gone,
    `version: 1
service: gone
title: Nobody answers there
base: http://127.0.0.1:1
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  gone.get: { title: Get, effect: read, http: { method: GET, path: / } }
`,
  );
  return [
    [['init', '--vault-key', 'file']],
    [['tenant', 'add', 'warm', '--yes']],
    [['service', 'add', service, '--yes']],
    [['service', 'add', gone, '--yes']],
    [['service', 'vet', 'warm', '--yes']],
    [['secret', 'set', 'warm/key', '--yes'], 'an-example-value-of-no-use'],
    [permit(['warm.up', 'warm.slowly', 'warm.get', 'gone.*'])],
    [permit(['warm.ask'], ['--approve', 'once'])],
    [['link', '--tenant', 'warm', '--project', 'up', '--yes']],
    [['schedule', 'add', 'nightly', '--on', 'cron', '--when', '@daily', '--yes', 'warm.up']],
    [['run', 'warm.up']],
  ];
}

function permit(aliases, flags = []) {
  return ['grant', 'add', 'warm', ...aliases.flatMap((alias) => ['--permit', alias]), ...flags, '--bind', 'token=key', '--yes'];
}
