// Performs the main job for real, in a temporary home: two clients with a key each, a service that demands it, and what an agent sees.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const outloop = join(dirname(fileURLToPath(import.meta.url)), '../dist/outloop');
const home = mkdtempSync(join(tmpdir(), 'outloop-quickstart-'));
const state = join(home, 'state');
const folders = { acme: join(home, 'clients/acme'), globex: join(home, 'clients/globex') };
const keys = { acme: 'sk_demo_acme_7f3a9c2e1b', globex: 'sk_demo_globex_44d81f0c6a' };
const operator = { PATH: process.env.PATH, OUTLOOP_HOME: state };
const agent = { ...operator, OUTLOOP_PRINCIPAL: 'agent:demo' };
let wrong = 0;

function say(text) {
  console.log(`\n# ${text}`);
}

/** Types a command, shows what it prints, and compares its exit code with what should happen. */
async function type(args, { cwd = home, env = operator, input = '', expect = 0 } = {}) {
  console.log(`$ ${input === '' ? '' : 'printf %s "$KEY" | '}outloop ${args.join(' ')}`);
  const child = spawn(outloop, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  child.stdin.end(input);
  const exit = await new Promise((resolve) => child.on('close', resolve));
  process.stdout.write(text);
  console.log(`(exit ${exit})`);
  const leaked = Object.values(keys).some((key) => text.includes(key));
  if (exit !== expect || leaked) {
    wrong++;
    console.log(leaked ? 'WRONG: a key came out' : `WRONG: expected exit ${expect}`);
  }
  return text;
}

const service = createServer((request, response) => {
  const client = Object.keys(keys).find((name) => request.headers.authorization === `Bearer ${keys[name]}`);
  response.statusCode = client === undefined ? 401 : 200;
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify(
      client === undefined ? { error: 'no key' } : { invoices: [{ client, url: request.url, sent: request.headers.authorization }] },
    ),
  );
});
await new Promise((resolve) => service.listen(0, '127.0.0.1', resolve));

try {
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tool = join(home, 'report');
  writeFileSync(tool, '#!/bin/sh\necho "report for $1, and the key is $BILLING_KEY"\nprintf %s "$BILLING_KEY" | base64\n', { mode: 0o755 });
  writeFileSync(
    join(home, 'billing.yaml'),
    `version: 1
service: billing
title: A billing service on this machine
base: http://127.0.0.1:${service.address().port}
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  billing.invoices.list:
    title: List a client's invoices
    effect: read
    params: { client: { type: string, pattern: '^[a-z]+$' } }
    http: { method: GET, path: '/clients/{client}/invoices' }
    response: { select: invoices }
  billing.report.make:
    title: Make a report with a command
    effect: read
    params: { month: { type: string, pattern: '^[0-9]{4}-[0-9]{2}$' } }
    command: { argv: [${tool}, '{month}'], credentials: { BILLING_KEY: token }, delivery: env, cwd: private }
`,
  );

  say('The operator sets outloop up: a service, two clients, a key each.');
  await type(['init', '--vault-key', 'file']);
  await type(['service', 'add', './billing.yaml', '--yes']);
  await type(['service', 'vet', 'billing', '--yes']);
  for (const client of ['acme', 'globex']) {
    await type(['tenant', 'add', client, '--yes']);
    await type(['secret', 'set', `${client}/billing`, '--yes'], { input: keys[client] });
    await type(['grant', 'add', client, '--permit', 'billing.invoices.*', '--bind', 'token=billing', '--pin', `client=${client}`, '--yes']);
    await type(['grant', 'add', client, '--permit', 'billing.report.*', '--bind', 'token=billing', '--rate', '60/hour', '--yes']);
    await type(['link', '--tenant', client, '--project', 'website', '--yes'], { cwd: folders[client] });
  }

  const acme = { cwd: folders.acme, env: agent };
  say('An agent in acme’s folder sees what it may run, and gets its work done.');
  await type(['aliases'], acme);
  await type(['run', 'billing.invoices.list'], acme);
  say('A command’s child that prints its key: what comes out is redacted.');
  await type(['run', 'billing.report.make', 'month=2026-11'], acme);
  say('A skill that was copied from the other client.');
  await type(['run', 'globex/billing.invoices.list'], { ...acme, expect: 104 });
  say('A parameter that is pinned to this client.');
  await type(['run', 'billing.invoices.list', 'client=globex'], { ...acme, expect: 104 });
  say('A copied link file, and one that was edited.');
  mkdirSync(join(home, 'elsewhere'), { mode: 0o700 });
  copyFileSync(join(folders.acme, '.outloop'), join(home, 'elsewhere/.outloop'));
  await type(['run', 'billing.invoices.list'], { cwd: join(home, 'elsewhere'), env: agent, expect: 103 });
  appendFileSync(join(folders.acme, '.outloop'), '# edited\n');
  await type(['run', 'billing.invoices.list'], { ...acme, expect: 103 });
  say('Everything is on record, and the record is whole.');
  await type(['audit', 'verify']);
  const found = spawnSync('grep', ['-rlF', ...Object.values(keys).flatMap((key) => ['-e', key]), state]).stdout?.toString() ?? '';
  if (found !== '') wrong++;
  console.log(found === '' ? '\nNo key stands in clear in the operator state.' : `WRONG: a key stands in ${found}`);
  console.log(wrong === 0 ? 'All of it went as it should.' : `${wrong} things went wrong.`);
} finally {
  service.close();
  rmSync(home, { recursive: true, force: true });
}
process.exitCode = wrong === 0 ? 0 : 1;
