'use strict';
// A few runs of the small bundles in a state of their own, after which V8's code caches hold what a run needs.
const { execFileSync } = require('node:child_process');
const { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { Script } = require('node:vm');

/** The bundles that get a cache: what every run needs, what every HTTP action needs, and what every other command needs. */
const CACHED = ['run', 'http-action', 'cli'];

const root = join(__dirname, '..');
const dist = join(root, 'dist');
const home = mkdtempSync(join(tmpdir(), 'outloop-build-'));
const state = join(home, 'state');
const folder = join(home, 'client');
// A crontab(1) over a file, for a schedule.
const crontab = join(home, 'crontab');
writeFileSync(crontab, `#!/bin/sh\n[ "$1" = -l ] && exec cat '${home}/entries'\nexec cat >'${home}/entries'\n`, { mode: 0o755 });
writeFileSync(join(home, 'entries'), '');
const env = { PATH: `${home}:${process.env.PATH}`, OUTLOOP_HOME: state };
const outloop = (args, input = '') =>
  execFileSync(process.execPath, [join(root, 'bin/run.js'), ...args], { cwd: folder, env, input, stdio: ['pipe', 'ignore', 'pipe'] });

const scripts = new Map();
const loaded = new Map();

/** As bin/run.js loads a bundle, without a cache. */
function load(name) {
  if (loaded.has(name)) return loaded.get(name).exports;
  const filename = join(dist, `${name}.cjs`);
  const script = new Script(readFileSync(filename, 'latin1'), { filename });
  const module = { exports: {} };
  const requireBeside = (id) => (id.startsWith('./') ? load(id.slice(2, -'.cjs'.length)) : require(id));
  script.runInThisContext()(module.exports, requireBeside, module, filename, dist);
  scripts.set(name, script);
  loaded.set(name, module);
  return module.exports;
}

/** One run in this process, which would end with it: the exit code is the answer instead. */
function run(args, command = ['run']) {
  return new Promise((resolve, reject) => {
    process.exit = resolve;
    load('run')
      .main([...command, ...args])
      .catch(reject);
  });
}

async function warmUp(port) {
  mkdirSync(folder, { mode: 0o700 });
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
    command: { argv: [/bin/echo, some words], credentials: { TOKEN: token }, delivery: env, cwd: private }
  warm.get:
    title: Get
    effect: read
    http: { method: GET, path: / }
`,
  );
  outloop(['init', '--vault-key', 'file']);
  outloop(['tenant', 'add', 'warm', '--yes']);
  outloop(['service', 'add', service, '--yes']);
  outloop(['service', 'vet', 'warm', '--yes']);
  outloop(['secret', 'set', 'warm/key', '--yes'], 'an-example-value-of-no-use');
  outloop(['grant', 'add', 'warm', '--permit', 'warm.*', '--bind', 'token=key', '--yes']);
  outloop(['link', '--tenant', 'warm', '--project', 'up', '--yes']);
  outloop(['run', 'warm.up']);
  outloop(['schedule', 'add', 'nightly', '--on', 'cron', '--when', '@daily', '--yes', 'warm.up']);

  process.chdir(folder);
  process.env.OUTLOOP_HOME = state;
  const codes = [
    await run(['warm.up']),
    await run(['warm.get']),
    await run(['--tenant', 'other', 'warm.up']),
    await run(['nightly'], ['schedule', 'run']),
  ];
  if (codes.join() !== '0,0,104,0') throw new Error(`the runs ended with ${codes.join()}`);
  await load('cli').main(['tenant', 'list']);
  for (const name of CACHED) {
    const file = join(dist, `${name}.cache`);
    writeFileSync(file, scripts.get(name).createCachedData());
    // Whoever may read the bundle may read its cache, whatever umask the run has set.
    chmodSync(file, 0o644);
  }
}

const server = createServer((_, response) => response.end('{}'));
server.listen(0, '127.0.0.1', () => {
  warmUp(server.address().port)
    .catch((error) => {
      console.error(error);
      process.exitCode = 1;
    })
    .finally(() => {
      process.chdir(root);
      rmSync(home, { recursive: true, force: true });
      server.close();
    });
});
