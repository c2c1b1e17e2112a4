// Prepares how the bundles start: code caches, the startup snapshot of `outloop run`, and the launcher. Without the first two outloop runs as well, only slower to start.
import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { keepCode } from './keep-code.mjs';
import { describeProcessor, writeLauncher } from './launcher.mjs';
import { makeWarmHome, RUNS } from './warm-home.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const dist = join(root, 'dist');
const SNAPSHOT = join(dist, 'run.snapshot');
/**
 * Node's with the snapshot. Baseline code takes two milliseconds to make, and gains nothing in some milliseconds; and where the lines of a function are would be looked up anew for all that
 * is compiled, at every start.
 */
const FLAGS = ['--no-sparkplug', '--no-enable-lazy-source-positions'];

/** The code caches of Node as it is, and of Node with FLAGS: V8 takes a cache for its very flags only. */
const CACHES = [
  { suffix: 'cache', flags: [], bundles: ['run', 'http-action', 'cli'] },
  { suffix: 'snapshot-cache', flags: FLAGS, bundles: ['http-action'] },
];

/** `packed`: for a package, which is started on other machines. */
export async function prepareStart({ packed }) {
  writeLauncher(root, packed ? null : FLAGS);
  const warm = await makeWarmHome(join(root, 'bin/run.js'));
  try {
    for (const kind of CACHES) await makeCaches(kind, warm);
    if (!packed && describeProcessor() !== '') await makeSnapshot(warm);
  } catch (error) {
    rmSync(SNAPSHOT, { force: true });
    console.error(`the start of outloop could not be prepared, so it takes longer: ${error.stack}`);
  } finally {
    warm.remove();
  }
}

async function makeCaches({ suffix, flags, bundles }, warm) {
  const job = { dist, suffix, bundles, runs: Object.values(RUNS), modules: modulesOf(warm, 'request') };
  await runNode([...flags, join(here, 'code-caches.cjs'), JSON.stringify(job)], { cwd: warm.folder, env: warm.env });
}

async function makeSnapshot(warm) {
  const script = join(warm.home, 'snapshot.cjs');
  await esbuild.build({ entryPoints: [join(here, 'snapshot.cjs')], bundle: true, platform: 'node', outfile: script, logLevel: 'warning' });
  const job = {
    dist,
    suffix: 'snapshot-cache',
    folder: warm.folder,
    flags: FLAGS,
    runs: [RUNS.command, RUNS.denied, RUNS.firing],
    modules: modulesOf(warm, 'command'),
  };
  const env = { ...warm.env, OUTLOOP_SNAPSHOT: JSON.stringify(job) };
  await runNode([...FLAGS, '--snapshot-blob', SNAPSHOT, '--build-snapshot', script], { cwd: warm.folder, env });
  const whole = readFileSync(SNAPSHOT);
  const there = readModules(warm, 'command');
  const wanted = readModules(warm, 'request');
  const lean = keepCode(whole, (name) => wanted.has(name) && !there.has(name));
  for (const bytes of lean === null ? [whole] : [lean, whole]) {
    writeFileSync(SNAPSHOT, bytes);
    chmodSync(SNAPSHOT, 0o644);
    if (await works(warm)) return;
  }
  throw new Error('Node does not start from its snapshot');
}

/** Whether what starts from the snapshot does what outloop does without it: in the linked folder, and in another one. */
async function works({ folder, home, env }) {
  const answers = [];
  for (const [cwd, { argv }] of [
    [folder, RUNS.command],
    [folder, RUNS.request],
    [folder, RUNS.denied],
    [home, RUNS.command],
  ]) {
    const { exit, stdout } = await startNode([...FLAGS, '--snapshot-blob', SNAPSHOT, ...argv], { cwd, env });
    if (process.env.DBG) console.error(cwd, argv, exit, stdout);
    answers.push(`${exit} ${stdout}`);
  }
  return answers.join('|') === '0 some words\n|0 {}|104 |103 ';
}

async function runNode(args, how) {
  const { exit, stdout, stderr } = await startNode(args, how);
  if (exit !== 0) throw new Error(process.env.DBG ? stdout.slice(0, 3000) : stderr);
}

/** With the limits that the launcher sets, and without a standard input: a run that reads it would leave a stream behind, which no snapshot can hold. */
function startNode(args, how) {
  const child = spawn('/bin/sh', ['-c', 'ulimit -c 0; exec "$@"', 'sh', process.execPath, ...args], {
    ...how,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (bytes) => (told[name] += bytes));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, ...told }));
  });
}

function modulesOf({ home }, name) {
  return join(home, `modules-${name}.json`);
}

/** Node's own modules that were loaded then. */
function readModules(warm, name) {
  const list = JSON.parse(readFileSync(modulesOf(warm, name), 'utf8'));
  return new Set(list.map((entry) => entry.split(' ').at(-1)));
}
