// An operator state with a linked folder, made with outloop's own commands and, where there is to be much of it, by writing its files.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OUTLOOP = join(dirname(fileURLToPath(import.meta.url)), '../dist/outloop');
/** So many aliases stand in one service's file. */
const ALIASES_EACH = 100;

/**
 * Makes a state in `folder`. `size`: how many tenants, aliases, and grants of the tenant there are in all. `actions`: YAML of what the aliases
 * `bench.<name>.run` do. `settings`: what settings.yaml says besides its version. Its `command` is the command line of a run, for bench/process.mjs.
 */
export function makeHome(folder, { size, actions, services = {}, settings = null }) {
  const state = join(folder, 'state');
  const client = join(folder, 'client');
  mkdirSync(client, { recursive: true, mode: 0o700 });
  const env = { OUTLOOP_HOME: state };
  const type = (args, input = '') => {
    const ended = spawnSync(OUTLOOP, args, { cwd: client, env: { PATH: process.env.PATH, ...env }, input });
    if (ended.status !== 0) throw new Error(`outloop ${args.join(' ')}: ${ended.stderr}`);
    return ended.stdout.toString();
  };
  type(['init', '--vault-key', 'file']);
  for (const [name, text] of Object.entries({ bench: commandService(actions), ...services })) {
    writeFileSync(join(folder, `${name}.yaml`), text);
    type(['service', 'add', join(folder, `${name}.yaml`), '--yes']);
  }
  type(['service', 'vet', 'bench', '--yes']);
  type(['tenant', 'add', 'bench', '--yes']);
  type(['secret', 'set', 'bench/key', '--yes'], 'a-value-of-the-bench-0123456789');
  if (settings !== null) writeFileSync(join(state, 'settings.yaml'), `version: 1\n${settings}`, { mode: 0o600 });
  writeTenants(join(state, 'tenants'), size);
  writeServices(join(state, 'services'), size.aliases - Object.keys(actions).length);
  type(['link', '--tenant', 'bench', '--project', 'bench', '--yes']);
  return { type, command: (alias) => ({ argv: [OUTLOOP, 'run', alias], cwd: client, env }) };
}

function commandService(actions) {
  const aliases = Object.entries(actions).map(
    ([name, tool]) =>
      `  bench.${name}.run: { title: Nothing, effect: read, command: { argv: [${tool}], credentials: { KEY: token }, delivery: env, cwd: private } }\n`,
  );
  return `version: 1\nservice: bench\ntitle: Bench\nslots: { token: { scheme: bearer, hosts: [127.0.0.1] } }\naliases:\n${aliases.join('')}`;
}

/** Tenant `bench` with one grant that permits and many that are for other aliases, and tenants that are never asked for. */
function writeTenants(folder, { tenants, grants }) {
  const others = Array.from({ length: grants - 1 }, (_, i) => `  - { id: other-${i}, permit: ['other${i}.*'], bind: { token: key } }\n`);
  writeFileSync(
    join(folder, 'bench.yaml'),
    'version: 1\ntenant: bench\nstatus: active\ncredentials:\n  key: { backend: embedded, ref: bench/key }\ngrants:\n' +
      `${others.join('')}  - { id: all, permit: ['bench.*'], bind: { token: key } }\n`,
    { mode: 0o600 },
  );
  for (let i = 1; i < tenants; i++) {
    const text = `version: 1\ntenant: tenant-${i}\nstatus: active\ncredentials: {}\ngrants: []\n`;
    writeFileSync(join(folder, `tenant-${i}.yaml`), text, { mode: 0o600 });
  }
}

function writeServices(folder, count) {
  for (let first = 0; first < count; first += ALIASES_EACH) {
    const service = `more-${first / ALIASES_EACH}`;
    const aliases = Array.from({ length: Math.min(ALIASES_EACH, count - first) }, (_, i) => {
      return `  ${service}.thing-${i}.get: { title: Get thing ${i}, effect: read, http: { method: GET, path: /things/${i} } }\n`;
    });
    const text =
      `version: 1\nservice: ${service}\ntitle: More\nbase: https://service.invalid\n` +
      `slots: { token: { scheme: bearer, hosts: [service.invalid] } }\naliases:\n${aliases.join('')}`;
    writeFileSync(join(folder, `${service}.yaml`), text, { mode: 0o600 });
  }
}
