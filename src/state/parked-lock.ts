import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, fstatSync, lstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { PIPE_BYTES, type ChildPipes } from '../model/child-pipes.js';
import { borrowPipes } from './borrow-pipes.js';
import { LOCK_WAIT_MS, lockOn, openLockFile, watchTurns, wholeSeconds, type Lock, type LockRefusal } from './lock.js';
import { waitForLock } from './wait-for-lock.js';

/** How a run takes its state's lock. `acquire` gives the lock as `waitForLock` does; `signal` ends the wait. */
export type Locks = {
  /** Says that the lock at `path` will be wanted soon, at most twice. What takes it is started, so that it is ready by then. */
  park(path: string): void;
  acquire(path: string, signal?: AbortSignal): Promise<Lock | LockRefusal>;
  /** Pipes for a child's output, which what takes the lock has made and has no more then: once, after a lock. Null where it made none. */
  lendPipes(): ChildPipes | null;
  /**
   * Has a process group ended if this process is killed and cannot end it: with TERM, and with KILL where that does not help within 5 s. Null: it needs that no more. Nothing
   * where no program is parked.
   */
  guard(group: number | null): void;
};

/** A program that locks for us: the files that it needs, and its command line for a wait of that many seconds. */
export type LockProgram = {
  readonly needs: readonly string[];
  readonly argv: (seconds: number) => readonly [string, ...string[]];
};

/**
 * Programs that wait, parked, for the word to lock a descriptor that they inherit: for a line from descriptor 3, a pipe of both directions,
 * they lock descriptor 4 and answer `k` there, for the next one descriptor 5; at the time limit they answer `t` and end. They close the
 * descriptor before they answer, so that the lock is ours alone. They end when we do, since the pipe ends then. One that has made pipes for us names its
 * descriptors of them behind the `k`, and closes them for a `c`. For `g`, the number of a process group and a line's end they know whom to end when
 * we do without another word; with no number, nobody. A pipe is made larger where the kernel lets it (1031 is
 * Linux's F_SETPIPE_SZ, fcntl(2)): a long stream takes half as many turns through us.
 */
export const LOCK_PROGRAMS: readonly LockProgram[] = [
  {
    needs: ['/usr/bin/perl'],
    argv: (seconds) => [
      '/usr/bin/perl',
      '-e',
      'open(my $us,"+<&=",3);$SIG{ALRM}=sub{syswrite $us,"t";exit 1};' +
        `my @ends;for(1,2){pipe(my $read,my $write) or last;fcntl $write,1031,${PIPE_BYTES};push @ends,$read,$write}` +
        'my($group,@files)=("",4,5);while(@files){my $read=sysread $us,my $word,1;defined $read or exit;$read or last;if($word eq "c"){@ends=();next}' +
        'if($word eq "g"){my $id="";while(sysread $us,my $digit,1){if($digit eq "\\n"){$group=$id;last}$id.=$digit}next}' +
        `open(my $file,"+<&=",shift @files) or exit 2;alarm ${seconds};flock($file,2) or exit 2;alarm 0;close $file;` +
        'syswrite $us,"k".join(",",map{fileno $_}@ends)}exit if $group eq "" or !@files;' +
        'kill $_,-$group for "TERM","CONT";for(1..50){kill 0,-$group or exit;select undef,undef,undef,.1}kill "KILL",-$group',
    ],
  },
  {
    needs: ['/bin/sh', '/usr/bin/flock'],
    argv: (seconds) => [
      '/bin/sh',
      '-c',
      'end(){ [ -n "$g" ]||exit;kill -s TERM -- -$g;kill -s CONT -- -$g;for n in 1 2 3 4 5;do kill -s 0 -- -$g||exit;/bin/sleep 1;done;kill -s KILL -- -$g;exit;};' +
        'hear(){ while read -r word <&3||end;do case $word in g*)g=${word#g};;*)return;;esac;done;};' +
        `take(){ hear;/usr/bin/flock -x -w ${seconds} $1||{ printf t >&3;exit 1;};};g=;` +
        'take 4;exec 4>&-;printf k >&3;take 5;exec 5>&-;printf k >&3',
    ],
  },
];

/**
 * Locks for one process. Starting a program to lock with takes several milliseconds, most of them to copy this process: one that is
 * started early and takes both locks of a run costs less than two that are started when they are wanted.
 */
export function openLocks(waitMs: number = LOCK_WAIT_MS, programs: readonly LockProgram[] = LOCK_PROGRAMS): Locks {
  let helper: Helper | null = null;
  return {
    park(path) {
      helper?.dismiss();
      helper = startHelper(path, { waitMs, programs });
    },
    async acquire(path, signal) {
      const taken = helper?.path === path ? await helper.take(signal) : null;
      // Whatever became of the helper: the way that needs none is still there.
      return taken ?? waitForLock(path, waitMs, signal);
    },
    lendPipes: () => helper?.lendPipes() ?? null,
    guard: (group) => helper?.guard(group),
  };
}

/** `take` gives null when the helper is of no more use: it is gone, has taken both, or has waited once for a lock that changes hands. */
type Helper = {
  readonly path: string;
  take(signal?: AbortSignal): Promise<Lock | LockRefusal | null>;
  lendPipes(): ChildPipes | null;
  guard(group: number | null): void;
  dismiss(): void;
};

type Wish = { readonly waitMs: number; readonly programs: readonly LockProgram[] };

/** Null where there is no such program, or it cannot be started. */
function startHelper(path: string, { waitMs, programs }: Wish): Helper | null {
  const program = programs.find(({ needs }) => needs.every((file) => existsSync(file)));
  if (program === undefined) return null;
  // A lock belongs to the open file: two of them, for two locks that are let go one after the other.
  const descriptors = [openLockFile(path), openLockFile(path)].filter((descriptor) => typeof descriptor === 'number');
  const closeAll = () => {
    for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
  };
  const argv = program.argv(wholeSeconds(waitMs));
  const talk = descriptors.length === 2 ? startProgram(argv, { descriptors, waitMs }) : null;
  if (talk === null) {
    closeAll();
    return null;
  }
  let ends: readonly number[] = [];
  return {
    path,
    async take(signal) {
      const descriptor = descriptors.shift();
      if (descriptor === undefined) return null;
      const isWorthWaiting = watchTurns(descriptor);
      const answer = await talk.ask(signal);
      const [letter] = answer ?? [];
      if (letter === 'k') ends = (answer ?? '').slice(1).split(',').map(Number);
      if (letter === 'k' && isStill(descriptor, path)) return lockOn(descriptor);
      const gaveUp = letter === 't' && (signal?.aborted === true || !isWorthWaiting());
      closeSync(descriptor);
      return gaveUp ? { kind: 'refused', why: 'timeout' } : null;
    },
    lendPipes() {
      if (ends.length !== PIPE_ENDS) return null;
      const pipes = borrowPipes(talk.pid, ends);
      ends = [];
      talk.tell('c');
      return pipes;
    },
    guard: (group) => talk.tell(`g${group ?? ''}\n`),
    dismiss() {
      closeAll();
      talk.hangUp();
    },
  };
}

/** Whether the lock's file is still the one that was opened: a lock on a file that was replaced meanwhile keeps nobody out. */
function isStill(descriptor: number, path: string): boolean {
  try {
    const opened = fstatSync(descriptor);
    const there = lstatSync(path);
    return opened.ino === there.ino && opened.dev === there.dev;
  } catch {
    return false;
  }
}

/** The program's answers, or null when it has ended. While nobody asks, it does not keep this process alive. `tell` waits for none. */
type Talk = { readonly pid: number; ask(signal?: AbortSignal): Promise<string | null>; tell(word: string): void; hangUp(): void };

function startProgram(
  [file, ...args]: readonly [string, ...string[]],
  { descriptors, waitMs }: { readonly descriptors: readonly number[]; readonly waitMs: number },
): Talk | null {
  let child: ChildProcess;
  try {
    // In a session of its own, so that a terminal's interrupt, which a run outlives, does not end it.
    child = spawn(file, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', ...descriptors], env: {}, cwd: '/', detached: true });
  } catch {
    return null;
  }
  let ended = false;
  let settle: (answer: string | null) => void = () => undefined;
  const end = () => {
    ended = true;
    settle(null);
  };
  child.once('error', end).once('close', end).unref();
  // Without descriptors to spare there is no pipe either (and the types do not say so).
  const pipe = (child as Partial<ChildProcess>).stdio?.[3];
  if (!(pipe instanceof Socket)) return null;
  pipe.unref().on('error', end);
  pipe.on('data', (bytes: Buffer) => settle(bytes.toString('latin1')));

  return {
    pid: child.pid ?? 0,
    ask: (signal) =>
      new Promise((resolve) => {
        const giveUp = () => {
          settle('t');
          child.kill('SIGKILL');
        };
        // Later than the program's own limit: for one that is stopped or stuck. The timer also keeps this process alive meanwhile.
        const timer = setTimeout(giveUp, waitMs + SLACK_MS);
        settle = (answer) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          resolve(answer);
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        if (signal?.aborted === true) giveUp();
        else if (ended) settle(null);
        else pipe.write('\n');
      }),
    tell: (word) => void pipe.write(word),
    hangUp: () => void pipe.destroy(),
  };
}

const SLACK_MS = 1500;
/** Of two pipes. */
const PIPE_ENDS = 4;
