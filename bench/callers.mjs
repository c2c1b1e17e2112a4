// `node bench/callers.mjs [ROUNDS]`: what a session, an approval and a schedule add to `outloop run`. The goal is 3 ms where they are in use. Added times are
// medians of the rounds' differences.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeHome } from './home.mjs';
import { interleave, median } from './interleave.mjs';
import { timeProcess } from './process.mjs';
import { printTable } from './table.mjs';

const ROUNDS = Number(process.argv[2] ?? 40);
const GOAL_MS = 3;
const OUTLOOP = join(dirname(fileURLToPath(import.meta.url)), '../dist/outloop');
const PLAIN = 'outloop run';

const folder = mkdtempSync(join(tmpdir(), 'outloop-bench-'));
const actions = { plain: '/bin/true', once: '/bin/true', counted: '/bin/true' };
const { type, command } = makeHome(folder, { size: { tenants: 1, aliases: 3, grants: 1 }, actions });
const session = await startSession();
try {
  approve('once');
  approve('counted', ['--count', '10000']);
  const rows = [
    { name: PLAIN, alias: 'plain' },
    { name: 'the same again: the noise', alias: 'plain' },
    { name: 'in a session', alias: 'plain', env: { OUTLOOP_SESSION: session.token } },
    { name: 'with an approval that only its time ends', alias: 'once' },
    { name: 'with an approval that each run spends', alias: 'counted' },
  ].map(({ name, alias, env }) => {
    const run = command(`bench.${alias}.run`);
    return { name, sample: () => timeProcess({ ...run, env: { ...run.env, ...env, OUTLOOP_PRINCIPAL: 'agent:bench' } }) };
  });
  const firing = schedule('nightly');
  const samples = await interleave([...rows, { name: 'a firing of a schedule', sample: () => timeProcess(firing) }], ROUNDS);
  const plain = samples.get(PLAIN);
  printTable(
    ['run', 'ms', 'added ms', 'goal'],
    [...samples].map(([name, values]) => {
      const added = median(values.map((value, round) => value - plain[round]));
      const goal = name === PLAIN ? '' : `≤ ${GOAL_MS} ${added <= GOAL_MS ? 'met' : 'missed'}`;
      return [name, median(values).toFixed(1), name === PLAIN ? '' : added.toFixed(1), goal];
    }),
  );
} finally {
  await session.end();
  rmSync(folder, { recursive: true, force: true });
}

/** A session whose command waits for us, and the token that the command was given. */
async function startSession() {
  const { cwd, env } = command('');
  const argv = ['session', 'start', '--tenant', 'bench', '--yes', '--', 'sh', '-c', 'echo "$OUTLOOP_SESSION"; cat'];
  const child = spawn(OUTLOOP, argv, { cwd, env: { PATH: process.env.PATH, ...env }, stdio: ['pipe', 'pipe', 'ignore'] });
  const [token] = await once(child.stdout, 'data');
  const end = async () => {
    child.stdin.end();
    await once(child, 'close');
  };
  return { token: token.toString().trim(), end };
}

/** Has a run of the alias asked for and approved; an approval is given on a terminal, which script(1) makes. */
function approve(name, flags = []) {
  type(['grant', 'add', 'bench', '--id', name, '--permit', `bench.${name}.run`, '--bind', 'token=key', '--approve', 'once', '--yes']);
  const { argv, cwd, env } = command(`bench.${name}.run`);
  const place = { cwd, env: { PATH: process.env.PATH, ...env } };
  spawnSync(argv[0], argv.slice(1), { cwd, env: { ...place.env, OUTLOOP_PRINCIPAL: 'agent:bench' } });
  const requests = join(folder, 'state/requests/bench');
  const { request } = JSON.parse(readFileSync(join(requests, readdirSync(requests)[0]), 'utf8'));
  const line = [OUTLOOP, 'requests', 'approve', request.id, '--yes', ...flags].join(' ');
  const ended = spawnSync('script', ['-qec', line, '/dev/null'], place);
  if (ended.status !== 0) throw new Error(`${line}: ${ended.stdout}`);
}

/** Makes a schedule, with a crontab(1) over a file, and gives the command line that cron would be given. */
function schedule(name) {
  const bin = join(folder, 'bin');
  const crontab = join(folder, 'crontab');
  mkdirSync(bin);
  writeFileSync(crontab, '');
  writeFileSync(join(bin, 'crontab'), `#!/bin/sh\ncase "$1" in -l) cat '${crontab}' ;; *) cat >'${crontab}' ;; esac\n`, { mode: 0o755 });
  const { cwd, env } = command('');
  const place = { cwd, env: { ...env, PATH: `${bin}:${process.env.PATH}` } };
  const argv = ['schedule', 'add', name, '--on', 'cron', '--when', '@daily', '--yes', 'bench.plain.run'];
  const ended = spawnSync(OUTLOOP, argv, place);
  if (ended.status !== 0) throw new Error(`outloop schedule add: ${ended.stderr}`);
  const line = readFileSync(crontab, 'utf8')
    .split('\n')
    .find((text) => text.endsWith(` schedule run ${name}`));
  const [, token] = /OUTLOOP_SCHEDULE=['"]?([^\s'"]+)/.exec(line);
  return { argv: [OUTLOOP, 'schedule', 'run', name], cwd, env: { ...env, OUTLOOP_SCHEDULE: token } };
}
