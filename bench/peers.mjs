// The nearest others from npm: each puts secrets into the environment of a child, and varlock hides them in what it writes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const VARLOCK = { name: 'varlock run', package: 'varlock', version: '1.20.0', script: 'varlock/bin/cli.js' };
const DOTENVX = { name: 'dotenvx run', package: '@dotenvx/dotenvx', version: '2.38.2', script: '@dotenvx/dotenvx/src/cli/dotenvx.js' };
const INSTALL_MS = 180_000;

/**
 * Installs each in a folder of its own in `folder`, with a cache of its own there, and gives each one's command line of a child's; `skipped` has the name of each that could
 * not be installed or does not run here, and why.
 */
export function installPeers(folder) {
  const rows = [];
  const skipped = [];
  for (const peer of [VARLOCK, DOTENVX]) {
    const { wrap, fault } = installPeer(join(folder, peer.name.replace(' ', '-')), peer, ['a-value-of-the-bench-0123456789']);
    if (fault === null) rows.push({ name: `\`${peer.name}\` (${peer.version})`, command: wrap(['/bin/true']) });
    else skipped.push(fault);
  }
  return { rows, skipped };
}

/** varlock with these secrets: `wrap` gives a child's command line, `fault` says why it cannot be measured, null when it can. What it writes holds none of them. */
export function installVarlock(folder, values) {
  const { wrap, fault } = installPeer(folder, VARLOCK, values);
  if (fault !== null) return { wrap, fault };
  const { argv, cwd, env } = wrap(['/bin/sh', '-c', values.map((_, i) => `echo "a line with $KEY${i} in it"`).join('; ')]);
  const [file, ...args] = argv;
  const { stdout } = spawnSync(file, args, { cwd, env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' });
  const hides = stdout.split('a line with').length > values.length && !values.some((value) => stdout.includes(value));
  return { wrap, fault: hides ? null : `${VARLOCK.name}: it does not hide its secrets here` };
}

function installPeer(folder, { name, package: id, version, script }, values) {
  const client = join(folder, 'client');
  const home = join(folder, 'home');
  for (const path of [client, home]) mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  writeFileSync(join(client, '.env.schema'), `# @defaultSensitive=true\n# ---\n${values.map((_, i) => `KEY${i}=\n`).join('')}`);
  writeFileSync(join(client, '.env'), values.map((value, i) => `KEY${i}=${value}\n`).join(''));
  const env = { PATH: process.env.PATH, HOME: home };
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--cache', join(folder, 'cache'), `${id}@${version}`];
  const installed = spawnSync('npm', install, { cwd: folder, env, timeout: INSTALL_MS });
  const wrap = (child) => ({
    argv: [process.execPath, join(folder, 'node_modules', script), 'run', '--', ...child],
    cwd: client,
    // Nothing that is measured goes out to the network.
    env: { HOME: home, VARLOCK_TELEMETRY_DISABLED: '1' },
  });
  if (installed.status !== 0) return { wrap, fault: `${name}: ${id}@${version} cannot be installed here` };
  return { wrap, fault: runs(wrap(['/bin/true'])) ? null : `${name}: ${id}@${version} does not run on Node ${process.versions.node}` };
}

function runs({ argv: [file, ...args], cwd, env }) {
  return spawnSync(file, args, { cwd, env: { PATH: process.env.PATH, ...env }, stdio: 'ignore', timeout: 30_000 }).status === 0;
}
