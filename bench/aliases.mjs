// Measures `outloop aliases --json` over 10,000 aliases in 100 grants against ten, the runs taken in turn; fails where it takes more than twice as long.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const outloop = join(dirname(fileURLToPath(import.meta.url)), '../dist/outloop');
const home = mkdtempSync(join(tmpdir(), 'outloop-bench-'));
const rounds = Number(process.argv[2] ?? 11);
const limit = 2;

function run(menu, args, cwd = menu, input = '') {
  const env = { PATH: process.env.PATH, OUTLOOP_HOME: join(menu, 'state') };
  const started = performance.now();
  const ended = spawnSync(outloop, args, { cwd, env, input, maxBuffer: 1e9 });
  if (ended.status !== 0) throw new Error(`${args.join(' ')}: ${ended.stderr}`);
  return { ms: performance.now() - started, text: ended.stdout };
}

function makeMenu(name, services, aliases) {
  const menu = join(home, name);
  mkdirSync(join(menu, 'acme'), { recursive: true, mode: 0o700 });
  run(menu, ['init', '--vault-key', 'file']);
  run(menu, ['tenant', 'add', 'acme', '--yes']);
  run(menu, ['secret', 'set', 'acme/key', '--yes'], menu, 'sk_test_8fJ2kLmN0pQrStUv');
  const names = Array.from({ length: services }, (_, i) => `s${i}`);
  for (const service of names) {
    const rows = Array.from(
      { length: aliases },
      (_, i) => `  ${service}.thing${i}.list:
    title: List things
    effect: read
    params: { owner: { type: string, pattern: '[A-Za-z0-9-]{1,39}' }, repo: { type: string }, state: { type: enum, values: [open, closed], default: open } }
    http: { method: GET, path: '/{owner}/{repo}/${i}', query: { state: '{state}' } }
`,
    );
    const head = `version: 1\nservice: ${service}\ntitle: Things\nbase: https://${service}.example.com\nslots: { token: { scheme: bearer, hosts: [${service}.example.com] } }\naliases:\n`;
    writeFileSync(join(menu, `state/services/${service}.yaml`), head + rows.join(''), { mode: 0o600 });
  }
  const file = join(menu, 'state/tenants/acme.yaml');
  const grants = names.map(
    (service) => `  - { id: ${service}, permit: ['${service}.*'], bind: { token: key }, pin: { owner: acme-inc } }\n`,
  );
  writeFileSync(file, `${readFileSync(file, 'utf8').replace(/^grants:.*$/m, '')}grants:\n${grants.join('')}`, { mode: 0o600 });
  run(menu, ['link', '--tenant', 'acme', '--project', 'web', '--yes'], join(menu, 'acme'));
  return menu;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

try {
  const menus = { ten: makeMenu('ten', 1, 10), many: makeMenu('many', 100, 100) };
  const list = (menu, ...more) => run(menu, ['aliases', '--json', ...more], join(menu, 'acme'));
  const { aliases } = JSON.parse(list(menus.many).text);
  if (aliases.length !== 10_000) throw new Error(`${aliases.length} aliases`);
  const times = { ten: [], many: [], first: [] };
  for (let i = 0; i < rounds; i++) {
    times.ten.push(list(menus.ten).ms);
    times.many.push(list(menus.many).ms);
    if (i % 3 !== 0) continue;
    const compiled = join(menus.many, 'state/compiled');
    for (const name of readdirSync(compiled).filter((one) => one.startsWith('menu-'))) rmSync(join(compiled, name));
    times.first.push(list(menus.many).ms);
  }
  const [ten, many, first] = [median(times.ten), median(times.many), median(times.first)];
  console.log(
    `ten aliases ${ten.toFixed(0)} ms, 10,000 in 100 grants ${many.toFixed(0)} ms (${(many / ten).toFixed(2)}×; at most ${limit}×)`,
  );
  console.log(`after a change ${first.toFixed(0)} ms (${(first / ten).toFixed(2)}×)`);
  if (many > limit * ten) process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}
