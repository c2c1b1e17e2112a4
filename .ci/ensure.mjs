// Makes a checkout ready to use: installs what npm has to install and builds, each only when it is out of date.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launcherText } from './start/launcher.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function mtime(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function readLauncher() {
  try {
    return readFileSync(join(root, 'dist/outloop'), 'utf8');
  } catch {
    return null;
  }
}

function run(command, args) {
  const ended = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (ended.status !== 0) process.exit(ended.status ?? 1);
}

const installed = mtime(join(root, 'node_modules/.package-lock.json'));
if (installed < mtime(join(root, 'package-lock.json'))) {
  console.error('outloop: installing the dependencies (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund']);
}
const sources = Math.max(...['src', 'bin', '.ci', 'package.json'].map((name) => newest(join(root, name))));
// What is prepared for one place, Node and processor is of no use to another.
if (mtime(join(root, 'dist/built')) < sources || readLauncher() !== launcherText(root, { packed: false })) {
  console.error('outloop: building');
  run(process.execPath, [join(root, '.ci/build.mjs')]);
}
