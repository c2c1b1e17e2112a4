import { constants } from 'node:os';
import { writeSync } from 'node:fs';
import type { RunStreams } from '../broker/perform.js';
import { refuseUsage, rehearse, run, type RunAnswer } from '../broker/run.js';
import { composeCaller, composeEnvironment, composeWorld } from '../compose.js';
import type { Caller, RunRequest } from '../model/run.js';
import { openCaptureSink, openDescriptorSink } from './descriptor-sink.js';
import { presentRun } from './present-run.js';
import { markUnreadable } from './raw-arguments.js';
import { requestFrom } from './request-from.js';
import { readParamsFile } from './read-params.js';
import { parseRunArguments, type RunArguments, type UsageProblem } from './run-arguments.js';
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
  const read =
    parsed.statusFd !== null && status === null ? usage(parsed, '--status-fd needs an open pipe, socket or file') : readRequest(parsed);

  const caller = composeCaller();
  const output = parsed.json ? capture() : direct();
  const answer =
    'kind' in read ? refuseUsage(read.detail, caller, composeWorld()) : await perform(read.request, read.args, caller, output.streams);
  await output.finish(answer);

  const { record } = answer;
  status?.write(`${JSON.stringify(record)}\n`);
  const line = presentRun(record, await findPainter(caller));
  if (line !== null) writeError(line);
  if (record.child_signal !== null) raise(record.child_signal);
  process.exit(record.exit);
}

type Read = { readonly request: RunRequest; readonly args: RunArguments };

function usage(parsed: RunArguments | UsageProblem, detail: string): UsageProblem {
  return { kind: 'usage', detail, json: parsed.json, statusFd: null };
}

function readRequest(parsed: RunArguments | UsageProblem): Read | UsageProblem {
  if ('kind' in parsed) return parsed;
  const file = parsed.paramsFrom === null ? null : readParamsFile(parsed.paramsFrom);
  if (file?.kind === 'unreadable') return usage(parsed, file.detail);
  const request = requestFrom(parsed, file?.params ?? [], composeEnvironment());
  return { request, args: parsed };
}

async function perform(request: RunRequest, args: RunArguments, caller: Caller, streams: RunStreams): Promise<RunAnswer> {
  const world = composeWorld();
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
