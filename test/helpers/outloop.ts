import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { vi } from 'vitest';
import { OUTLOOP } from './entry.js';
import { checkStatusRecord } from './status-record.js';
import { operate, operateIn, type Operated, type Step } from './operate.js';

export { OUTLOOP };

// Every step is a process of its own, and machines are busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** How a process ended, with all that it wrote to the pipes it was given. */
export type Ended = {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** How a process is started. `env` is added to PATH and OUTLOOP_HOME; undefined takes one of them away. */
export type How = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  readonly stdio?: StdioOptions;
  readonly uid?: number;
};

/** A temporary home with a place for operator state, client folders in it, and the real binary. */
export type Home = Operated & {
  readonly directory: string;
  /** OUTLOOP_HOME. */
  readonly state: string;
  /** Starts `outloop …` and does not wait. */
  start(args: readonly string[], how?: How): ChildProcess;
  /** Runs `outloop …` to its end. */
  outloop(args: readonly string[], how?: How): Promise<Ended>;
  /** Gives an operator command, which must exit 0, as `operate` does: not for what is tested. Gives what it printed. */
  setUp(...step: Step): Promise<string>;
  /** Runs a line of bash in the folder `acme`, in which `outloop` is the real binary. */
  shell(line: string, how?: How): Promise<Ended>;
  /** `outloop run …` in the folder `acme` as an agent. */
  run(alias: string, ...rest: readonly string[]): Promise<Ended>;
  /** The envelope of `outloop run … --json` in the folder `acme` as an agent. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  record(alias: string, ...rest: readonly string[]): Promise<any>;
  path(...parts: readonly string[]): string;
  /** Writes a file below the home, with the folders above it. */
  put(name: string, content: string | Uint8Array, mode?: number): string;
  /** The same folders with a copy of the state as it is now, for a test that breaks it. */
  copy(): Home;
  remove(): void;
};

/** An empty temporary home of mode 0700. `remove` takes it away with every copy of its state. */
export function makeHome(): Home {
  const directory = mkdtempSync(join(tmpdir(), 'outloop-test-'));
  let copies = 0;
  const at = (state: string): Home => {
    const start = (args: readonly string[], how: How = {}): ChildProcess => {
      const env = { PATH: process.env['PATH'], OUTLOOP_HOME: state, ...how.env };
      const { cwd = directory, stdio = 'pipe', uid } = how;
      return spawn(OUTLOOP, args, { cwd, env, stdio, ...(uid === undefined ? {} : { uid, gid: uid }) });
    };
    const outloop = (args: readonly string[], how: How = {}) => {
      const child = start(args, how);
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(how.input ?? '');
      return waitFor(child);
    };
    const asAgent = { cwd: join(directory, 'acme'), env: { OUTLOOP_PRINCIPAL: 'agent:test' } };
    const manner = { cwd: directory, env: { PATH: process.env['PATH'], OUTLOOP_HOME: state } };
    const run = (alias: string, ...rest: readonly string[]) => outloop(['run', alias, ...rest], asAgent);
    return {
      directory,
      state,
      start,
      outloop,
      setUp: async (...step) => (await operate([step], manner))[0]?.stdout ?? '',
      ...operateIn(manner),
      shell(line, how = {}) {
        const env = { PATH: process.env['PATH'], OUTLOOP_HOME: state, ...how.env };
        const text = `outloop() { "${OUTLOOP}" "$@"; }; ${line}`;
        return waitFor(
          spawn('/bin/bash', ['--norc', '-c', text], { cwd: how.cwd ?? asAgent.cwd, env, stdio: how.stdio ?? ['ignore', 'pipe', 'pipe'] }),
        );
      },
      run,
      async record(alias, ...rest) {
        const { stdout, stderr } = await run(alias, '--json', ...rest);
        if (stdout === '') throw new Error(`no envelope: ${stderr}`);
        return checkStatusRecord(JSON.parse(stdout));
      },
      path: (...parts) => join(directory, ...parts),
      put(name, content, mode = 0o600) {
        const path = join(directory, name);
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        writeFileSync(path, content);
        chmodSync(path, mode);
        return path;
      },
      copy() {
        const to = join(directory, `state-${++copies}`);
        cpSync(state, to, { recursive: true, preserveTimestamps: true });
        return at(to);
      },
      remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }),
    };
  };
  return at(join(directory, 'state'));
}

/** Collects what a process writes until it has ended and its pipes are closed. */
export function waitFor(child: ChildProcess): Promise<Ended> {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.on('data', (chunk: Buffer) => (texts[name] += chunk.toString('latin1')));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => resolve({ exit, signal, stdout: utf8(texts.stdout), stderr: utf8(texts.stderr) }));
  });
}

/** Resolves with all of standard output once it holds `text`; rejects when the process ends before. */
export function waitForText(child: ChildProcess, text: string): Promise<string> {
  let seen = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve(seen);
    });
    child.once('close', () => reject(new Error(`it ended with: ${seen}`)));
  });
}

/** Whether a process is there and no zombie. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

/** Waits until `holds`, at most ten seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries === 500) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Read as Latin-1 first, so that a character cut between two chunks is whole again. */
function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
