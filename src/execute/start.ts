import type { ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, readFileSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ChildPipes } from '../model/child-pipes.js';
import { parseDescriptorFlags } from '../model/descriptor-flags.js';
import { closeInput } from './close-input.js';
import type { CommandStreams } from './command-job.js';
import { readPipe, readStream, type Source } from './source.js';
import { spawnTool } from './spawn-tool.js';

/** What is started, where, with which environment. `argv` begins with the executable. */
export type Start = {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: CommandStreams['stdin'];
  /** Pipes for its output; null: Node's own, which are sockets. */
  readonly lendPipes: () => ChildPipes | null;
};

/** A child that was started, with what comes from it. Whoever started it calls `close` when all is over. */
export type Started = {
  readonly child: ChildProcess;
  readonly stdout: Source | null;
  readonly stderr: Source | null;
  /** Whether `stdout` is a terminal's output, which holds what would be stderr too. */
  readonly onTerminal: boolean;
  /** The child itself has ended. */
  readonly onEnd: () => void;
  /** Ends what the child left behind outside of its process group. */
  readonly endRest: () => void;
  readonly close: () => void;
};

/** Starts a command in a session of its own, without a terminal, its streams on pipes. Throws where it cannot be started. */
export function startOnPipes({ argv, cwd, env, stdin, lendPipes }: Start): Started {
  const pipes = lendPipes();
  const child = spawnWith(pipes, (stdout, stderr) =>
    spawnTool(argv, { cwd, env, detached: true, stdio: [chooseStdin(stdin), stdout, stderr] }),
  );
  const stdout = pipes === null ? readOwn(child.stdout) : readPipe(pipes.stdout.read);
  const stderr = pipes === null ? readOwn(child.stderr) : readPipe(pipes.stderr.read);
  const input = feed(child, stdin);
  return {
    child,
    stdout,
    stderr,
    onTerminal: false,
    onEnd: () => undefined,
    endRest: () => undefined,
    close() {
      if (input !== null) closeInput(input);
      for (const source of [stdout, stderr]) source?.destroy();
    },
  };
}

/** The write ends are the child's alone, and where it cannot be started nobody reads. */
function spawnWith(pipes: ChildPipes | null, start: (stdout: 'pipe' | number, stderr: 'pipe' | number) => ChildProcess): ChildProcess {
  if (pipes === null) return start('pipe', 'pipe');
  try {
    return start(pipes.stdout.write, pipes.stderr.write);
  } catch (error) {
    for (const { read } of [pipes.stdout, pipes.stderr]) closeSync(read);
    throw error;
  } finally {
    for (const { write } of [pipes.stdout, pipes.stderr]) closeSync(write);
  }
}

function readOwn(stream: Readable | null): Source | null {
  return stream === null ? null : readStream(stream);
}

/**
 * What the child gets as standard input. A descriptor that can only be read is handed on as it is; any other (a terminal, a socket, a file open
 * for both) would let the child write past the redactor, so its bytes are pumped through a pipe. What is written to the null device is gone, and it
 * has no bytes: the child gets it without a pump.
 */
export function chooseStdin(input: CommandStreams['stdin']): 'ignore' | 'pipe' | number {
  if (input.kind === 'none' || isNullDevice(input.fd)) return 'ignore';
  return isReadOnly(input.fd) ? input.fd : 'pipe';
}

function isNullDevice(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isCharacterDevice() && stat.rdev === statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}

/** Without /proc nothing counts as read-only. */
function isReadOnly(descriptor: number): boolean {
  try {
    return parseDescriptorFlags(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.readOnly ?? false;
  } catch {
    return false;
  }
}

function feed(child: ChildProcess, input: CommandStreams['stdin']): Readable | null {
  if (child.stdin === null || input.kind === 'none') return null;
  // A child that does not read its input closes it, which is no fault.
  child.stdin.on('error', () => undefined);
  const from = input.open();
  from.on('error', () => child.stdin?.end());
  from.pipe(child.stdin);
  return from;
}
