// The nearest others from npm, doing the same nothing: each puts one secret into the environment of a child that ends at once.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PEERS = [
  { name: 'varlock run', package: 'varlock', version: '1.20.0', script: 'varlock/bin/cli.js' },
  { name: 'dotenvx run', package: '@dotenvx/dotenvx', version: '2.38.2', script: '@dotenvx/dotenvx/src/cli/dotenvx.js' },
];
const INSTALL_MS = 180_000;

/**
 * Installs them in `folder`, with a cache of their own there, and gives each one's command line; `skipped` has the name of each that could
 * not be installed or does not run here, and why.
 */
export function installPeers(folder) {
  const client = join(folder, 'client');
  const home = join(folder, 'home');
  for (const path of [client, home]) mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  writeFileSync(join(client, '.env.schema'), '# @defaultSensitive=true\n# ---\nKEY=a-value-of-the-bench-0123456789\n');
  writeFileSync(join(client, '.env'), 'KEY=a-value-of-the-bench-0123456789\n');
  const env = { PATH: process.env.PATH, HOME: home };
  const rows = [];
  const skipped = [];
  for (const peer of PEERS) {
    const { name, package: id, version, script } = peer;
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--cache', join(folder, 'cache'), `${id}@${version}`];
    const installed = spawnSync('npm', install, { cwd: folder, env, timeout: INSTALL_MS });
    const command = {
      argv: [process.execPath, join(folder, 'node_modules', script), 'run', '--', '/bin/true'],
      cwd: client,
      // Nothing that is measured goes out to the network.
      env: { HOME: home, VARLOCK_TELEMETRY_DISABLED: '1' },
    };
    if (installed.status !== 0) skipped.push(`${name}: ${id}@${version} cannot be installed here`);
    else if (!runs(command)) skipped.push(`${name}: ${id}@${version} does not run on Node ${process.versions.node}`);
    else rows.push({ name: `\`${name}\` (${version})`, command });
  }
  return { rows, skipped };
}

function runs({ argv: [file, ...args], cwd, env }) {
  return spawnSync(file, args, { cwd, env: { PATH: process.env.PATH, ...env }, stdio: 'ignore', timeout: 30_000 }).status === 0;
}
