// Times `outloop run` of nothing against `node -e 0`, interleaved in one run; prints medians and ratios.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';

if (!isMainThread) {
  const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1', () =>
    parentPort.postMessage(server.address().port),
  );
} else {
  const outloop = join(dirname(fileURLToPath(import.meta.url)), '../bin/run.js');
  const rounds = Number(process.argv[2] ?? 30);
  const home = mkdtempSync(join(tmpdir(), 'outloop-bench-'));
  const folder = join(home, 'client');
  const env = { PATH: process.env.PATH, OUTLOOP_HOME: join(home, 'state') };
  const worker = new Worker(fileURLToPath(import.meta.url));
  const port = await new Promise((resolve) => worker.once('message', resolve));
  const type = (args, input = '') => {
    const ended = spawnSync(process.execPath, [outloop, ...args], { cwd: folder, env, input });
    if (ended.status !== 0) throw new Error(`${args.join(' ')}: ${ended.stderr}`);
  };
  try {
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(
      join(folder, 'bench.yaml'),
      `version: 1\nservice: bench\ntitle: Bench\nbase: http://127.0.0.1:${port}\nslots: { token: { scheme: bearer, hosts: [127.0.0.1] } }\naliases:\n` +
        '  bench.true.run: { title: Nothing, effect: read, command: { argv: [/bin/true], credentials: { KEY: token }, delivery: env, cwd: private } }\n' +
        '  bench.http.get: { title: Get, effect: read, http: { method: GET, path: / } }\n',
    );
    type(['init', '--vault-key', 'file']);
    type(['tenant', 'add', 'bench', '--yes']);
    type(['service', 'add', './bench.yaml', '--yes']);
    type(['service', 'vet', 'bench', '--yes']);
    type(['secret', 'set', 'bench/key', '--yes'], 'a-value-of-the-bench-0123456789');
    type(['grant', 'add', 'bench', '--permit', 'bench.*', '--bind', 'token=key', '--yes']);
    type(['link', '--tenant', 'bench', '--project', 'bench', '--yes']);
    // The same state with every kind of backend set up: a run must not pay for what it does not use.
    const furnished = { ...env, OUTLOOP_HOME: join(home, 'furnished') };
    cpSync(env.OUTLOOP_HOME, furnished.OUTLOOP_HOME, { recursive: true });
    writeFileSync(
      join(furnished.OUTLOOP_HOME, 'settings.yaml'),
      'version: 1\nbackends:\n  1password: { token: embedded }\n  infisical: { clientId: bench }\n  doppler: { project: a, config: b }\n  vault: { address: https://vault.example.com, roleId: bench }\n' +
        '  env: { tenants: { bench: ["*"] } }\n  file: { mounts: [/etc/secrets] }\n  pass: { kind: exec, argv: [/usr/bin/pass, show, "{ref}"] }\n',
      { mode: 0o600 },
    );
    const rows = [
      ['node -e 0', ['-e', '0']],
      ['outloop run, /bin/true', [outloop, 'run', 'bench.true.run']],
      ['outloop run, /bin/true, every backend set up', [outloop, 'run', 'bench.true.run'], furnished],
      ['outloop run, HTTP on loopback', [outloop, 'run', 'bench.http.get']],
    ];
    const times = rows.map(() => []);
    for (let round = -2; round < rounds; round++) {
      rows.forEach(([, args, own = env], i) => {
        const start = process.hrtime.bigint();
        const ended = spawnSync(process.execPath, args, { cwd: folder, env: own, stdio: 'ignore' });
        if (ended.status !== 0) throw new Error(`${args.join(' ')} exited ${ended.status}`);
        if (round >= 0) times[i].push(Number(process.hrtime.bigint() - start) / 1e6);
      });
    }
    const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
    console.log('| what | median ms | against node -e 0 |\n|---|---|---|');
    rows.forEach(([name], i) => {
      const ratio = median(times[i].map((time, round) => time / times[0][round]));
      console.log(`| ${name} | ${median(times[i]).toFixed(1)} | ${ratio.toFixed(2)}× |`);
    });
    const started = Date.now();
    const { spawn } = await import('node:child_process');
    const codes = await Promise.all(
      Array.from(
        { length: 200 },
        () => new Promise((resolve) => spawn(process.execPath, rows[1][1], { cwd: folder, env, stdio: 'ignore' }).on('close', resolve)),
      ),
    );
    const verify = spawnSync(process.execPath, [outloop, 'audit', 'verify'], { env, encoding: 'utf8' });
    console.log(
      `\n200 at once: ${codes.filter((code) => code === 0).length} succeeded in ${Date.now() - started} ms; ${verify.stdout.trim()}`,
    );
  } finally {
    await worker.terminate();
    rmSync(home, { recursive: true, force: true });
  }
}
