import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OUTLOOP } from '../helpers/entry.js';
import { operate, operateIn, type Operated, type Step } from '../helpers/operate.js';

export type Ended = { readonly exit: number | null; readonly stdout: string; readonly stderr: string };

type Circumstances = { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly input?: string };

/** A temporary home with operator state in it and one linked folder of a tenant, used through the real binary. */
export type MadeHome = Operated & {
  readonly home: string;
  readonly state: string;
  /** The folder that is linked to tenant acme, project web. */
  readonly folder: string;
  /** Types a command. */
  outloop(args: readonly string[], circumstances?: Circumstances): Promise<Ended>;
  /** Gives an operator command, which must exit 0, as `operate` does: not for what is tested. */
  setUp(...step: Step): Promise<Pick<Ended, 'stdout' | 'stderr'>>;
  /** Runs an alias as an agent in the folder; gives the envelope. */
  run(alias: string, ...rest: string[]): Promise<Record<string, unknown>>;
  remove(): void;
};

/** Makes the state and tenant acme. `folder` is linked once `linkFolder` was called, since a link needs nothing else. */
export async function makeHome(): Promise<MadeHome> {
  const home = mkdtempSync(join(tmpdir(), 'outloop-'));
  const state = join(home, 'state');
  const folder = join(home, 'acme');
  mkdirSync(folder, { mode: 0o700 });
  const outloop: MadeHome['outloop'] = (args, { cwd = home, env = {}, input = '' } = {}) => {
    const child = spawn(OUTLOOP, args, {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', OUTLOOP_HOME: state, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    return new Promise((resolve) => child.on('close', (exit) => resolve({ exit, stdout, stderr })));
  };
  const manner = { cwd: home, env: { PATH: process.env['PATH'] ?? '', OUTLOOP_HOME: state } };
  const setUp: MadeHome['setUp'] = async (...step) => (await operate([step], manner))[0] ?? { stdout: '', stderr: '' };
  const operated = operateIn(manner);
  await operated.setUpAll([
    [['init', '--vault-key', 'file']],
    [['tenant', 'add', 'acme', '--yes']],
    [['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd: folder }],
  ]);
  return {
    home,
    state,
    folder,
    outloop,
    setUp,
    ...operated,
    run: async (alias, ...rest) => {
      const { stdout } = await outloop(['run', alias, ...rest, '--json'], { cwd: folder, env: { OUTLOOP_PRINCIPAL: 'agent:test' } });
      return JSON.parse(stdout) as Record<string, unknown>;
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
