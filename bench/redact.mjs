// What redaction costs, through the real binary: throughput against a plain spawn-and-pipe of Node of the same bytes, near misses, memory, latency, small outputs.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interleave, median, ratioOf } from './interleave.mjs';
import { installVarlock } from './peers.mjs';
import { peakMemory, timeProcess } from './process.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const outloop = join(here, '../dist/outloop');
const rounds = Number(process.argv[2] ?? 5);
/** So many that the start, which other figures are of, is a small part. */
const MEGABYTES = Number(process.argv[3] ?? 256);
/** Of near misses, which take long. */
const NEAR_MEGABYTES = 32;
/** Of a run so short the time of one differs by more than what is measured. */
const SMALL_ROUNDS = 100;
const home = mkdtempSync(join(tmpdir(), 'outloop-bench-'));
const folder = join(home, 'client');
const env = { PATH: process.env.PATH, OUTLOOP_HOME: join(home, 'state') };
const makeKey = () => `sk_live_${randomBytes(30).toString('base64').replaceAll(/[+/=]/g, 'x')}`;
const keys = Array.from({ length: 5 }, makeKey);
/** Near misses are so many pieces of a key, of eleven characters each. A key is chosen of which no piece goes on with the piece that follows it, or with the one before it. */
const PIECES = 20;
const PIECE = 11;
const FIRST = 8;
const goesOn = (key) => {
  const symbols = key.toLowerCase();
  return Array.from({ length: PIECES }, (_, i) => {
    const next = (i + 1) % PIECES;
    return symbols[FIRST + PIECE + i] === symbols[FIRST + next] || symbols[FIRST + next - 1] === symbols[FIRST + i + PIECE - 1];
  }).some(Boolean);
};
while (goesOn(keys[0])) keys[0] = makeKey();

/** A file of so many megabytes, made of a block that is written again and again. */
function makeFile(name, block, megabytes = MEGABYTES) {
  const path = join(home, name);
  const times = Math.ceil((megabytes * 1e6) / block.length);
  writeFileSync(path, Buffer.concat(Array.from({ length: times }, () => Buffer.from(block))));
  return path;
}

function buildLog() {
  let text = '';
  for (let i = 0; i < 4000; i++) {
    text += `[ ${i % 100}%] Building CXX object src/CMakeFiles/core.dir/module_${i}.cpp.o -O2 -DNDEBUG=1 -I/usr/include/x86_64-linux-gnu -Wall\n`;
    if (i % 7 === 0) text += `src/module_${i}.cpp:${i}:12: warning: unused variable 'count${i}' [-Wunused-variable]\n`;
  }
  return text;
}

function json() {
  const rows = [];
  for (let i = 0; i < 3000; i++) {
    rows.push({
      id: i * 7919,
      name: `item ${i}`,
      email: `user${i}@example.com`,
      text: 'said "hello" and left\nthen came back',
      score: i / 7,
      url: `https://example.com/a/b?c=${i}&e=f`,
    });
  }
  return JSON.stringify(rows);
}

/** Eleven characters of a key, again and again: nothing counts, everything has to be looked at. */
const nearMisses = () =>
  Array.from({ length: 2000 }, (_, i) => keys[0].slice(FIRST + (i % PIECES), FIRST + PIECE + (i % PIECES))).join('-');

const files = {
  log: makeFile('log', buildLog()),
  json: makeFile('json', json()),
  near: makeFile('near', nearMisses(), NEAR_MEGABYTES),
  twice: makeFile('twice', nearMisses(), 2 * NEAR_MEGABYTES),
};
const pipe = join(home, 'pipe.mjs');
writeFileSync(
  pipe,
  "import { spawn } from 'node:child_process';\nconst child = spawn('/bin/cat', [process.argv[2]], { stdio: ['ignore', 'pipe', 'inherit'] });\nchild.stdout.pipe(process.stdout);\n",
);
const ticker = join(home, 'ticker');
writeFileSync(
  ticker,
  `#!${process.execPath}\nlet n = 0;\nconst tick = () => { process.stdout.write(String(process.hrtime.bigint()) + (process.argv[2] === 'tail' ? ' ${keys[0].slice(0, 1)}' : ' ok') + '\\n'); if (++n < 60) setTimeout(tick, 15); };\ntick();\n`,
  { mode: 0o755 },
);

function type(args, input = '') {
  const ended = spawnSync(outloop, args, { cwd: folder, env, input });
  if (ended.status !== 0) throw new Error(`${args.join(' ')}: ${ended.stderr}`);
}

/** Seconds that a command takes, its output going through a pipe to cat. */
function time({ argv, cwd = folder, env: own = env }) {
  const start = process.hrtime.bigint();
  const ended = spawnSync('/bin/bash', ['-o', 'pipefail', '-c', '"$@" | cat >/dev/null', 'time', ...argv], {
    cwd,
    env: { PATH: process.env.PATH, ...own },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (ended.status !== 0) throw new Error(`${argv.join(' ')}: ${ended.stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** Milliseconds from a child's write to the reader, one for each line. */
function latencies(kind) {
  return new Promise((resolve) => {
    const child = spawn(outloop, ['run', 'bench.tick.run', `kind=${kind}`], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const seen = [];
    child.stdout.on('data', (chunk) => {
      const now = process.hrtime.bigint();
      for (const [stamp] of chunk.toString().matchAll(/\d{10,}/g)) seen.push(Number(now - BigInt(stamp)) / 1e6);
    });
    child.on('close', () => resolve(seen.slice(5)));
  });
}

try {
  mkdirSync(folder, { mode: 0o700 });
  const slots = keys.map((_, i) => `token-${i}: { scheme: bearer, hosts: [service.invalid] }`).join(', ');
  const five = keys.map((_, i) => `KEY${i}: token-${i}`).join(', ');
  const alias = (name, argv, credentials) =>
    `  ${name}: { title: Bench, effect: read, command: { argv: [${argv}], credentials: { ${credentials} }, delivery: env, cwd: private }, limits: { maxBytes: 1000000000 } }\n`;
  const cat = (name, file, credentials) => alias(name, `/bin/cat, ${file}`, credentials);
  writeFileSync(
    join(folder, 'bench.yaml'),
    `version: 1\nservice: bench\ntitle: Bench\nslots: { ${slots} }\naliases:\n` +
      cat('bench.log.one', files.log, 'KEY0: token-0') +
      cat('bench.log.five', files.log, five) +
      cat('bench.json.one', files.json, 'KEY0: token-0') +
      cat('bench.json.five', files.json, five) +
      cat('bench.near.one', files.near, 'KEY0: token-0') +
      cat('bench.near.twice', files.twice, 'KEY0: token-0') +
      `  bench.tick.run: { title: Tick, effect: read, params: { kind: { type: string } }, command: { argv: [${ticker}, '{kind}'], credentials: { KEY0: token-0 }, delivery: env, cwd: private } }\n` +
      alias('bench.small.run', '/bin/echo, a small output of some words that holds nothing at all', 'KEY0: token-0') +
      alias('bench.small.bare', '/bin/echo, a small output of some words that holds nothing at all', ''),
  );
  type(['init', '--vault-key', 'file']);
  type(['tenant', 'add', 'bench', '--yes']);
  type(['service', 'add', './bench.yaml', '--yes']);
  type(['service', 'vet', 'bench', '--yes']);
  keys.forEach((key, i) => type(['secret', 'set', `bench/key-${i}`, '--yes'], key));
  type(['grant', 'add', 'bench', '--permit', 'bench.*', ...keys.flatMap((_, i) => ['--bind', `token-${i}=key-${i}`]), '--yes']);
  type(['link', '--tenant', 'bench', '--project', 'bench', '--yes']);

  const row = (name, command) => ({ name, sample: () => time(command) });
  const run = (alias) => ({ argv: [outloop, 'run', alias] });
  const others = [
    ['one credential', installVarlock(join(home, 'varlock-one'), keys.slice(0, 1))],
    ['five credentials', installVarlock(join(home, 'varlock-five'), keys)],
  ];
  console.log(`${MEGABYTES} MB of each, ${rounds} rounds, medians\n\n| what | MB/s | against plain pipe |\n|---|---|---|`);
  for (const kind of ['log', 'json']) {
    const rows = [
      row(`plain pipe of Node, ${kind}`, { argv: [process.execPath, pipe, files[kind]] }),
      row(`outloop run, one credential, ${kind}`, run(`bench.${kind}.one`)),
      row(`outloop run, five credentials, ${kind}`, run(`bench.${kind}.five`)),
      ...others.flatMap(([many, { wrap, fault }]) =>
        fault === null ? [row(`varlock run, ${many}, ${kind}`, wrap(['/bin/cat', files[kind]]))] : [],
      ),
    ];
    const times = await interleave(rows, rounds);
    const plain = times.get(rows[0].name);
    for (const [title, seconds] of times)
      console.log(`| ${title} | ${(MEGABYTES / median(seconds)).toFixed(0)} | ${ratioOf(plain, seconds).toFixed(2)} |`);
  }
  for (const [many, { fault }] of others) if (fault !== null) console.log(`\nskipped, with ${many}: ${fault}`);
  const times = await interleave([row('near', run('bench.near.one')), row('twice', run('bench.near.twice'))], rounds);
  const near = times.get('near');
  console.log(
    `\nnear misses: ${(NEAR_MEGABYTES / median(near)).toFixed(0)} MB/s; twice the input takes ${ratioOf(times.get('twice'), near).toFixed(2)} times as long`,
  );
  const memory = [];
  for (const argv of [
    [process.execPath, '-e', '0'],
    [process.execPath, pipe, files.log],
    [outloop, 'run', 'bench.log.one'],
    [outloop, 'run', 'bench.log.five'],
  ]) {
    const peaks = [];
    for (let round = 0; round < 5; round++) peaks.push(await peakMemory({ argv, cwd: folder, env }));
    memory.push(median(peaks));
  }
  const [alone, ...more] = memory.map((megabytes, i) => (i === 0 ? megabytes : megabytes - memory[0]).toFixed(0));
  console.log(
    `peak memory: node -e 0 ${alone} MB, plain pipe of Node +${more[0]} MB, outloop with one credential +${more[1]} MB, with five +${more[2]} MB`,
  );
  for (const kind of ['plain', 'tail']) {
    const all = await latencies(kind);
    console.log(
      `from a child's write to ours${kind === 'tail' ? ', where the tail may begin a secret' : ''}: p50 ${median(all).toFixed(2)} ms, max ${Math.max(...all).toFixed(2)} ms`,
    );
  }
  const start = (name) => ({ name, sample: () => timeProcess({ argv: [outloop, 'run', name], cwd: folder, env }) });
  const samples = await interleave([start('bench.small.run'), start('bench.small.bare')], SMALL_ROUNDS);
  const bare = samples.get('bench.small.bare');
  const longer = median(samples.get('bench.small.run').map((ms, round) => ms - bare[round]));
  console.log(
    `a small output with a credential against one without: ${longer.toFixed(1)} ms longer (reading the credential included; ${SMALL_ROUNDS} rounds)`,
  );
} finally {
  rmSync(home, { recursive: true, force: true });
}
