import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { join } from 'node:path';

const OPERATOR = join(import.meta.dirname, '../fixtures/bin/operator.cjs');

/**
 * How an operator command is given: in which folder, with what environment (all of it) and standard input. `terminal` gives it a terminal instead,
 * on which nothing is typed; that needs script(1) of util-linux.
 */
export type Manner = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  readonly terminal?: boolean;
};
/** The arguments of an operator command, as they follow `outloop`, and what differs from the manner of all; `env` is added to it. */
export type Step = readonly [args: readonly string[], how?: Partial<Manner>];
/** What a command printed. */
export type Printed = { readonly stdout: string; readonly stderr: string };
/** What a command printed, and how it ended. */
export type Answer = Printed & { readonly exit: number };

/** `stray` is what came past its answer; null settles what waits when it is gone. */
type Operator = { readonly child: ChildProcess; stray: string; answer: Answer | null; settle: (answer: Answer | null) => void };

/** One of each kind for this worker; the commands wait for each other. */
const operators: Record<'pipes' | 'terminal', Operator | null> = { pipes: null, terminal: null };
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs operator commands one after the other through the whole command line, in a process that is there for all of them: for what a test sets up or
 * looks up, where the command itself is not what is tested. Throws with what a command said unless it exits 0.
 */
export function operate(steps: readonly Step[], manner: Manner): Promise<readonly Printed[]> {
  return afterLast(async () => {
    const printed = [];
    for (const step of steps) {
      const answer = await give(step, manner);
      if (answer?.exit !== 0) throw new Error(`${step[0].join(' ')} ended with ${answer?.exit ?? 'its process'}: ${answer?.stderr ?? ''}`);
      printed.push(answer);
    }
    return printed;
  });
}

/**
 * Gives one command to that process, and gives how it ended: for rows that differ in what the command is told, where the real binary is started by
 * another test of it. Not for what a command does to its process, or to streams that it hands on.
 */
export function attempt(step: Step, manner: Manner): Promise<Answer> {
  return afterLast(async () => {
    const answer = await give(step, manner);
    if (answer === null) throw new Error(`${step[0].join(' ')} ended its process`);
    return answer;
  });
}

/** What a home gives to that process. */
export type Operated = {
  /** Gives several operator commands, which must exit 0, as `operate` does: not for what is tested. */
  readonly setUpAll: (steps: readonly Step[]) => Promise<void>;
  /** Gives one, and gives how it ended: for rows, as `attempt` says. */
  readonly attempt: (...step: Step) => Promise<Answer>;
};

/** For a home whose commands are given in this manner. */
export function operateIn(manner: Manner): Operated {
  return { setUpAll: async (steps) => void (await operate(steps, manner)), attempt: (...step) => attempt(step, manner) };
}

function afterLast<T>(work: () => Promise<T>): Promise<T> {
  const performed = last.then(work);
  last = performed.catch(() => undefined);
  return performed;
}

function give([args, how = {}]: Step, { cwd, env, ...manner }: Manner): Promise<Answer | null> {
  const { terminal = false, ...command } = { args, cwd, input: '', ...manner, ...how, env: { ...env, ...how.env } };
  const kind = terminal ? 'terminal' : 'pipes';
  const to = (operators[kind] ??= startOperator(kind));
  to.stray = '';
  to.answer = null;
  return new Promise((resolve) => {
    to.settle = resolve;
    to.child.send(command);
  });
}

/** It ends with this worker, and keeps it from nothing. */
function startOperator(kind: 'pipes' | 'terminal'): Operator {
  const env = { PATH: process.env['PATH'], SHELL: '/bin/sh' };
  const child =
    kind === 'pipes'
      ? spawn(process.execPath, [OPERATOR], { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
      : spawn('/usr/bin/script', ['-qec', `exec '${process.execPath}' '${OPERATOR}' terminal`, '/dev/null'], {
          env,
          stdio: ['pipe', 'pipe', 'ignore', 'ipc'],
        });
  const started: Operator = { child, stray: '', answer: null, settle: () => undefined };
  // An error's line goes to the descriptor itself, and comes by another way than the answer; a NUL comes after it.
  const settle = (): void => {
    const { answer, stray } = started;
    if (answer !== null && stray.endsWith('\0'))
      started.settle({ ...answer, stderr: answer.stderr + stray.slice(0, -1).replaceAll('\r\n', '\n') });
  };
  const stray = kind === 'pipes' ? child.stderr : child.stdout;
  stray?.on('data', (chunk: Buffer) => {
    started.stray += chunk.toString();
    settle();
  });
  child.on('message', (answer) => {
    started.answer = answer as Answer;
    settle();
  });
  child.once('exit', () => {
    operators[kind] = null;
    started.settle(null);
  });
  child.unref();
  child.channel?.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref();
  return started;
}
