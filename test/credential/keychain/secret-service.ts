import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../../..');
const PROGRAMS = ['/usr/bin/dbus-daemon', '/usr/bin/dbus-send', '/usr/bin/gnome-keyring-daemon', '/usr/bin/secret-tool'];

/** Why there can be no Secret Service in this test run, or null; it stands in the titles of what is skipped. */
export function whyNoSecretService(): string | null {
  const missing = PROGRAMS.filter((path) => !existsSync(path));
  if (missing.length > 0) return `skipped without ${missing.join(', ')}`;
  try {
    createRequire(import.meta.url)('keytar');
    return null;
  } catch {
    return 'skipped without the optional keytar module';
  }
}

/** Bundles the helper from its source into `directory`, with the installed native module in its reach unless `module` is false. */
export async function buildHelper(directory: string, module = true): Promise<string> {
  const helper = join(directory, 'keychain-helper.cjs');
  const entry = join(ROOT, 'src/credential/keychain/helper.ts');
  await build({
    entryPoints: [entry],
    outfile: helper,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['keytar'],
  });
  if (module) symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  return helper;
}

export type SecretService = {
  readonly env: Readonly<Record<string, string>>;
  /** Locks the collection, as a session that is left alone does. */
  lock(): void;
  /** What another program of the user stores or reads. */
  tool(args: readonly string[], input?: string): string;
  stop(): void;
};

/** A D-Bus session with gnome-keyring of its own, unlocked (its login keyring is made by the empty line). */
export async function startSecretService(): Promise<SecretService> {
  const home = mkdtempSync(join(tmpdir(), 'outloop-'));
  const runtime = join(home, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const base = { PATH: '/usr/bin:/bin', HOME: home, XDG_RUNTIME_DIR: runtime };
  const children: ChildProcess[] = [];
  // Its own configuration would put the socket into /tmp, where it stays.
  const bus = spawn('/usr/bin/dbus-daemon', ['--session', '--nofork', '--print-address', `--address=unix:path=${join(runtime, 'bus')}`], {
    env: base,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(bus);
  const env = { ...base, DBUS_SESSION_BUS_ADDRESS: (await firstLine(bus)).trim() };
  const args = ['--foreground', '--unlock', '--components=secrets'];
  const keyring = spawn('/usr/bin/gnome-keyring-daemon', args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
  children.push(keyring);
  keyring.stdin.end('\n');
  const tool = (command: readonly string[], input = ''): string =>
    spawnSync('/usr/bin/secret-tool', command, { env, input, encoding: 'utf8', timeout: 5000 }).stdout;
  const stop = (): void => {
    for (const child of children.reverse()) child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  for (let attempt = 0; attempt < 100; attempt++) {
    // A request before the name is taken would start a second daemon, which nobody has unlocked.
    if (isThere(env)) tool(['store', '--label=ready', 'outloop-test', 'ready'], 'yes');
    if (isThere(env) && tool(['lookup', 'outloop-test', 'ready']) === 'yes') return { env, lock: () => lock(env), tool, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  stop();
  throw new Error('gnome-keyring does not answer');
}

function isThere(env: Readonly<Record<string, string>>): boolean {
  const question = ['--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'];
  return spawnSync('/usr/bin/dbus-send', ['--print-reply', ...question], { env, encoding: 'utf8', timeout: 5000 }).stdout.includes('true');
}

function lock(env: Readonly<Record<string, string>>): void {
  const method = ['--dest=org.freedesktop.secrets', '/org/freedesktop/secrets', 'org.freedesktop.Secret.Service.Lock'];
  const collection = 'array:objpath:/org/freedesktop/secrets/collection/login';
  spawnSync('/usr/bin/dbus-send', ['--session', '--print-reply', ...method, collection], { env, timeout: 5000 });
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('the bus ended')));
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')));
  });
}
