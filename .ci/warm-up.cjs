'use strict';
// One run of the small bundle in a state of its own, after which V8's code cache holds what a run needs.
const { execFileSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { createRequire } = require('node:module');
const { Script } = require('node:vm');

const root = join(__dirname, '..');
const dist = join(root, 'dist');
const home = mkdtempSync(join(tmpdir(), 'outloop-build-'));
const state = join(home, 'state');
const folder = join(home, 'client');
const env = { PATH: process.env.PATH, OUTLOOP_HOME: state };
const outloop = (args, input = '') =>
  execFileSync(process.execPath, [join(root, 'bin/run.js'), ...args], { cwd: folder, env, input, stdio: ['pipe', 'ignore', 'pipe'] });

try {
  mkdirSync(folder, { mode: 0o700 });
  const service = join(home, 'warm.yaml');
  writeFileSync(
    service,
    'version: 1\nservice: warm\ntitle: Warm-up\nslots: { token: { scheme: bearer, hosts: [service.invalid] } }\naliases:\n  warm.up:\n    title: Nothing\n    effect: read\n    command: { argv: [/bin/true], credentials: { TOKEN: token }, delivery: env, cwd: private }\n',
  );
  outloop(['init', '--vault-key', 'file']);
  outloop(['tenant', 'add', 'warm', '--yes']);
  outloop(['service', 'add', service, '--yes']);
  outloop(['service', 'vet', 'warm', '--yes']);
  outloop(['secret', 'set', 'warm/key', '--yes'], 'an-example-value-of-no-use');
  outloop(['grant', 'add', 'warm', '--permit', 'warm.*', '--bind', 'token=key', '--yes']);
  outloop(['link', '--tenant', 'warm', '--project', 'up', '--yes']);
  outloop(['run', 'warm.up']);

  process.chdir(folder);
  process.env.OUTLOOP_HOME = state;
  const filename = join(dist, 'run.cjs');
  const script = new Script(readFileSync(filename, 'latin1'), { filename });
  const module_ = { exports: {} };
  script.runInThisContext()(module_.exports, createRequire(filename), module_, filename, dist);
  const clean = () => rmSync(home, { recursive: true, force: true });
  process.on('exit', (code) => {
    process.chdir(root);
    clean();
    if (code === 0) writeFileSync(join(dist, 'run.cache'), script.createCachedData());
  });
  module_.exports.main(['run', 'warm.up']);
} catch (error) {
  rmSync(home, { recursive: true, force: true });
  throw error;
}
