import { mkdtempSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { isDenial } from '../../denial/denial.js';
import type { Tool } from '../../model/action.js';
import { SHELL, SHELL_LINE } from '../../model/limiting-shell.js';
import { copyTool } from '../../state/copy-tool.js';
import { beginPlace, LEFT_PLACES, removeLeftPlaces, removeTree, type Ground } from '../../state/private-places.js';
import { MAX_SECRET_BYTES, type BackendSetting } from '../backend.js';

/** One run of a vetted program. `env` is its whole environment; `argv` and `env` hold no secret but a token in `env`. */
export type ProgramRun = {
  readonly tool: Tool;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly limitMs: number;
  /** Where a private copy is made of a tool that others than root could change. */
  readonly ground: Ground;
  readonly signal: AbortSignal;
};

/** How it ended; `open`: its end came, and that of its output did not, so what there is may be half. What it wrote belongs to whoever asked; `stderr` is for telling one failure from another and is shown to nobody. */
export type ProgramEnding =
  | { readonly kind: 'ended'; readonly exit: number | null; readonly stdout: Uint8Array; readonly stderr: string }
  | { readonly kind: 'late' | 'cancelled' | 'too-much' | 'changed' | 'not-started' | 'open' };

/** What is kept of standard error: enough for any program's first words. */
const MAX_ERROR_BYTES = 65_536;
/** How long a grandchild may hold the pipes once the program has ended. */
const DRAIN_MS = 300;

/**
 * Runs a program without input in a process group of its own, which dies whole: at its end, at its limit, when it writes more than a secret can
 * be, or when `signal` is aborted. Never throws.
 */
export async function runProgram(run: ProgramRun): Promise<ProgramEnding> {
  if (run.signal.aborted) return { kind: 'cancelled' };
  const place = makePlace(run);
  if ('kind' in place) return place;
  try {
    const ending = attend(run, place.executable);
    // While the program starts.
    if (!run.tool.system) removeLeftPlaces(run.ground, LEFT_PLACES);
    return await ending;
  } finally {
    place.remove();
  }
}

/** Where a backend that was opened with this runs its programs. */
export function groundOf({ state, temporary, pid, now }: BackendSetting): Ground {
  return { temporary, uid: state.uid, pid, nowMs: now() };
}

type Place = { readonly executable: string; remove(): void };

function makePlace({ tool, ground }: ProgramRun): Place | ProgramEnding {
  if (tool.system) return { executable: tool.path, remove: () => undefined };
  const begun = beginPlace(ground);
  if (begun.kind === 'unfit') return { kind: 'not-started' };
  let directory: string | null = null;
  const remove = (): void => {
    if (directory !== null) removeTree(directory);
  };
  try {
    directory = mkdtempSync(begun.path);
    const copy = copyTool(tool, join(directory, 'bin'), basename(tool.path));
    if (!isDenial(copy)) return { executable: copy, remove };
    remove();
    return { kind: 'changed' };
  } catch {
    remove();
    return { kind: 'not-started' };
  }
}

function attend({ argv, env, limitMs, signal }: ProgramRun, executable: string): Promise<ProgramEnding> {
  const child = execa(SHELL, ['-c', SHELL_LINE, 'outloop', executable, ...argv], {
    env: { ...env },
    extendEnv: false,
    cwd: '/',
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    detached: true,
    cleanup: false,
  });
  // Its result and its errors hold the arguments and more; only the process's own events are used.
  child.catch(() => undefined);
  return new Promise((resolve) => {
    const output = collect(child.stdout, MAX_SECRET_BYTES, () => end({ kind: 'too-much' }));
    const errors = collect(child.stderr, MAX_ERROR_BYTES, () => undefined);
    let over = false;
    const end = (ending: ProgramEnding): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      killGroup(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
      if (ending.kind !== 'ended') output.wipe();
      resolve(ending);
    };
    const onAbort = (): void => end({ kind: 'cancelled' });
    const timer = setTimeout(() => end({ kind: 'late' }), limitMs);
    signal.addEventListener('abort', onAbort, { once: true });
    child.once('error', () => end({ kind: 'not-started' }));
    child.once('exit', (exit) => {
      const closed = Promise.all([output.done, errors.done]).then(() => true);
      void Promise.race([closed, pause(DRAIN_MS)]).then((isWhole) =>
        end(
          isWhole ? { kind: 'ended', exit, stdout: output.take(), stderr: Buffer.from(errors.take()).toString('utf8') } : { kind: 'open' },
        ),
      );
    });
  });
}

type Collected = { readonly done: Promise<void>; take(): Uint8Array; wipe(): void };

/** Keeps a stream's first `maxBytes` bytes; `onMore` is called when there are more. */
function collect(from: Readable, maxBytes: number, onMore: () => void): Collected {
  const chunks: Buffer[] = [];
  let size = 0;
  const done = new Promise<void>((resolve) => {
    from.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else onMore();
    });
    from.once('error', () => from.destroy());
    from.once('close', () => resolve());
  });
  const wipe = (): void => chunks.forEach((chunk) => chunk.fill(0));
  return {
    done,
    take: () => {
      const bytes = Uint8Array.from(Buffer.concat(chunks));
      wipe();
      return bytes;
    },
    wipe,
  };
}

function pause(ms: number): Promise<false> {
  return new Promise((resolve) => void setTimeout(() => resolve(false), ms).unref());
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
    return;
  }
}
