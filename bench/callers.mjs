// Times what a session and an approval add to `outloop run`, interleaved in one run; prints medians of the differences.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const outloop = join(dirname(fileURLToPath(import.meta.url)), '../bin/run.js');
const rounds = Number(process.argv[2] ?? 40);
const inside = process.env.OUTLOOP_SESSION !== undefined;
const home = inside ? process.env.BENCH_HOME : mkdtempSync(join(tmpdir(), 'outloop-bench-'));
const folder = join(home, 'client');
const env = { PATH: process.env.PATH, OUTLOOP_HOME: join(home, 'state'), OUTLOOP_PRINCIPAL: 'agent:bench' };

function type(args, { input = '', on = 'pipe' } = {}) {
  const command = [process.execPath, outloop, ...args];
  // An approval is given on a terminal: script(1) makes one.
  const [file, ...rest] = on === 'pipe' ? command : ['script', '-qec', command.join(' '), '/dev/null'];
  const ended = spawnSync(file, rest, { cwd: folder, env: { ...env, OUTLOOP_PRINCIPAL: '' }, input });
  if (ended.status !== 0) throw new Error(`${args.join(' ')}: ${ended.stderr}${ended.stdout}`);
}

function setUp() {
  mkdirSync(folder, { mode: 0o700 });
  const alias = (name) =>
    `  bench.${name}.run: { title: Nothing, effect: read, command: { argv: [/bin/true], credentials: { KEY: token }, delivery: env, cwd: private } }\n`;
  writeFileSync(
    join(folder, 'bench.yaml'),
    `version: 1\nservice: bench\ntitle: Bench\nslots: { token: { scheme: bearer, hosts: [bench.invalid] } }\naliases:\n${['plain', 'once', 'counted'].map(alias).join('')}`,
  );
  type(['init', '--vault-key', 'file']);
  type(['tenant', 'add', 'bench', '--yes']);
  type(['service', 'add', './bench.yaml', '--yes']);
  type(['service', 'vet', 'bench', '--yes']);
  type(['secret', 'set', 'bench/key', '--yes'], { input: 'a-value-of-the-bench-0123456789' });
  for (const [name, ...more] of [['plain'], ['once', '--approve', 'once'], ['counted', '--approve', 'once']]) {
    type(['grant', 'add', 'bench', '--permit', `bench.${name}.run`, '--bind', 'token=key', ...more, '--yes']);
  }
  type(['link', '--tenant', 'bench', '--project', 'bench', '--yes']);
  for (const [name, ...more] of [['once'], ['counted', '--count', '10000']]) {
    spawnSync(process.execPath, [outloop, 'run', `bench.${name}.run`], { cwd: folder, env });
    const [key] = readdirSync(join(home, 'state/requests/bench'));
    const { request } = JSON.parse(spawnSync('cat', [join(home, 'state/requests/bench', key)], { encoding: 'utf8' }).stdout);
    type(['requests', 'approve', request.id, '--yes', ...more], { on: 'terminal' });
  }
}

function measure() {
  const token = { OUTLOOP_SESSION: process.env.OUTLOOP_SESSION };
  const rows = [
    ['outloop run', 'plain', {}],
    ['the same again (noise)', 'plain', {}],
    ['in a session', 'plain', token],
    ['with an approval without a count', 'once', {}],
    ['with an approval whose count is spent', 'counted', {}],
  ];
  const times = rows.map(() => []);
  for (let round = -2; round < rounds; round++) {
    rows.forEach(([, alias, more], i) => {
      const start = process.hrtime.bigint();
      const ended = spawnSync(process.execPath, [outloop, 'run', `bench.${alias}.run`], {
        cwd: folder,
        env: { ...env, ...more },
        stdio: 'ignore',
      });
      if (ended.status !== 0) throw new Error(`bench.${alias}.run exited ${ended.status}`);
      if (round >= 0) times[i].push(Number(process.hrtime.bigint() - start) / 1e6);
    });
  }
  const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  console.log('| what | median ms | against outloop run |\n|---|---|---|');
  rows.forEach(([name], i) => {
    const added = median(times[i].map((time, round) => time - times[0][round]));
    console.log(`| ${name} | ${median(times[i]).toFixed(1)} | ${added < 0 ? '' : '+'}${added.toFixed(1)} ms |`);
  });
}

if (inside) measure();
else {
  try {
    setUp();
    // The measuring runs as the session's command; each run shows the token only where the row says so.
    const args = ['session', 'start', '--tenant', 'bench', '--yes', '--', process.execPath, fileURLToPath(import.meta.url), String(rounds)];
    const ended = spawnSync(process.execPath, [outloop, ...args], {
      cwd: folder,
      env: { ...env, OUTLOOP_PRINCIPAL: '', BENCH_HOME: home },
      stdio: 'inherit',
    });
    process.exitCode = ended.status ?? 1;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
