import { constants } from 'node:os';
import { writeSync } from 'node:fs';
import type { RunStreams } from '../broker/perform.js';
import { refuseUsage, rehearse, run, type RunAnswer } from '../broker/run.js';
import type { World } from '../broker/world.js';
import { compose } from '../compose.js';
import type { Caller, RunRequest } from '../model/run.js';
import { openCaptureSink, openDescriptorSink } from './descriptor-sink.js';
import { presentRun } from './present-run.js';
import { markUnreadable } from './raw-arguments.js';
import { parseRunArguments, type RunArguments, type UsageProblem } from './run-arguments.js';
import { readRequest } from './run-request.js';
import { openStatusDescriptor } from './status-descriptor.js';

/** The signals that a run passes on to what it runs. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const STDIN = { kind: 'fd', fd: 0, open: () => process.stdin } as const;

/** `outloop run …`: `argv` starts with `run`. It ends the process, with an exit code of docs/denials.md or the action's own. */
export async function main(argv: readonly string[]): Promise<never> {
  process.umask(0o077);
  const parsed = parseRunArguments(markUnreadable(argv).slice(1));
  // Before anything of ours is opened, so that a wrong number cannot name one of our files.
  const status = parsed.statusFd === null ? null : openStatusDescriptor(parsed.statusFd);
  const { world, caller } = compose();
  const misread = parsed.statusFd !== null && status === null ? usage(parsed, '--status-fd needs an open pipe, socket or file') : null;
  const read = misread ?? ('kind' in parsed ? parsed : { args: parsed, request: readRequest(parsed, caller.env) });
  const output = parsed.json ? capture() : direct();
  const answer = await answerTo(read, { world, caller, streams: output.streams });
  await output.finish(answer);

  const { record } = answer;
  await status?.write(`${JSON.stringify(record)}\n`);
  const line = presentRun(record, await findPainter(caller));
  if (line !== null) writeError(line);
  if (record.child_signal !== null) raise(record.child_signal);
  process.exit(record.exit);
}

function usage({ json }: RunArguments | UsageProblem, detail: string): UsageProblem {
  return { kind: 'usage', detail, json, statusFd: null };
}

type Setting = { readonly world: World; readonly caller: Caller; readonly streams: RunStreams };

async function answerTo(
  read: UsageProblem | { readonly args: RunArguments; readonly request: RunRequest | UsageProblem },
  { world, caller, streams }: Setting,
): Promise<RunAnswer> {
  if ('kind' in read) return refuseUsage(read.detail, caller, world);
  const { args, request } = read;
  if ('kind' in request) return refuseUsage(request.detail, caller, world);
  if (args.dryRun) return (await rehearse(request, caller, world)).answer;
  const stdin = args.paramsFrom === '-' ? ({ kind: 'none' } as const) : streams.stdin;
  return run(request, caller, { ...streams, stdin }, world, new AbortController().signal);
}

/** Where an action's output goes, and what is left to write once the run has ended. */
type Output = { readonly streams: RunStreams; finish(answer: RunAnswer): Promise<void> };

function direct(): Output {
  const stdout = openDescriptorSink(1);
  const stderr = openDescriptorSink(2);
  return {
    streams: { stdin: STDIN, stdout, stderr, onSignal },
    async finish(answer) {
      if (answer.result !== undefined) stdout.write(Buffer.from(`${JSON.stringify(answer.result, null, 2)}\n`));
      await Promise.all([stdout.drained(), stderr.drained()]);
    },
  };
}

/** For `--json`: everything is kept, and one envelope is written. */
function capture(): Output {
  const stdout = openCaptureSink();
  const stderr = openCaptureSink();
  return {
    streams: { stdin: STDIN, stdout, stderr, onSignal },
    async finish({ record, result }) {
      const cut = record.code === 'OUTPUT_LIMIT' ? { stdout_truncated: true, stderr_truncated: true } : {};
      const performed = record.origin !== 'outloop' || record.exit >= 116;
      const output = result !== undefined ? { result } : performed ? { stdout: stdout.text(), stderr: stderr.text(), ...cut } : {};
      const sink = openDescriptorSink(1);
      sink.write(Buffer.from(`${JSON.stringify({ ...record, ...output })}\n`));
      await sink.drained();
    },
  };
}

/** Calls for each signal that should reach the child, until it is unsubscribed. */
function onSignal(listener: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of FORWARDED) process.on(signal, listener);
  return () => {
    for (const signal of FORWARDED) process.off(signal, listener);
  };
}

/** Colour is for terminals, and its library is loaded for them alone. */
async function findPainter({ terminal, env }: Caller): Promise<Parameters<typeof presentRun>[1]> {
  if (!terminal.stderr || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return null;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return (text, part) => (part === 'verb' ? chalk.red(text) : part === 'code' ? chalk.bold(text) : text);
}

/** The last line on stderr. Nobody may be listening, and the exit code says the same. */
function writeError(line: string): void {
  try {
    writeSync(2, line);
  } catch {
    return;
  }
}

/** Ends this process as the child was ended. SIGUSR1 and signals that do not end a process fall through to `128 + n`. */
function raise(name: string): void {
  if (!(name in constants.signals) || name === 'SIGUSR1') return;
  const signal = name as NodeJS.Signals;
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
