import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { LOCK_WAIT_MS, acquireLock, openLockFile, type Lock, type LockRefusal } from './lock.js';

/** How a run takes its state's lock. `acquire` gives the lock as `acquireLock` does, but leaves the thread free while it waits. */
export type Locks = {
  /** Says that the lock at `path` will be wanted soon, at most twice. What takes it is started, so that it is ready by then. */
  park(path: string): void;
  acquire(path: string): Promise<Lock | LockRefusal>;
};

const WAIT_SECONDS = LOCK_WAIT_MS / 1000;
/** A helper that has not answered by then is stopped or stuck. */
const ANSWER_MS = LOCK_WAIT_MS + 1000;

/**
 * The programs that wait, parked, for the word to lock a descriptor that they inherit: for a byte on standard input they lock descriptor 3
 * and answer `k`, for the next one descriptor 4; at the time limit they answer `t` and end. They close the descriptor before they answer, so
 * that the lock is ours alone. They end when we do, since their input ends then.
 */
const PARKED: readonly { readonly needs: readonly string[]; readonly argv: readonly [string, ...string[]] }[] = [
  {
    needs: ['/usr/bin/perl'],
    argv: [
      '/usr/bin/perl',
      '-e',
      '$SIG{ALRM}=sub{syswrite STDOUT,"t";exit 1};for my $fd (3,4){sysread(STDIN,my $word,1) or exit;open(my $file,"+<&=",$fd) or exit 2;' +
        `alarm ${WAIT_SECONDS};flock($file,2) or exit 2;alarm 0;close $file;syswrite STDOUT,"k"}`,
    ],
  },
  {
    needs: ['/bin/sh', '/usr/bin/flock'],
    argv: [
      '/bin/sh',
      '-c',
      `take(){ read -r _||exit;/usr/bin/flock -x -w ${WAIT_SECONDS} $1||{ printf t;exit 1;};};` +
        'take 3;exec 3>&-;printf k;take 4;exec 4>&-;printf k',
    ],
  },
];

/**
 * Locks for one process. A program to lock with costs several milliseconds to start, most of them while this process is copied:
 * one that is started early and takes both locks of a run costs less than two that are started when they are wanted.
 */
export function openLocks(): Locks {
  let helper: Helper | null = null;
  return {
    park(path) {
      helper?.dismiss();
      helper = startHelper(path);
    },
    async acquire(path) {
      const taken = helper?.path === path ? await helper.take() : null;
      // Whatever became of the helper: the way that needs none is still there.
      return taken ?? acquireLock(path);
    },
  };
}

/** `take` gives null when the helper cannot tell: it is gone, or has taken both. */
type Helper = { readonly path: string; take(): Promise<Lock | LockRefusal | null>; dismiss(): void };

/** Null where there is no such program, or it cannot be started. */
function startHelper(path: string): Helper | null {
  const program = PARKED.find(({ needs }) => needs.every((file) => existsSync(file)));
  if (program === undefined) return null;
  // A lock belongs to the open file: two of them, for two locks that are let go one after the other.
  const descriptors = [openLockFile(path), openLockFile(path)].filter((descriptor) => descriptor !== null);
  const closeAll = () => {
    for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
  };
  const ask = descriptors.length === 2 ? startProgram(program.argv, descriptors) : null;
  if (ask === null) {
    closeAll();
    return null;
  }
  return {
    path,
    async take() {
      const descriptor = descriptors.shift();
      if (descriptor === undefined) return null;
      const answer = await ask('take');
      if (answer === 'k') return { release: () => closeSync(descriptor) };
      closeSync(descriptor);
      return answer === 't' ? { kind: 'refused', why: 'timeout' } : null;
    },
    dismiss() {
      closeAll();
      void ask('end');
    },
  };
}

/** Asks for a lock, and gives the answer's letter or null when the program has ended; or has it end. */
type Ask = (what: 'take' | 'end') => Promise<string | null>;

function startProgram([file, ...args]: readonly [string, ...string[]], descriptors: readonly number[]): Ask | null {
  let child: ChildProcess;
  try {
    // In a session of its own, so that a terminal's interrupt, which a run outlives, does not end it.
    child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore', ...descriptors], env: {}, cwd: '/', detached: true });
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
  // Without descriptors to spare there are no pipes either (and the types do not say so).
  const { stdin, stdout } = child as Partial<ChildProcess>;
  if (!(stdin instanceof Socket) || !(stdout instanceof Socket)) return null;
  stdin.unref().on('error', end);
  stdout.unref().on('data', (bytes: Buffer) => settle(bytes.toString('latin1', 0, 1)));

  return (what) =>
    new Promise((resolve) => {
      // The timer also keeps this process alive, which a program that nobody asks must not do.
      const timer = setTimeout(() => {
        settle('t');
        child.kill('SIGKILL');
      }, ANSWER_MS);
      settle = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      if (ended) settle(null);
      else if (what === 'take') stdin.write('\n');
      else stdin.destroy();
    });
}
