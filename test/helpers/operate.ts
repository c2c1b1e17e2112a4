import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { join } from 'node:path';

const OPERATOR = join(import.meta.dirname, '../fixtures/bin/operator.cjs');

/** How an operator command is given: in which folder, with what environment (all of it) and standard input. */
export type Manner = { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>>; readonly input?: string };
/** The arguments of an operator command, as they follow `outloop`, and what differs from the manner of all; `env` is added to it. */
export type Step = readonly [args: readonly string[], how?: Partial<Manner>];
/** What a command printed. */
export type Printed = { readonly stdout: string; readonly stderr: string };

type Answer = Printed & { readonly exit: number };
/** `stray` is what came past its answers; null settles what waits when it is gone. */
type Operator = { readonly child: ChildProcess; stray: string; settle: (answer: Answer | null) => void };

/** One for this worker; the commands wait for each other. */
let operator: Operator | null = null;
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs operator commands one after the other through the whole command line, in a process that is there for all of them: for what a test sets up or
 * looks up, where the command itself is not what is tested. Throws with what a command said unless it exits 0.
 */
export function operate(steps: readonly Step[], { cwd, env }: Manner): Promise<readonly Printed[]> {
  const performed = last.then(async () => {
    const printed = [];
    for (const [args, how = {}] of steps) printed.push(await give(args, { cwd, input: '', ...how, env: { ...env, ...how.env } }));
    return printed;
  });
  last = performed.catch(() => undefined);
  return performed;
}

async function give(args: readonly string[], manner: Manner): Promise<Printed> {
  const to = (operator ??= startOperator());
  to.stray = '';
  const answer = await new Promise<Answer | null>((resolve) => {
    to.settle = resolve;
    to.child.send({ args, ...manner });
  });
  if (answer?.exit === 0) return answer;
  // An error's line goes to the descriptor itself, and comes by another way than the answer.
  await new Promise((resolve) => setTimeout(resolve, 50));
  throw new Error(`${args.join(' ')} ended with ${answer?.exit ?? 'its process'}: ${answer?.stderr ?? ''}${to.stray}`);
}

/** It ends with this worker, and keeps it from nothing. */
function startOperator(): Operator {
  const child = spawn(process.execPath, [OPERATOR], { env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const started: Operator = { child, stray: '', settle: () => undefined };
  child.stderr?.on('data', (chunk: Buffer) => (started.stray += chunk.toString()));
  child.on('message', (answer) => started.settle(answer as Answer));
  child.once('exit', () => {
    operator = null;
    started.settle(null);
  });
  child.unref();
  child.channel?.unref();
  if (child.stderr instanceof Socket) child.stderr.unref();
  return started;
}
