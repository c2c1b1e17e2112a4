// Prepares how the bundles start: code caches, the startup snapshot of `outloop run`, and the launcher. Without the first two outloop runs as well, only slower to start.
import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { canTell, FLAGS, stampNode, writeLauncher } from './launcher.mjs';
import { trimCodeCache } from './trim-code-cache.mjs';
import { makeWarmHome } from './warm-home.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const dist = join(root, 'dist');
const SNAPSHOT = join(dist, 'run.snapshot');
/** No step of it takes longer; a machine may be busy. */
const LIMIT_MS = 120_000;

/** The code caches of Node as it is, and of Node with FLAGS: V8 takes a cache for its very flags only. */
const CACHES = {
  node: { suffix: 'cache', flags: [], bundles: ['run', 'http-action', 'cli'] },
  snapshot: { suffix: 'snapshot-cache', flags: FLAGS, bundles: ['http-action'] },
};

/**
 * Makes all of it. `packed`: for a package, which is started on other machines. What cannot be made is told, and left out; throws only where the launcher cannot be written.
 */
export async function prepareStart({ packed }) {
  writeLauncher(root, { packed });
  let warm = null;
  try {
    warm = await makeWarmHome(join(root, 'bin/run.js'), LIMIT_MS);
    await makeCaches(CACHES.node, warm);
    if (packed || !canTell()) return;
    await makeCaches(CACHES.snapshot, warm);
    await makeSnapshot(warm);
    stampNode(root);
  } catch (error) {
    console.error(`the start of outloop could not be prepared, so it takes longer: ${error.stack}`);
  } finally {
    await warm?.remove();
  }
}

async function makeCaches({ suffix, flags, bundles }, warm) {
  const job = { dist, suffix, bundles, runs: Object.values(warm.runs), modules: modulesOf(warm, 'request') };
  await runNode([...flags, join(here, 'code-caches.cjs'), JSON.stringify(job)], { cwd: warm.folder, env: warm.env });
}

/** Under another name until it is known to work, so that nobody starts from less. */
async function makeSnapshot(warm) {
  const script = join(warm.home, 'snapshot.cjs');
  const made = `${SNAPSHOT}.new`;
  await esbuild.build({
    entryPoints: [join(here, 'snapshot.cjs')],
    bundle: true,
    platform: 'node',
    external: ['internal/*'],
    outfile: script,
    logLevel: 'warning',
  });
  const { command, slow, unanswered, denied, asked, firing, inSession } = warm.runs;
  // What was asked once is found there the next time.
  const runs = [command, slow, unanswered, denied, asked, asked, firing, inSession];
  const job = { dist, suffix: CACHES.snapshot.suffix, folder: warm.folder, flags: FLAGS, runs, modules: modulesOf(warm, 'command') };
  const env = { ...warm.env, OUTLOOP_SNAPSHOT: JSON.stringify(job) };
  await runNode([...FLAGS, '--expose-internals', '--snapshot-blob', made, '--build-snapshot', script], { cwd: warm.folder, env });
  const whole = readFileSync(made);
  const there = readModules(warm, 'command');
  const wanted = readModules(warm, 'request');
  const lean = trimCodeCache(whole, (name) => wanted.has(name) && !there.has(name));
  for (const bytes of lean === null ? [whole] : [lean, whole]) {
    writeFileSync(made, bytes);
    chmodSync(made, 0o644);
    if (!(await works(made, warm))) continue;
    renameSync(made, SNAPSHOT);
    return;
  }
  rmSync(made);
  throw new Error('Node does not start from its snapshot');
}

/** Whether what starts from a snapshot does what outloop does without it: in the linked folder, and in another one, which is no client's. */
async function works(snapshot, { folder, home, env, runs }) {
  const tries = [...Object.values(runs).map((run) => [folder, run]), [home, { ...runs.command, exit: 103, stdout: '' }]];
  for (const [cwd, { argv, env: more, exit, stdout }] of tries) {
    const ended = await startNode([...FLAGS, '--snapshot-blob', snapshot, ...argv], { cwd, env: { ...env, ...more } });
    if (ended.exit !== exit || ended.stdout !== stdout) return false;
  }
  return true;
}

async function runNode(args, how) {
  const { exit, stdout, stderr } = await startNode(args, how);
  // What a snapshot cannot hold V8 names on standard output.
  if (exit !== 0) throw new Error(`${stdout.slice(0, 4000)}\n${stderr}`);
}

/** With the limits that the launcher sets, and without a standard input: a run that reads it would leave a stream behind, which no snapshot can hold. */
function startNode(args, how) {
  const child = spawn('/bin/sh', ['-c', 'ulimit -c 0; exec "$@"', 'sh', process.execPath, ...args], {
    ...how,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
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
