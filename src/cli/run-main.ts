import { reportFailure, reportLostOutput } from '../broker/report-failure.js';
import { requestApproval } from '../broker/request-approval.js';
import type { RunAnswer } from '../broker/end-run.js';
import { rehearse } from '../broker/rehearse.js';
import { refuseUsage, run } from '../broker/run.js';
import type { RunStreams } from '../broker/performance.js';
import { compose, readEnvironment } from '../compose.js';
import { CATALOGUE } from '../denial/catalogue.js';
import { deny } from '../denial/denial.js';
import { describeDenial } from '../denial/describe.js';
import { isInterruption } from '../model/interruption.js';
import { whenAborted } from '../model/when-aborted.js';
import type { Caller, RunRequest } from '../model/run.js';
import { annotateRun } from './annotate-run.js';
import { fireSchedule } from './fire-schedule.js';
import { parseFiringArguments, type FiringArguments } from './firing-arguments.js';
import { isInBackground } from './is-in-background.js';
import { presentRun } from './present-run.js';
import { openOwnLines, type OwnLines } from './own-lines.js';
import { parseRedactArguments, type RedactArguments } from './redact-arguments.js';
import { redactInput } from './redact-input.js';
import { raiseSignal } from './raise-signal.js';
import { markUnreadable } from './raw-arguments.js';
import { parseRunArguments, type RunArguments, type UsageProblem } from './run-arguments.js';
import { openDirectOutput, openEnvelope } from './run-output.js';
import { readRequest } from './run-request.js';
import type { RunSetting } from './run-setting.js';
import { standInForStreams } from './stand-in-streams.js';
import { openStatusDescriptor } from './status-descriptor.js';
import { watchProcess } from './watch-process.js';
import { watchStops } from './watch-stops.js';

/** After a signal, a reader has so long to take what is left. */
const LAST_BYTES_MS = 1000;
const STDIN = { kind: 'fd', fd: 0, open: openStdin } as const;

/** `outloop run …`, `outloop redact …` and `outloop schedule run NAME`. It ends the process, with an exit code of docs/denials.md or the action's own. */
export async function main(argv: readonly string[]): Promise<never> {
  const lines = openOwnLines();
  try {
    return await runToEnd(argv, lines);
  } catch {
    const { exit, reason, next } = describeDenial(deny('INTERNAL_ERROR'));
    await lines.say(`outloop: ended INTERNAL_ERROR (${exit}): ${reason}. Next: ${next.do}.\n`);
    return process.exit(exit);
  }
}

async function runToEnd(argv: readonly string[], lines: OwnLines): Promise<never> {
  process.umask(0o077);
  standInForStreams();
  // An end that nobody foresaw must not look like success.
  process.exitCode = CATALOGUE.INTERNAL_ERROR.exit;
  const words = markUnreadable(argv);
  const parsed = parseWords(words);
  // Before anything of ours is opened, so that a wrong number cannot name one of our files.
  const status = parsed.statusFd === null ? null : openStatusDescriptor(parsed.statusFd);
  const misread = parsed.statusFd !== null && status === null ? refuseDescriptor(parsed, words) : null;
  // Parameters may be long in coming, and the folder another one by then: it is looked at afterwards.
  const read = misread ?? ('alias' in parsed ? { args: parsed, request: readRequest(parsed, readEnvironment()) } : parsed);
  const { world, caller: composed } = compose();
  const caller = parsed.json ? withoutOutput(composed) : composed;
  const output = parsed.json ? openEnvelope() : openDirectOutput(lines);
  // Not before the request is read: a signal must end us while we wait for its standard input.
  const { signal, onSignal, givenUp, last, release } = watchProcess();
  const terminal = caller.terminal.stdout ? lendTerminal(caller) : null;
  const streams = { stdin: STDIN, stdout: output.stdout, stderr: output.stderr, terminal: terminal?.open ?? null, onSignal };
  const answer = await Promise.race([
    answerTo(read, { world, caller, streams, signal }).catch(() => reportFailure(world)),
    givenUp.then(() => reportFailure(world)),
  ]);
  terminal?.restore();
  // The signal that ended the child, too, ends the wait for a reader that has stopped reading.
  const cut = cutShort(signal, answer.record.child_signal === last() ? last() : null);
  const lost = await Promise.race([output.finish(answer), cut.lost]);
  // A full disk ends an action by SIGPIPE too, as a reader does that has gone: only a signal to us stands before the lost output.
  const endedBySignal = cut.by() !== null && answer.record.child_signal !== null;
  const record = lost === null || endedBySignal ? answer.record : reportLostOutput(answer.record, lost);

  // A line that cannot be written holds us up, as it would any program, until a signal.
  release();
  await status?.write(`${JSON.stringify(record)}\n`);
  for (const note of answer.notes ?? []) await lines.say(`outloop: ${note}\n`);
  const annotation = annotateRun(record, caller.env);
  if (annotation !== null) await lines.say(annotation);
  const line = presentRun(record, await findPainter(caller));
  if (line !== null) await lines.say(line);
  const raised = record.child_signal ?? cut.by();
  if (raised !== null) raiseSignal(raised);
  process.exit(record.exit);
}

/** The caller of a run whose own standard output is an envelope: the action has no terminal there. */
function withoutOutput(caller: Caller): Caller {
  return { ...caller, terminal: { ...caller.terminal, stdout: false } };
}

/** Our standard input as a stream. A terminal that another job has got meanwhile is read no more, which would stop us, until it is ours again. */
function openStdin(): NodeJS.ReadStream {
  const input = process.stdin;
  if (!input.isTTY) return input;
  const onContinue = () => (isInBackground() ? input.pause() : input.resume());
  // What was typed meanwhile would be read before anybody asks whose it is.
  const stopWatching = watchStops({ beforeStop: () => input.pause(), onContinue });
  return input.once('close', stopWatching);
}

/** Our terminal for a child that is to have one, and the way back from it that every end of a run takes. */
function lendTerminal({ terminal }: Caller): { readonly open: NonNullable<RunStreams['terminal']>; restore(): void } {
  let lent: { close(): void } | null = null;
  return {
    async open({ keys }) {
      const { openOwnTerminal } = await import('./own-terminal.js');
      const own = openOwnTerminal({ keys: keys && terminal.stdin });
      lent = own;
      return own;
    },
    restore: () => lent?.close(),
  };
}

/**
 * What ends the wait for a reader of our output that has stopped reading: a signal to us, after a moment in which the last bytes may still go. A
 * process cannot exit while a write of its is stuck, so it must end by that signal.
 */
function cutShort(signal: AbortSignal, ended: NodeJS.Signals | null): { readonly lost: Promise<string>; by(): NodeJS.Signals | null } {
  let by: NodeJS.Signals | null = null;
  const lost = new Promise<string>((resolve) => {
    const wait = (name: NodeJS.Signals) => {
      setTimeout(() => {
        by = name;
        resolve(`it was not read before ${by} ended the wait`);
      }, LAST_BYTES_MS);
    };
    if (ended !== null) wait(ended);
    void whenAborted(signal).then(() => {
      const { reason } = signal as { readonly reason: unknown };
      if (isInterruption(reason)) wait(reason.signal);
    });
  });
  return { lost, by: () => by };
}

function parseWords([command, ...words]: readonly string[]): UsageProblem | RunArguments | FiringArguments | RedactArguments {
  if (command === 'schedule') return parseFiringArguments(words.slice(1));
  return command === 'redact' ? parseRedactArguments(words) : parseRunArguments(words);
}

function refuseDescriptor({ json }: Pick<UsageProblem, 'json'>, [command = 'run']: readonly string[]): UsageProblem {
  const detail = '--status-fd needs an open pipe, socket or file';
  return { kind: 'usage', detail, json, statusFd: null, command: command === 'schedule' ? 'schedule run' : command };
}

async function answerTo(
  read: UsageProblem | FiringArguments | RedactArguments | { readonly args: RunArguments; readonly request: RunRequest | UsageProblem },
  { world, caller, streams, signal }: RunSetting,
): Promise<RunAnswer> {
  if ('kind' in read) return refuseUsage(read.detail, world, signal, read.command);
  if ('credentials' in read) return redactInput(read, { world, caller, streams, signal });
  if ('schedule' in read) return fireSchedule(read, { world, caller, streams, signal });
  const { args, request } = read;
  if ('kind' in request) return refuseUsage(request.detail, world, signal);
  if (args.dryRun) return (await rehearse(request, caller, world)).answer;
  if (args.requestOnly) return requestApproval(request, caller, world, signal);
  const taken = args.paramsFrom === '-' || (caller.terminal.stdin && isInBackground());
  const stdin = taken ? ({ kind: 'none' } as const) : streams.stdin;
  return run(request, caller, { ...streams, stdin }, world, signal);
}

/** Colour is for terminals, and its library is loaded for them alone. */
async function findPainter({ terminal, env }: Caller): Promise<Parameters<typeof presentRun>[1]> {
  if (!terminal.stderr || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return null;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return (text, part) => (part === 'verb' ? chalk.red(text) : part === 'code' ? chalk.bold(text) : text);
}
