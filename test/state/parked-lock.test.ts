import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquireLock, toLock, type Lock, type LockRefusal } from '../../src/state/lock.js';
import { LOCK_PROGRAMS, openLocks } from '../../src/state/parked-lock.js';
import { waitForLock } from '../../src/state/wait-for-lock.js';
import { isRunning } from '../helpers/outloop.js';

const [PERL, SHELL] = LOCK_PROGRAMS;
const HERE = process.pid;
const SOURCE = join(import.meta.dirname, '../../src/state/parked-lock.ts');

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outloop-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Whether the lock is free, asked by a process of its own. */
function isFree(): boolean {
  return spawnSync('/usr/bin/flock', ['-n', path, 'true']).status === 0;
}

/** The processes of ours that hold this lock file open, other than this one. */
function helpers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== HERE)
    .filter((pid) => {
      try {
        return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** How many bytes there are to read, 0 at the end; null while there may come some. */
function tryRead(descriptor: number): number | null {
  try {
    return readSync(descriptor, Buffer.alloc(10));
  } catch {
    return null;
  }
}

function held(lock: Lock | LockRefusal): Lock {
  if ('kind' in lock) throw new Error(`refused: ${lock.why}`);
  return lock;
}

/** For `turns` tenths of a second it is as if the lock went from hand to hand in a crowd; then it lets go. */
async function holdElsewhere(turns = 0): Promise<ChildProcess> {
  const change = `for(1..${turns}){truncate $file,0;select undef,undef,undef,0.1}`;
  const line = `open(my $file,">>",$ARGV[0]);flock($file,2);syswrite STDOUT,"locked";${turns === 0 ? 'sleep 60' : change}`;
  const holder = spawn('/usr/bin/perl', ['-e', line, path], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(holder.stdout, 'data');
  return holder;
}

describe('pipes for a child', () => {
  test('are lent once, after a lock, and end when their borrower closes them', async () => {
    const locks = openLocks(undefined, [PERL!]);
    expect(locks.lendPipes()).toBeNull();
    locks.park(path);
    expect(locks.lendPipes()).toBeNull();
    held(await locks.acquire(path)).release();
    const pipes = locks.lendPipes();
    expect(locks.lendPipes()).toBeNull();
    for (const { read, write } of [pipes!.stdout, pipes!.stderr]) {
      writeSync(write, 'some words');
      const buffer = Buffer.alloc(100);
      expect(buffer.toString('latin1', 0, readSync(read, buffer))).toBe('some words');
      // What blocks is the child's.
      expect(
        parseInt(/flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${write}`, 'latin1'))?.[1] ?? '', 8) & constants.O_NONBLOCK,
      ).toBe(0);
      closeSync(write);
      // Until the helper has closed its own ends there is nothing to read; then it is the end.
      await expect.poll(() => tryRead(read), { timeout: 10_000 }).toBe(0);
      closeSync(read);
    }
    held(await locks.acquire(path)).release();
  });

  test('are none where what takes the lock makes none', async () => {
    const locks = openLocks(undefined, [SHELL!]);
    locks.park(path);
    held(await locks.acquire(path)).release();
    expect(locks.lendPipes()).toBeNull();
    held(await locks.acquire(path)).release();
  });
});

describe.each([
  ['perl', PERL],
  ['sh and flock', SHELL],
])('a lock that is parked with %s', (_, program) => {
  const open = (waitMs?: number) => openLocks(waitMs, [program!]);

  test('is taken and let go twice', async () => {
    const locks = open();
    locks.park(path);
    for (const _time of [1, 2]) {
      const lock = held(await locks.acquire(path));
      expect(isFree()).toBe(false);
      lock.release();
      expect(isFree()).toBe(true);
    }
  });

  test('is not taken before it is asked for', async () => {
    const locks = open();
    locks.park(path);
    await expect.poll(helpers).toHaveLength(1);
    expect(isFree()).toBe(true);
    held(await locks.acquire(path)).release();
  });

  test('is waited for while another process has it', async () => {
    const holder = await holdElsewhere();
    const locks = open();
    locks.park(path);
    const asked = locks.acquire(path);
    expect(await Promise.race([asked, pause(300, 'waits')])).toBe('waits');
    holder.kill('SIGKILL');
    held(await asked).release();
  });

  test('is refused at the time limit', async () => {
    const holder = await holdElsewhere();
    const locks = open(1000);
    locks.park(path);
    expect(await locks.acquire(path)).toEqual({ kind: 'refused', why: 'timeout' });
    holder.kill('SIGKILL');
  });

  test('is waited for beyond the time limit while it changes hands', async () => {
    const started = Date.now();
    await holdElsewhere(25);
    const locks = open(1000);
    locks.park(path);
    held(await locks.acquire(path)).release();
    expect(Date.now() - started).toBeGreaterThan(2000);
  });

  test('is waited for until a signal ends that', async () => {
    const holder = await holdElsewhere();
    const controller = new AbortController();
    const locks = open();
    locks.park(path);
    const asked = locks.acquire(path, controller.signal);
    expect(await Promise.race([asked, pause(300, 'waits')])).toBe('waits');
    controller.abort();
    expect(await Promise.race([asked, pause(3000, 'waits')])).toEqual({ kind: 'refused', why: 'timeout' });
    expect(await waitForLock(path, 8000, controller.signal)).toEqual({ kind: 'refused', why: 'timeout' });
    const later = new AbortController();
    const without = waitForLock(path, 8000, later.signal);
    setTimeout(() => later.abort(), 300);
    expect(await Promise.race([without, pause(3000, 'waits')])).toEqual({ kind: 'refused', why: 'timeout' });
    holder.kill('SIGKILL');
  });

  test('is had without the helper when that was killed', async () => {
    const locks = open();
    locks.park(path);
    await expect.poll(helpers).toHaveLength(1);
    for (const pid of helpers()) process.kill(pid, 'SIGKILL');
    const lock = held(await locks.acquire(path));
    expect(isFree()).toBe(false);
    lock.release();
    held(await locks.acquire(path)).release();
    expect(isFree()).toBe(true);
  });

  test('is had a third time', async () => {
    const locks = open();
    locks.park(path);
    for (const _time of [1, 2, 3]) held(await locks.acquire(path)).release();
  });

  test('of an earlier run is dismissed by the next', async () => {
    const locks = open();
    locks.park(path);
    await expect.poll(helpers).toHaveLength(1);
    const [first] = helpers();
    locks.park(path);
    await expect.poll(helpers).not.toContain(first);
    held(await locks.acquire(path)).release();
  });
});

test('a helper stays in no process group or session of its caller', async () => {
  const locks = openLocks();
  locks.park(path);
  await expect.poll(helpers).toHaveLength(1);
  const [pid] = helpers();
  // proc(5): the fields after the name are state, parent, process group, session.
  const [, , group, session] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
  expect([group, session]).toEqual([String(pid), String(pid)]);
  held(await locks.acquire(path)).release();
});

test('without a program to park, and for another path, the lock is had all the same', async () => {
  const locks = openLocks(undefined, []);
  locks.park(path);
  held(await locks.acquire(path)).release();
  const other = openLocks();
  other.park(path);
  held(await other.acquire(join(folder, 'other'))).release();
});

test('a lock that changes hands is not waited for without end', async () => {
  const holder = await holdElsewhere(10_000);
  expect(await waitForLock(path, 1000)).toEqual({ kind: 'refused', why: 'timeout' });
  holder.kill('SIGKILL');
});

test.each([
  [null, 'no-locker'],
  [1, 'timeout'],
  // flock(1): EX_DATAERR and EX_OSERR for errors of flock(2); 2 is the perl line's.
  [2, 'not-lockable'],
  [65, 'not-lockable'],
  [71, 'not-lockable'],
])('a locker that ended with %s: %s', (status, why) => {
  expect(toLock(openSync(path, 'w'), status)).toEqual({ kind: 'refused', why });
});

test('whoever takes the lock changes the time of its file', async () => {
  for (const take of [() => acquireLock(path), () => waitForLock(path), () => openLocks().acquire(path)]) {
    const before = statSync(path, { bigint: true, throwIfNoEntry: false })?.mtimeNs;
    await pause(20);
    held(await take()).release();
    expect(statSync(path, { bigint: true }).mtimeNs).not.toBe(before);
  }
});

describe.each([
  ['perl', 0],
  ['sh and flock', 1],
])('a process that is killed, with %s parked', (_, program) => {
  /** Has a process of its own take the lock and name a group that is to end with it, and then others in its place. */
  async function startGuarding(groups: readonly (number | null)[]): Promise<ChildProcess> {
    const bundle = join(folder, 'parked-lock.cjs');
    await build({ entryPoints: [SOURCE], bundle: true, platform: 'node', format: 'cjs', outfile: bundle });
    const script =
      'const { openLocks, LOCK_PROGRAMS } = require(process.argv[1]), [path, program, groups] = process.argv.slice(2).map((arg, i) => i === 0 ? arg : JSON.parse(arg));' +
      'const locks = openLocks(undefined, [LOCK_PROGRAMS[program]]); locks.park(path);' +
      'void locks.acquire(path).then(() => { for (const group of groups) locks.guard(group); console.log("locked"); }); setInterval(() => 0, 1000);';
    const args = ['-e', script, bundle, path, String(program), JSON.stringify(groups)];
    const runner = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(runner.stdout, 'data');
    return runner;
  }

  /** A process group: the numbers of its leader, which TERM ends, and of one in it that KILL alone ends. */
  async function startGroup(): Promise<{ readonly leader: number; readonly deaf: number }> {
    const leader = spawn('/bin/sh', ['-c', `(trap '' TERM; exec sleep 600) & echo $!; exec sleep 600`], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [bytes] = (await once(leader.stdout, 'data')) as [Buffer];
    return { leader: leader.pid!, deaf: Number(bytes) };
  }

  test('leaves neither its helper nor the lock behind', async () => {
    const runner = await startGuarding([]);
    expect(isFree()).toBe(false);
    expect(helpers().length).toBeGreaterThanOrEqual(2);
    runner.kill('SIGKILL');
    await expect.poll(helpers, { timeout: 5000 }).toHaveLength(0);
    expect(isFree()).toBe(true);
  });

  test('takes the group with it that it named last, as far as KILL reaches', async () => {
    const [first, last] = [await startGroup(), await startGroup()];
    const runner = await startGuarding([first.leader, null, last.leader]);
    runner.kill('SIGKILL');
    await expect.poll(() => isRunning(last.leader), { timeout: 5000 }).toBe(false);
    expect(isRunning(last.deaf)).toBe(true);
    await expect.poll(() => isRunning(last.deaf), { timeout: 15_000 }).toBe(false);
    expect([first.leader, first.deaf].map(isRunning)).toEqual([true, true]);
    process.kill(-first.leader, 'SIGKILL');
  });

  test('takes nobody with it once it has said so', async () => {
    const group = await startGroup();
    const runner = await startGuarding([group.leader, null]);
    runner.kill('SIGKILL');
    await expect.poll(helpers, { timeout: 5000 }).toHaveLength(0);
    expect(isRunning(group.leader)).toBe(true);
    process.kill(-group.leader, 'SIGKILL');
  });
});
