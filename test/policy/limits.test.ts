import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import type { TenantName } from '../../src/model/ids.js';
import { parseName } from '../../src/model/ids.js';
import { checkRoom, releaseRoom, takeRoom } from '../../src/policy/limits.js';
import type { Room, RoomRequest } from '../../src/policy/limits.js';
import { parseLimitLog } from '../../src/policy/limit-file.js';
import { isAlive, readProcessStart } from '../../src/state/live-process.js';
import { makeGrant } from './make-question.js';
import { temporaryHome } from '../helpers/temporary-home.js';

const UID = process.getuid?.() ?? 0;
const NOW_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const hourly = (count: number, id = 'hourly') => makeGrant({ id, permit: ['*'], rate: { count, periodMs: HOUR_MS } });
const atOnce = (concurrency: number, id = 'at-once') => makeGrant({ id, permit: ['*'], concurrency });

let limitsDir: string;
let runs: number;

beforeEach(() => {
  limitsDir = temporaryHome();
  runs = 0;
});

function request(changes: Partial<RoomRequest>): RoomRequest {
  const tenant = parseName<TenantName>('acme')!;
  const pidStart = readProcessStart(process.pid);
  return {
    limitsDir,
    uid: UID,
    tenant,
    grants: [],
    run: `run-${runs++}`,
    pid: process.pid,
    pidStart,
    nowMs: NOW_MS,
    known: [],
    ...changes,
  };
}

function take(changes: Partial<RoomRequest>): Room {
  const room = takeRoom(request(changes));
  if (isDenial(room)) throw new Error(`denied: ${room.code}`);
  return room;
}

function file(grant: string): string {
  return join(limitsDir, `acme.${grant}.json`);
}

describe('takeRoom', () => {
  it('touches no disk where no grant has a limit', () => {
    const room = take({
      limitsDir: join(limitsDir, 'absent'),
      grants: [makeGrant({ id: 'free', permit: ['*'] })],
      known: ['acme.other.json'],
    });
    expect(room.made).toEqual(['acme.other.json']);
    room.undo();
    expect(readdirSync(limitsDir)).toEqual([]);
  });

  it('lets exactly the rate’s number of runs start in a period', () => {
    const started = Array.from({ length: 100 }, (_, i) => takeRoom(request({ grants: [hourly(10)], nowMs: NOW_MS + i })));
    expect(started.filter((room) => !isDenial(room))).toHaveLength(10);
    expect(started[10]).toMatchObject({ code: 'RATE_LIMITED', facts: { limit: 'rate', grant: 'hourly' }, retryAfterMs: HOUR_MS - 10 });
  });

  it('has room again exactly when the wait is over', () => {
    take({ grants: [hourly(2)] });
    take({ grants: [hourly(2)], nowMs: NOW_MS + 1000 });
    const refused = takeRoom(request({ grants: [hourly(2)], nowMs: NOW_MS + 5000 }));
    expect(refused).toMatchObject({ retryAfterMs: HOUR_MS - 5000 });
    expect(takeRoom(request({ grants: [hourly(2)], nowMs: NOW_MS + HOUR_MS - 1 }))).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterMs: 1,
    });
    expect(takeRoom(request({ grants: [hourly(2)], nowMs: NOW_MS + HOUR_MS }))).toMatchObject({ kind: 'taken' });
  });

  it('never lets more than the rate’s number start in any period, whatever the times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 0, max: HOUR_MS }), { minLength: 1, maxLength: 20 }),
        (count, steps) => {
          rmSync(file('hourly'), { force: true });
          const starts: number[] = [];
          let nowMs = NOW_MS;
          for (const step of steps) {
            nowMs += step;
            const recent = starts.filter((ms) => ms > nowMs - HOUR_MS).length;
            const isTaken = !isDenial(takeRoom(request({ grants: [hourly(count)], nowMs })));
            expect(isTaken).toBe(recent < count);
            if (isTaken) starts.push(nowMs);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('counts a start in the future as now', () => {
    take({ grants: [hourly(1)], nowMs: NOW_MS + 10 * HOUR_MS });
    expect(takeRoom(request({ grants: [hourly(1)] }))).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: HOUR_MS });
  });

  it('waits for enough room where the rate was lowered', () => {
    for (let i = 0; i < 5; i++) take({ grants: [hourly(5)], nowMs: NOW_MS + i });
    expect(takeRoom(request({ grants: [hourly(2)], nowMs: NOW_MS + 10 }))).toMatchObject({ retryAfterMs: HOUR_MS - 10 + 3 });
  });

  it('lets exactly so many runs hold a place at once, and another when one ends', () => {
    const first = request({ grants: [atOnce(2)] });
    expect(isDenial(takeRoom(first))).toBe(false);
    take({ grants: [atOnce(2)] });
    expect(takeRoom(request({ grants: [atOnce(2)] }))).toMatchObject({
      code: 'RATE_LIMITED',
      facts: { limit: 'concurrency', grant: 'at-once' },
      retryAfterMs: 1000,
    });
    releaseRoom(first);
    take({ grants: [atOnce(2)] });
    expect(isDenial(takeRoom(request({ grants: [atOnce(2)] })))).toBe(true);
  });

  it('does not count a holder that died, and counts one that lives', async () => {
    const child = spawn('sleep', ['60']);
    const pid = child.pid!;
    take({ grants: [atOnce(1)], pid, pidStart: readProcessStart(pid) });
    expect(isDenial(takeRoom(request({ grants: [atOnce(1)] })))).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    take({ grants: [atOnce(1)] });
  });

  test.skipIf(!existsSync('/proc/self/stat'))('does not count a holder whose process id was given to another process', () => {
    take({ grants: [atOnce(1)], pidStart: '1' });
    take({ grants: [atOnce(1)] });
  });

  it('frees a place without a start time after a day', () => {
    take({ grants: [atOnce(1)], pidStart: null });
    expect(isDenial(takeRoom(request({ grants: [atOnce(1)], nowMs: NOW_MS + 86_399_999 })))).toBe(true);
    take({ grants: [atOnce(1)], nowMs: NOW_MS + 86_400_000 });
  });

  it('counts a holder of another pid namespace, whose process cannot be looked for, for two hours', () => {
    take({ grants: [atOnce(1)], pid: 2 ** 22 + 1, pidStart: '1' });
    writeFileSync(file('at-once'), readFileSync(file('at-once'), 'utf8').replace(/"pidNamespace":"[0-9]+"/, '"pidNamespace":"1"'));
    expect(takeRoom(request({ grants: [atOnce(1)], nowMs: NOW_MS + 2 * HOUR_MS - 1 }))).toMatchObject({ code: 'RATE_LIMITED' });
    take({ grants: [atOnce(1)], nowMs: NOW_MS + 2 * HOUR_MS });
  });

  it('takes a holder without a pid namespace for one of its own', () => {
    take({ grants: [atOnce(1)] });
    writeFileSync(file('at-once'), readFileSync(file('at-once'), 'utf8').replace(/"pidNamespace":"[0-9]+",/, ''));
    expect(takeRoom(request({ grants: [atOnce(1)] }))).toMatchObject({ code: 'RATE_LIMITED' });
    writeFileSync(file('at-once'), readFileSync(file('at-once'), 'utf8').replace(/"pid":[0-9]+/, `"pid":${2 ** 22 + 1}`));
    take({ grants: [atOnce(1)] });
  });

  it('needs room in every limit, writes nothing otherwise, and tells the longest wait', () => {
    take({ grants: [hourly(1, 'full')] });
    const before = readFileSync(file('full'), 'utf8');
    const room = takeRoom(request({ grants: [hourly(5, 'free'), hourly(1, 'full'), atOnce(3)], nowMs: NOW_MS + 1 }));
    expect(room).toMatchObject({ code: 'RATE_LIMITED', facts: { grant: 'full' }, retryAfterMs: HOUR_MS - 1 });
    expect(readdirSync(limitsDir)).toEqual(['acme.full.json']);
    expect(readFileSync(file('full'), 'utf8')).toBe(before);
  });

  it('puts everything back when it is undone', () => {
    take({ grants: [hourly(2, 'old')] });
    const before = readFileSync(file('old'), 'utf8');
    take({ grants: [hourly(2, 'old'), atOnce(1)], nowMs: NOW_MS + 1 }).undo();
    expect(readdirSync(limitsDir)).toEqual(['acme.old.json']);
    expect(readFileSync(file('old'), 'utf8')).toBe(before);
  });

  it('gives the names of the files that now stand, for the audit’s head', () => {
    expect(take({ grants: [hourly(2, 'b'), atOnce(1, 'a')], known: ['acme.b.json', 'other.x.json'], limitsDir: seeded('b') }).made).toEqual(
      ['acme.b.json', 'other.x.json', 'acme.a.json'],
    );
  });

  it('finds a known file that is gone CONFIG_INVALID', () => {
    const { made } = take({ grants: [hourly(1)] });
    unlinkSync(file('hourly'));
    expect(takeRoom(request({ grants: [hourly(1)], known: made }))).toMatchObject({
      code: 'CONFIG_INVALID',
      facts: { detail: 'the limit file of grant hourly is gone' },
    });
    expect(existsSync(file('hourly'))).toBe(false);
  });

  test.each([
    ['empty', ''],
    ['no JSON', '{"version":1,'],
    ['a list', '[]'],
    ['of another version', '{"version":2,"starts":[],"holders":[]}'],
    ['with an unknown key', '{"version":1,"starts":[],"holders":[],"x":1}'],
    ['without its starts', '{"version":1,"holders":[]}'],
    ['with a start that is text', '{"version":1,"starts":["1"],"holders":[]}'],
    ['with a start before time', '{"version":1,"starts":[-1],"holders":[]}'],
    ['with a start of null', '{"version":1,"starts":[null],"holders":[]}'],
    [
      'with a holder of process 0',
      '{"version":1,"starts":[],"holders":[{"run":"r","pid":0,"pidStart":null,"pidNamespace":"0","sinceMs":1}]}',
    ],
    ['with a holder of no process', '{"version":1,"starts":[],"holders":[{"run":"r","pidStart":null,"pidNamespace":"0","sinceMs":1}]}'],
    ['larger than it can be', ' '.repeat(1_048_577)],
  ])('finds a file that is %s CONFIG_INVALID, known or not', (_what, content) => {
    writeFileSync(file('hourly'), content, { mode: 0o600 });
    expect(takeRoom(request({ grants: [hourly(1)] }))).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(readFileSync(file('hourly'), 'utf8')).toBe(content);
  });

  it('trusts no file that others can write, and nothing that is not a file', () => {
    take({ grants: [hourly(9)] });
    chmodSync(file('hourly'), 0o666);
    expect(takeRoom(request({ grants: [hourly(9)] }))).toMatchObject({ code: 'CONFIG_INVALID' });
    mkdirSync(file('folder'));
    expect(takeRoom(request({ grants: [hourly(9, 'folder')] }))).toMatchObject({ code: 'CONFIG_INVALID' });
    symlinkSync(file('hourly'), file('link'));
    expect(takeRoom(request({ grants: [hourly(9, 'link')] }))).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(spawnSync('mkfifo', [file('pipe')]).status).toBe(0);
    expect(takeRoom(request({ grants: [hourly(9, 'pipe')] }))).toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('is AUDIT_UNAVAILABLE where a file cannot be written, and takes nothing', () => {
    const absent = join(limitsDir, 'absent');
    expect(takeRoom(request({ grants: [hourly(1)], limitsDir: absent }))).toMatchObject({
      code: 'AUDIT_UNAVAILABLE',
      facts: { detail: 'the limit file of grant hourly cannot be written (ENOENT)' },
    });
  });

  it('keeps one file for one grant of one tenant', () => {
    take({ grants: [hourly(1)], tenant: parseName<TenantName>('acme-a')! });
    take({ grants: [hourly(1, 'a-hourly')] });
    take({ grants: [hourly(1)] });
    expect(readdirSync(limitsDir).sort()).toEqual(['acme-a.hourly.json', 'acme.a-hourly.json', 'acme.hourly.json']);
  });

  it('keeps the largest rate within the size of a file that is read', () => {
    const starts = Array.from({ length: 9_999 }, (_, i) => NOW_MS - 10_000 + i);
    writeFileSync(file('hourly'), JSON.stringify({ version: 1, starts, holders: [] }), { mode: 0o600 });
    take({ grants: [hourly(10_000)] });
    expect(takeRoom(request({ grants: [hourly(10_000)] }))).toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('checkRoom', () => {
  it('answers as takeRoom would, and writes nothing', () => {
    expect(checkRoom(request({ grants: [hourly(1)] }))).toBeNull();
    expect(readdirSync(limitsDir)).toEqual([]);
    take({ grants: [hourly(1)] });
    expect(checkRoom(request({ grants: [hourly(1)] }))).toMatchObject({ code: 'RATE_LIMITED' });
    expect(checkRoom(request({ grants: [hourly(1, 'x')], known: ['acme.x.json'] }))).toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('releaseRoom', () => {
  it('gives back the run’s own place alone, and keeps its start', () => {
    const grant = makeGrant({ id: 'both', permit: ['*'], concurrency: 5, rate: { count: 5, periodMs: HOUR_MS } });
    const mine = request({ grants: [grant] });
    takeRoom(mine);
    take({ grants: [grant] });
    releaseRoom(mine);
    const log = parseLimitLog(readFileSync(file('both')));
    expect(log?.holders.map(({ run }) => run)).toEqual(['run-1']);
    expect(log?.starts).toHaveLength(2);
  });

  it('leaves a file that is gone gone, and one that is broken as it is', () => {
    const mine = request({ grants: [atOnce(1)] });
    takeRoom(mine);
    writeFileSync(file('at-once'), 'broken');
    releaseRoom(mine);
    expect(readFileSync(file('at-once'), 'utf8')).toBe('broken');
    unlinkSync(file('at-once'));
    releaseRoom(mine);
    expect(existsSync(file('at-once'))).toBe(false);
  });
});

describe('isAlive', () => {
  test.skipIf(!existsSync('/proc/self/stat'))('knows a process by its id and start', () => {
    const start = readProcessStart(process.pid);
    expect(start).toMatch(/^\d+$/);
    expect(isAlive({ pid: process.pid, start })).toBe(true);
    expect(isAlive({ pid: process.pid, start: null })).toBe(true);
    expect(isAlive({ pid: process.pid, start: '1' })).toBe(false);
    expect(isAlive({ pid: 2 ** 30, start: null })).toBe(false);
  });

  test.skipIf(!existsSync('/proc/self/stat'))('reads the start of a process with a name like a field', () => {
    const name = join(limitsDir, ') S 1 (');
    symlinkSync('/bin/sleep', name);
    const child = spawn(name, ['30']);
    try {
      expect(readProcessStart(child.pid!)).toMatch(/^\d+$/);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

/** Makes a limit file that a test calls known. */
function seeded(grant: string): string {
  writeFileSync(file(grant), '{"version":1,"starts":[],"holders":[]}', { mode: 0o600 });
  return limitsDir;
}
