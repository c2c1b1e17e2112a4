import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { ByteFilter, Pieces } from '../model/byte-filter.js';
import type { ByteSink } from '../model/byte-sink.js';
import { findCode } from '../model/error-code.js';
import { orAborted } from '../model/when-aborted.js';
import { buildEnvironment } from './child-environment.js';
import { openPause } from './pause.js';
import type { CommandEnding, CommandJob, CommandStreams } from './command-job.js';
import type { Source } from './source.js';
import { startOnPipes, type Start, type Started } from './start.js';
import type { OpenCallerTerminal, Pty } from './terminal.js';

/** What a child is given between TERM and KILL. */
const GRACE_MS = 5000;
/** How long output may still come from a grandchild once the child itself has ended. */
const DRAIN_MS = 300;
/** After a signal that ended the child, a reader that has stopped reading has so long to take what is left. */
const LAST_BYTES_MS = 1000;

/**
 * Runs a command in its private place, with an environment built from nothing and in its own process group, and passes its
 * output through the filters. With `pty`, and where the caller's output is a terminal, the child has one of its own, and all that it writes is its
 * stdout. RUN_TIMEOUT and OUTPUT_LIMIT end the whole group; so does `signal`, or a reader of ours that has
 * gone. When this returns, nothing of the group is left running and both filters are at their end. Never throws.
 */
export async function runCommand(job: CommandJob, streams: CommandStreams, signal: AbortSignal): Promise<CommandEnding | Denial> {
  let started: Started;
  try {
    const env = buildEnvironment(job);
    if (isDenial(env)) return env;
    const argv = [job.place.executable, ...placeFiles(job)];
    const start: Start = { argv, cwd: job.place.work, env, stdin: streams.stdin, lendPipes: job.lendPipes };
    started = job.pty === null || streams.terminal === null ? startOnPipes(start) : await openTerminal(start, job.pty, streams.terminal);
  } catch {
    // The error's text would hold the arguments.
    return deny('INTERNAL_ERROR', { stage: 'starting the command' });
  }
  return attend(started, job, streams, signal);
}

async function openTerminal(start: Start, pty: Pty, openCaller: OpenCallerTerminal): Promise<Started> {
  const { startOnTerminal } = await import('./start-on-terminal.js');
  return startOnTerminal(start, pty, openCaller);
}

async function attend(started: Started, job: CommandJob, streams: CommandStreams, signal: AbortSignal): Promise<CommandEnding | Denial> {
  const { child } = started;
  const group = openGroup(started, job.guard);
  let denial: Denial | null = null;
  const refuse = (reason: Denial) => {
    denial ??= reason;
    group.end('SIGTERM');
  };
  const { timeoutMs, maxBytes } = job.limits;
  let hasEnded = false;
  const stopClock = startClock(timeoutMs, {
    hasEnded: () => hasEnded && group.isEmpty(),
    isHeld: () => pumps.some(({ held }) => held()),
    onLate: () => refuse(deny('RUN_TIMEOUT', { limitMs: timeoutMs })),
  });
  const onAbort = () => group.end('SIGTERM');
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const forwarded = new Set<string>();
  const stopForwarding = streams.onSignal((name) => {
    forwarded.add(name);
    group.signal(name);
  });

  let left = maxBytes;
  const cut: string[] = [];
  // The bytes that still may pass; past them the group ends, and what was written before stays.
  const admit = (stream: string) => (chunk: Buffer) => {
    const taken = chunk.subarray(0, Math.max(0, left));
    left -= chunk.length;
    if (taken.length < chunk.length && !cut.includes(stream)) cut.push(stream);
    if (left < 0) refuse(deny('OUTPUT_LIMIT', { maxBytes, streams: cut }));
    return taken;
  };
  // A filter that failed may have held half a secret back: nothing more of its stream leaves.
  const onFault = () => refuse(deny('INTERNAL_ERROR', { stage: 'filtering the output' }));
  // What is held back then may begin a credential that was cut, at a place that the caller chose.
  const isCut = () => denial !== null || signal.aborted;
  const pumps = [
    pump(started.stdout, { filter: streams.stdoutFilter, sink: streams.stdout, admit: admit('stdout'), onFault, isCut }),
    pump(started.stderr, { filter: streams.stderrFilter, sink: streams.stderr, admit: admit('stderr'), onFault, isCut }),
  ];
  for (const sink of [streams.stdout, streams.stderr]) sink.onFailure(() => group.end('SIGPIPE'));

  try {
    const ended = await waitForExit(child);
    hasEnded = true;
    started.onEnd();
    group.look();
    // Nobody is left who could take a signal: from here on one is for us.
    stopForwarding();
    const signalled = !isDenial(ended) && ended.signal !== null && forwarded.has(ended.signal);
    const patienceMs = signalled ? LAST_BYTES_MS : Infinity;
    await settle(started, pumps, { group, patienceMs, isOver: () => signal.aborted || denial !== null });
    // Line ends that the child's terminal made would be made again by ours, once it is as it was.
    if (started.onTerminal) await orAborted(streams.stdout.drained(), signal);
    return denial ?? ended;
  } finally {
    stopClock();
    signal.removeEventListener('abort', onAbort);
    stopForwarding();
    group.close();
    started.close();
  }
}

/** What decides, when the time is up, whether a command is late: whether nothing of it is left running, and whether its reader keeps it waiting. */
type Clock = { readonly hasEnded: () => boolean; readonly isHeld: () => boolean; readonly onLate: () => void };

/** Gives what stops it. What ended in time is not late, however late it is heard of or read. */
function startClock(limitMs: number, { hasEnded, isHeld, onLate }: Clock): () => void {
  let isHeardOf = false;
  let judging: NodeJS.Immediate | null = null;
  const judge = () => {
    if (!hasEnded() || (isHeardOf && !isHeld())) {
      onLate();
      return;
    }
    isHeardOf = true;
    timer = setTimeout(onTime, DRAIN_MS);
  };
  // Where our own process stood still, what came meanwhile is heard first.
  const onTime = () => void (judging = setImmediate(judge));
  let timer = setTimeout(onTime, limitMs);
  return () => {
    clearTimeout(timer);
    if (judging !== null) clearImmediate(judging);
  };
}

/**
 * The child's process group, which dies as one. Its number is free for another group once nobody is left in it: `look` sees to it that no
 * signal goes to that one, and is called again and again from the child's end on.
 */
type Group = { signal(name: NodeJS.Signals): void; end(first: NodeJS.Signals): void; look(): void; isEmpty(): boolean; close(): void };

function openGroup({ child, endRest }: Started, guard: CommandJob['guard']): Group {
  let killer: NodeJS.Timeout | null = null;
  let isEmpty = child.pid === undefined;
  if (child.pid !== undefined) guard(child.pid);
  const send = (name: NodeJS.Signals | 0) => {
    try {
      if (!isEmpty && child.pid !== undefined) process.kill(-child.pid, name);
    } catch (error) {
      // ESRCH: nobody is left. EPERM: a process of another user is, which a signal does not reach.
      isEmpty = findCode(error) === 'ESRCH';
      if (isEmpty) guard(null);
    }
    if (name === 'SIGKILL') endRest();
  };
  return {
    signal(name) {
      send(name);
      // What is stopped takes it only then.
      send('SIGCONT');
    },
    look: () => send(0),
    isEmpty() {
      send(0);
      return isEmpty;
    },
    end(first) {
      if (killer !== null) return;
      send(first);
      send('SIGCONT');
      killer = setTimeout(() => send('SIGKILL'), GRACE_MS);
    },
    close() {
      if (killer !== null) clearTimeout(killer);
      send('SIGKILL');
      guard(null);
    },
  };
}

function waitForExit(child: ChildProcess): Promise<CommandEnding | Denial> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(deny('INTERNAL_ERROR', { stage: 'starting the command' })));
    child.once('exit', (exit, signal) => resolve({ kind: 'ended', exit, signal }));
  });
}

/**
 * After the child has ended: lets what it wrote come through, as long as it is not over and its reader reads again within `patienceMs`, then ends whoever still holds
 * its pipes.
 */
async function settle(
  { stdout, stderr }: Started,
  pumps: readonly Pump[],
  { group, patienceMs, isOver }: { readonly group: Group; readonly patienceMs: number; readonly isOver: () => boolean },
): Promise<void> {
  let idleMs = 0;
  const finished = Promise.all(pumps.map(({ done }) => done));
  for (;;) {
    const seen = pumps.reduce((sum, { bytes }) => sum + bytes(), 0);
    const waiting = pumps.some(({ paused }) => paused());
    if (await finishesWithin(finished, DRAIN_MS)) return;
    group.look();
    if (isOver()) break;
    idleMs = seen === pumps.reduce((sum, { bytes }) => sum + bytes(), 0) ? idleMs + DRAIN_MS : 0;
    if (idleMs > (waiting ? patienceMs : 0)) break;
  }
  group.signal('SIGKILL');
  if (await finishesWithin(finished, DRAIN_MS)) return;
  // A process that left the group holds them still: its output is nobody's any more.
  stdout?.destroy();
  stderr?.destroy();
  await finished;
}

function finishesWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), limitMs);
    void promise.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** `held`: whether its reader keeps it waiting, or did a moment ago. */
type Pump = { readonly done: Promise<void>; readonly bytes: () => number; readonly paused: () => boolean; readonly held: () => boolean };

/** `isCut`: the stream ends before its time, and what its filter holds back is not given. */
type PumpEnd = { filter: ByteFilter; sink: ByteSink; admit: (chunk: Buffer) => Buffer; onFault: () => void; isCut: () => boolean };

/** Moves one stream of the child's through its filter to its sink, no faster than the sink takes it. */
function pump(from: Source | null, to: PumpEnd): Pump {
  let bytes = 0;
  let paused = false;
  let waited: NodeJS.Timeout | null = null;
  let faulty = false;
  const pass = (give: () => Pieces, written: () => void = () => undefined): boolean => {
    if (faulty) return true;
    try {
      return to.sink.write(give(), written);
    } catch {
      faulty = true;
      to.onFault();
      return true;
    }
  };
  const pausing = openPause(() => pass(() => to.filter.pause()));
  const done = new Promise<void>((resolve) => {
    if (from === null) {
      resolve();
      return;
    }
    const take = (chunk: Buffer, written: () => void) => {
      bytes += chunk.length;
      const taken = pass(() => to.filter.write(to.admit(chunk)), written);
      pausing.after(!faulty && to.filter.waits);
      if (taken) return;
      paused = true;
      from.pause();
      void to.sink.room().then(() => {
        paused = false;
        if (waited !== null) clearTimeout(waited);
        waited = setTimeout(() => (waited = null), DRAIN_MS).unref();
        from.resume();
      });
    };
    from.read(take, () => {
      pausing.after(false);
      pass(() => {
        const rest = to.filter.end();
        return to.isCut() ? [] : rest;
      });
      resolve();
    });
  });
  return { done, bytes: () => bytes, paused: () => paused, held: () => paused || waited !== null };
}

/** The arguments, with each file that a parameter named copied into the private place and its path put in. */
function placeFiles({ command, place }: CommandJob): string[] {
  const argv = [...command.argv];
  command.files.forEach(({ index, name, bytes }, number) => {
    // A folder for each: a name may be as long as a name can be.
    const folder = join(place.tmp, String(number));
    mkdirSync(folder, 0o700);
    const path = join(folder, basename(name));
    writeFileSync(path, bytes, { mode: 0o600, flag: 'wx' });
    argv[index] = path;
  });
  return argv;
}
