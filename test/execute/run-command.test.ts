import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CommandJob, CommandStreams } from '../../src/execute/command-job.js';
import { runCommand } from '../../src/execute/run-command.js';
import type { Pieces } from '../../src/model/byte-filter.js';
import type { ByteSink } from '../../src/model/byte-sink.js';
import type { ChildPipes } from '../../src/model/child-pipes.js';
import { isRunning, until } from '../helpers/outloop.js';
import { temporaryHome } from '../helpers/temporary-home.js';
import { fixture, makeCommand, makePlace, makeStreams, passing } from './make-command.js';

const NEVER = new AbortController().signal;

async function perform(job: CommandJob, more: Partial<CommandStreams> = {}, signal = NEVER) {
  const { streams, stdout, stderr } = makeStreams(more);
  const ended = await runCommand(job, streams, signal);
  return { ended, stdout: stdout(), stderr: stderr() };
}

/** Resolves once the child has written something, with all of it so far. */
function watch(): { readonly sink: ByteSink; readonly ready: Promise<void>; readonly text: () => string } {
  let text = '';
  let tell = (): void => undefined;
  const ready = new Promise<void>((resolve) => (tell = resolve));
  const write = (pieces: Pieces): boolean => {
    text += Buffer.concat(pieces).toString();
    tell();
    return true;
  };
  return {
    sink: { write, room: () => Promise.resolve(), drained: () => Promise.resolve(), onFailure: () => undefined },
    ready,
    text: () => text,
  };
}

/**
 * Waits until a process of a command's group is gone. The group's SIGKILL is sent when a run ends, and none of its processes does anything more;
 * the kernel takes its time to put them away.
 */
async function waitForEnd(pidFile: string): Promise<void> {
  const pid = Number(readFileSync(pidFile, 'utf8'));
  expect(pid).toBeGreaterThan(0);
  await until(() => !isRunning(pid));
}

describe('a command', () => {
  test('is started with its arguments as they are, in an empty private folder, with nothing of ours', async () => {
    const job = makeCommand('describe-me', ['two words', '$HOME', '', "'; id #", '*', '-n']);
    const { ended, stdout } = await perform(job);
    expect(ended).toEqual({ kind: 'ended', exit: 0, signal: null });
    const lines = stdout.split('\n');
    expect(lines.filter((line) => line.startsWith('arg '))).toEqual([
      'arg <two words>',
      'arg <$HOME>',
      'arg <>',
      "arg <'; id #>",
      'arg <*>',
      'arg <-n>',
    ]);
    expect(lines).toContain(`cwd ${job.place.work}`);
    expect(lines).toContain('files 0');
    expect(lines).toContain('umask 0077');
    expect(lines).toContain('core 0');
    const env = lines.filter((line) => line.startsWith('env ')).map((line) => line.slice(4, line.indexOf('=')));
    const ours = [
      'HOME',
      'LANG',
      'PATH',
      'TMPDIR',
      'XDG_CACHE_HOME',
      'XDG_CONFIG_HOME',
      'XDG_DATA_HOME',
      'XDG_RUNTIME_DIR',
      'XDG_STATE_HOME',
    ];
    // What a shell sets for itself.
    expect(env.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name))).toEqual(ours);
    const [, group, pid] = /^group (\d+) (\d+)$/m.exec(stdout) ?? [];
    expect(group).toBe(pid);
  });

  test('works in the linked folder where it is told to', async () => {
    const workspace = temporaryHome();
    const place = { ...makePlace(fixture('describe-me')), work: workspace };
    expect((await perform(makeCommand('describe-me', [], { place }))).stdout).toContain(`cwd ${workspace}\n`);
  });

  test.each([
    [['exit', '0'], { exit: 0, signal: null }],
    [['exit', '7'], { exit: 7, signal: null }],
    [['exit', '255'], { exit: 255, signal: null }],
    [['kill', 'KILL'], { exit: null, signal: 'SIGKILL' }],
    [['kill', 'SEGV'], { exit: null, signal: 'SIGSEGV' }],
  ])('that ends by %j ends so', async (argv, ending) => {
    expect((await perform(makeCommand('act', argv))).ended).toEqual({ kind: 'ended', ...ending });
  });

  test('whose tool is not there ends as a shell’s would, and says so on stderr', async () => {
    const { ended, stderr } = await perform(makeCommand('act', [], { place: makePlace('/nonexistent/tool') }));
    expect(ended).toEqual({ kind: 'ended', exit: 127, signal: null });
    expect(stderr).toContain('/nonexistent/tool');
  });

  test('gets each stream through its own filter, to its end', async () => {
    const { stdout, stderr } = await perform(makeCommand('act', ['both']), { stdoutFilter: passing('|1'), stderrFilter: passing('|2') });
    expect([stdout, stderr]).toEqual(['out|1', 'err|2']);
  });

  test('gets a file that a parameter named as a private copy', async () => {
    const files = [{ index: 1, name: '../data.csv', bytes: Buffer.from('a,b') }];
    const job = makeCommand('describe-me', ['x', 'placeholder'], { command: { files } });
    const { stdout } = await perform(job);
    const path = `${job.place.tmp}/0/data.csv`;
    expect(stdout).toContain(`arg <x>\narg <${path}>\n`);
    expect(readFileSync(path, 'utf8')).toBe('a,b');
  });

  test('gets files of the longest name, and of the same name, by that name', async () => {
    const name = `${'n'.repeat(251)}.csv`;
    const files = [0, 1].map((index) => ({ index, name, bytes: Buffer.of(index) }));
    const { stdout } = await perform(makeCommand('describe-me', ['x', 'y'], { command: { files } }));
    expect(stdout.split(`/${name}>\n`)).toHaveLength(3);
  });
});

describe('standard input', () => {
  test('that can only be read is handed on as it is', async () => {
    const path = join(temporaryHome(), 'input');
    writeFileSync(path, 'line 1\nline 2\n');
    const fd = openSync(path, constants.O_RDONLY);
    onTestFinished(() => closeSync(fd));
    const open = () => {
      throw new Error('it is not pumped');
    };
    expect((await perform(makeCommand('act', ['read']), { stdin: { kind: 'fd', fd, open } })).stdout).toBe('line 1\nline 2\n');
  });

  test('that could be written to is pumped, so that the child has no way past the redactor', async () => {
    const path = join(temporaryHome(), 'input');
    writeFileSync(path, 'untouched');
    const fd = openSync(path, constants.O_RDWR);
    onTestFinished(() => closeSync(fd));
    const open = () => Readable.from([Buffer.from('pumped')]);
    expect((await perform(makeCommand('act', ['read']), { stdin: { kind: 'fd', fd, open } })).stdout).toBe('pumped');
  });

  test('that the child does not read holds nothing up', async () => {
    const open = () => Readable.from([Buffer.alloc(1_000_000)]);
    expect((await perform(makeCommand('act', ['exit', '3']), { stdin: { kind: 'fd', fd: -1, open } })).ended).toMatchObject({ exit: 3 });
  });

  test('is empty where there is none', async () => {
    expect((await perform(makeCommand('act', ['read']))).stdout).toBe('');
  });
});

describe('a command is ended', () => {
  test('by a signal that is passed on, as the command itself answers it', async () => {
    const { sink, ready } = watch();
    let pass: (signal: NodeJS.Signals) => void = () => undefined;
    let unsubscribed = false;
    const onSignal: CommandStreams['onSignal'] = (listener) => {
      pass = listener;
      return () => (unsubscribed = true);
    };
    const performed = perform(makeCommand('act', ['trap', 'TERM', '9']), { stdout: sink, onSignal });
    await ready;
    pass('SIGTERM');
    expect((await performed).ended).toEqual({ kind: 'ended', exit: 9, signal: null });
    expect(unsubscribed).toBe(true);
  });

  test('at its time limit, with everything it started', async () => {
    const pidFile = join(temporaryHome(), 'pid');
    const line = `sleep 60 & echo $! >${pidFile}; sleep 60`;
    const job = makeCommand('act', [], { place: makePlace('/bin/sh'), limits: { timeoutMs: 2000, maxBytes: 1000 } });
    const ended = await perform({ ...job, command: { ...job.command, argv: ['-c', line] } });
    expect(ended.ended).toMatchObject({ code: 'RUN_TIMEOUT', facts: { limitMs: 2000 } });
    await waitForEnd(pidFile);
  });

  test('for good after a grace, where it does not listen', async () => {
    const before = Date.now();
    const { ended } = await perform(makeCommand('act', ['ignore'], { limits: { timeoutMs: 2000, maxBytes: 1000 } }));
    expect(ended).toMatchObject({ code: 'RUN_TIMEOUT' });
    expect(Date.now() - before).toBeGreaterThanOrEqual(7000);
  });

  test('past its output limit; what came before stays, and not a byte more', async () => {
    const { ended, stdout } = await perform(makeCommand('act', ['flood'], { limits: { timeoutMs: 20_000, maxBytes: 100_000 } }));
    expect(ended).toMatchObject({ code: 'OUTPUT_LIMIT', facts: { maxBytes: 100_000 } });
    expect(stdout.length).toBe(100_000);
  });

  test.each([
    ['OUTPUT_LIMIT', ['flood'], { timeoutMs: 20_000, maxBytes: 1000 }],
    ['RUN_TIMEOUT', ['trap', 'TERM', '0'], { timeoutMs: 1000, maxBytes: 1000 }],
  ])('and what a filter holds back then (%s) is not given, since it may begin a secret that was cut', async (code, argv, limits) => {
    const filters = { stdoutFilter: passing('|held'), stderrFilter: passing('|held') };
    const { ended, stdout, stderr } = await perform(makeCommand('act', argv, { limits }), filters);
    expect(ended).toMatchObject({ code });
    expect(stdout + stderr).not.toContain('|held');
  });

  test('where what it writes to both streams together is past the limit', async () => {
    expect((await perform(makeCommand('act', ['both'], { limits: { timeoutMs: 20_000, maxBytes: 6 } }))).ended).toMatchObject({ exit: 0 });
    expect((await perform(makeCommand('act', ['both'], { limits: { timeoutMs: 20_000, maxBytes: 5 } }))).ended).toMatchObject({
      code: 'OUTPUT_LIMIT',
    });
  });

  test('when our reader is gone', async () => {
    let fail = (): void => undefined;
    const sink: ByteSink = {
      write: () => (fail(), true),
      room: () => Promise.resolve(),
      drained: () => Promise.resolve(),
      onFailure: (listener) => (fail = listener),
    };
    const { ended } = await perform(makeCommand('act', ['flood'], { limits: { timeoutMs: 20_000, maxBytes: 1e9 } }), { stdout: sink });
    expect(ended).toEqual({ kind: 'ended', exit: null, signal: 'SIGPIPE' });
  });

  test('when the caller gives up while it is stopped', async () => {
    const { sink, ready } = watch();
    const controller = new AbortController();
    const performed = perform(makeCommand('act', ['stop']), { stdout: sink }, controller.signal);
    await ready;
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = Date.now();
    controller.abort();
    expect((await performed).ended).toMatchObject({ signal: 'SIGTERM' });
    expect(Date.now() - before).toBeLessThan(4000);
  });

  test('when the caller gives up, before it began or while it runs', async () => {
    expect((await perform(makeCommand('act', ['ignore']), {}, AbortSignal.abort())).ended).toMatchObject({ kind: 'ended', exit: null });
    const { sink, ready } = watch();
    const controller = new AbortController();
    const performed = perform(makeCommand('act', ['trap', 'TERM', '4']), { stdout: sink }, controller.signal);
    await ready;
    controller.abort();
    expect((await performed).ended).toMatchObject({ exit: 4 });
  });
});

describe('what a command leaves running', () => {
  test('in its group ends with it, and holds nothing up', async () => {
    const pidFile = join(temporaryHome(), 'pid');
    const before = Date.now();
    const { ended, stdout } = await perform(makeCommand('act', ['leave', pidFile]));
    expect(ended).toMatchObject({ exit: 0 });
    expect(stdout).toBe('done\n');
    expect(Date.now() - before).toBeLessThan(5000);
    await waitForEnd(pidFile);
  });

  test('outside its group, with our pipes in its hands, holds nothing up either', async () => {
    const pidFile = join(temporaryHome(), 'pid');
    const before = Date.now();
    const { ended, stdout } = await perform(makeCommand('act', ['escape', pidFile]));
    expect(ended).toMatchObject({ exit: 0 });
    expect(stdout).toBe('done\n');
    expect(Date.now() - before).toBeLessThan(5000);
    // It is out of reach, as the threat model says; the test ends it.
    execFileSync('kill', ['-9', readFileSync(pidFile, 'utf8').trim()]);
  });
});

test.each([
  ['tick', { timeoutMs: 1500, maxBytes: 1e9 }, 'RUN_TIMEOUT'],
  ['pour', { timeoutMs: 20_000, maxBytes: 10_000 }, 'OUTPUT_LIMIT'],
])('what goes on writing outside of its group (%s) is held to the limits after it has ended', async (verb, limits, code) => {
  const pidFile = join(temporaryHome(), 'pid');
  const before = Date.now();
  const { ended } = await perform(makeCommand('act', [verb, pidFile], { limits }));
  execFileSync('kill', ['-9', readFileSync(pidFile, 'utf8').trim()]);
  expect(ended).toMatchObject({ code });
  expect(Date.now() - before).toBeLessThan(6000);
});

/** A sink that asks its writer to wait after each chunk, until it is released; with how many bytes it has taken. */
function openSlowSink(): { readonly sink: ByteSink; readonly taken: () => number; readonly release: () => void } {
  let taken = 0;
  let release = (): void => undefined;
  const write = (pieces: Pieces): boolean => {
    for (const { length } of pieces) taken += length;
    return false;
  };
  const room = (): Promise<void> => new Promise((resolve) => (release = resolve));
  return {
    sink: { write, room, drained: () => Promise.resolve(), onFailure: () => undefined },
    taken: () => taken,
    release: () => release(),
  };
}

/** Pipes as a run lends them: what is left in them when their writer has ended is read when their reader wants it. */
function makePipes(): ChildPipes {
  const home = temporaryHome();
  const makePipe = (name: string) => {
    const path = join(home, name);
    execFileSync('mkfifo', [path]);
    const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return { read, write: openSync(path, constants.O_WRONLY) };
  };
  return { stdout: makePipe('stdout'), stderr: makePipe('stderr') };
}

describe('what ended in time', () => {
  /** Lets our own process do what is at hand, without any time going by for timers that are not real. */
  async function turn(holds: () => boolean = () => true): Promise<void> {
    const giveUpAt = Date.now() + 10_000;
    do await new Promise((resolve) => setImmediate(resolve));
    while (!holds() && Date.now() < giveUpAt);
    expect(holds()).toBe(true);
  }
  const hasGone = (pidFile: string) => () =>
    existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '' && !isRunning(Number(readFileSync(pidFile, 'utf8')));

  test('and is read late is not late, and loses nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const home = temporaryHome();
    const [pidFile, goFile] = [join(home, 'pid'), join(home, 'go')];
    const { sink, taken, release } = openSlowSink();
    const limits = { timeoutMs: 3000, maxBytes: 1e9 };
    const performed = perform(makeCommand('act', ['some', pidFile, goFile], { limits, lendPipes: makePipes }), { stdout: sink });
    await turn(() => taken() === 1000);
    writeFileSync(goFile, '');
    await turn(hasGone(pidFile));
    for (let ms = 0; ms < 6000; ms += 100) {
      vi.advanceTimersByTime(100);
      await turn();
    }
    expect(taken()).toBe(1000);
    vi.useRealTimers();
    await turn(() => {
      release();
      return taken() === 61_000;
    });
    expect((await performed).ended).toEqual({ kind: 'ended', exit: 0, signal: null });
  });

  test('and is heard of late, since our own process stood still, is not late either', async () => {
    const pidFile = join(temporaryHome(), 'pid');
    const limits = { timeoutMs: 300, maxBytes: 1e9 };
    const performed = perform(makeCommand('act', ['some', pidFile, pidFile], { limits }));
    const before = Date.now();
    while (Date.now() - before < 2 * limits.timeoutMs || (!hasGone(pidFile)() && Date.now() - before < 10_000))
      execFileSync('sleep', ['0.05']);
    const { ended, stdout } = await performed;
    expect(ended).toEqual({ kind: 'ended', exit: 0, signal: null });
    expect(stdout).toHaveLength(61_000);
  });
});

test('a sink that asks its writer to wait is waited for: the child is held up, and memory with it', async () => {
  const { sink, taken, release } = openSlowSink();
  const performed = perform(makeCommand('act', ['flood'], { limits: { timeoutMs: 20_000, maxBytes: 2_000_000 } }), { stdout: sink });
  await expect.poll(taken).toBeGreaterThan(0);
  const held = taken();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(taken()).toBe(held);
  const pushing = setInterval(release, 1);
  expect((await performed).ended).toMatchObject({ code: 'OUTPUT_LIMIT' });
  clearInterval(pushing);
  expect(taken()).toBe(2_000_000);
});

test('the fixtures are executables', () => {
  for (const name of ['act', 'describe-me']) expect(existsSync(fixture(name))).toBe(true);
});
