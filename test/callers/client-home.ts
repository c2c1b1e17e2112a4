import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OUTLOOP } from '../helpers/entry.js';
import { operate, operateIn, type Operated, type Step } from '../helpers/operate.js';

export type Ended = { readonly exit: number | null; readonly stdout: string; readonly stderr: string };

export type Asking = { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly input?: string };

/** Where commands of this home are run: `bin` holds outloop under its own name. */
export type ClientHome = Operated & {
  readonly path: string;
  readonly folder: (client: string) => string;
  /** Runs the real binary, as the operator from a script unless `env` says otherwise. */
  readonly outloop: (args: readonly string[], asking?: Asking) => Promise<Ended>;
  /** Gives an operator command, which must exit 0, as `operate` does: not for what is tested. Gives what it printed. */
  readonly setUp: (...step: Step) => Promise<string>;
  /** A command line in a shell that has outloop on its path. */
  readonly shell: (line: string, asking?: Asking) => Promise<Ended>;
  readonly remove: () => void;
};

/** A temporary home with an operator state, and outloop on a path of its own. */
export async function makeClientHome(): Promise<ClientHome> {
  const path = mkdtempSync(join(tmpdir(), 'outloop-callers-'));
  const bin = join(path, 'bin');
  mkdirSync(bin);
  symlinkSync(OUTLOOP, join(bin, 'outloop'));
  const environment = (env: Asking['env']) => ({ PATH: `${bin}:${process.env['PATH'] ?? ''}`, OUTLOOP_HOME: join(path, 'state'), ...env });
  const outloop: ClientHome['outloop'] = (args, { cwd = path, env, input = '' } = {}) =>
    end(OUTLOOP, args, { cwd, env: environment(env), input });
  const manner = { cwd: path, env: environment({}) };
  const home: ClientHome = {
    path,
    folder: (client) => join(path, 'clients', client),
    outloop,
    setUp: async (...step) => (await operate([step], manner))[0]?.stdout ?? '',
    ...operateIn(manner),
    shell: (line, { cwd = path, env, input = '' } = {}) => end('/bin/sh', ['-c', line], { cwd, env: environment(env), input }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
  await home.setUp(['init', '--vault-key', 'file']);
  return home;
}

/** A client with a key, its grants (further arguments of `grant add`) and a linked folder. */
export async function addClient(home: ClientHome, client: string, grants: readonly (readonly string[])[]): Promise<string> {
  const folder = home.folder(client);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await home.setUpAll([
    [['tenant', 'add', client, '--yes']],
    [['secret', 'set', `${client}/key`, '--yes'], { input: `sk_test_${client}_8fJ2kLmN0p` }],
    ...grants.map((grant): Step => [['grant', 'add', client, ...grant, '--yes']]),
    [['link', '--tenant', client, '--project', 'website', '--yes'], { cwd: folder }],
  ]);
  return folder;
}

/** Adds a service whose file is this text; `BASE` in it stands for the address of a server that says what it was asked. */
export async function addService(home: ClientHome, name: string, text: string): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method: request.method, asked: request.url }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const file = join(home.path, `${name}.yaml`);
  writeFileSync(file, text.replaceAll('BASE', `http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  await home.setUp(['service', 'add', file, '--yes']);
  return server;
}

function end(command: string, args: readonly string[], { cwd, env, input }: Required<Asking>): Promise<Ended> {
  const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (exit) => resolve({ exit, stdout, stderr })));
}
