import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readScheduleLines, type Condition } from '../../src/broker/administration/schedule-lines.js';
import type { World } from '../../src/broker/world.js';
import type { Firing, Schedule } from '../../src/model/schedule.js';
import { writeFiring } from '../../src/schedule/firing-file.js';
import { readSchedule, writeSchedule } from '../../src/schedule/schedule-file.js';
import { temporaryState } from '../state/temporary-state.js';

const ISO = (text: string) => Date.parse(text);
let home: ReturnType<typeof temporaryState>;
beforeEach(() => {
  home = temporaryState();
});
afterEach(() => home.remove());

/** Half past the hour of every hour, whatever the machine's time zone. */
function schedule(changes: Partial<Schedule> = {}): Schedule {
  return {
    name: 'nightly' as Schedule['name'],
    when: '30 * * * *',
    on: 'cron',
    createdMs: ISO('2026-11-23T10:00:00Z'),
    folder: { directory: '/acme', inode: '1', link: 'lnk', sha256: '0', tenant: 'acme', project: 'web' } as unknown as Schedule['folder'],
    alias: 'demo.report.make' as Schedule['alias'],
    definition: 'd',
    params: [{ name: 'n', kind: 'json', value: { 10: 1, 2: [null, 'é'] } }],
    extra: [],
    timeoutMs: null,
    grants: [],
    expiresMs: null,
    notify: null,
    ...changes,
  };
}

function conditionAt(now: string, last: Partial<Firing> | null, changes: Partial<Schedule> = {}): Condition | 'broken' | undefined {
  writeSchedule(home.state, schedule(changes));
  if (last !== null) writeFiring(home.state, schedule().name, { run: '01J', code: 'OK', exit: 0, reason: '', atMs: 0, ...last });
  const [line] = readScheduleLines(home.state, { now: () => ISO(now) } as World);
  return line?.kind === 'schedule' ? line.condition : line?.kind;
}

describe('the condition of a schedule', () => {
  test.each<readonly [string, string, Partial<Firing> | null, Condition]>([
    ['its first time has not come', '2026-11-23T10:29:59Z', null, 'new'],
    ['its first time has just come', '2026-11-23T10:31:00Z', null, 'new'],
    ['its first time passed, and nothing fired', '2026-11-23T10:33:00Z', null, 'missed'],
    ['it fired at its time', '2026-11-23T11:00:00Z', { atMs: ISO('2026-11-23T10:30:02Z') }, 'ok'],
    ['it fired late, as after a sleep', '2026-11-23T11:00:00Z', { atMs: ISO('2026-11-23T10:50:00Z') }, 'ok'],
    ['the machine was asleep for a day', '2026-11-24T11:00:00Z', { atMs: ISO('2026-11-23T10:30:02Z') }, 'missed'],
    ['it was refused', '2026-11-23T11:00:00Z', { atMs: ISO('2026-11-23T10:30:02Z'), code: 'LINK_CHANGED', exit: 103 }, 'refused'],
    [
      'it was skipped since one still ran',
      '2026-11-23T11:00:00Z',
      { atMs: ISO('2026-11-23T10:30:02Z'), code: 'RATE_LIMITED', exit: 108 },
      'refused',
    ],
    ['what it ran failed', '2026-11-23T11:00:00Z', { atMs: ISO('2026-11-23T10:30:02Z'), code: 'CHILD_FAILED', exit: 7 }, 'failed'],
    ['the service said no', '2026-11-23T11:00:00Z', { atMs: ISO('2026-11-23T10:30:02Z'), code: 'HTTP_ERROR', exit: 22 }, 'failed'],
    [
      'it was refused, and then missed',
      '2026-11-23T11:40:00Z',
      { atMs: ISO('2026-11-23T10:30:02Z'), code: 'LINK_CHANGED', exit: 103 },
      'missed',
    ],
  ])('%s', (_, now, last, condition) => {
    expect(conditionAt(now, last)).toBe(condition);
  });

  test.each([1, 2, 5])('one that is due every %i minutes and never fires is missed for good', (period) => {
    const often = { when: `*/${period} * * * *` };
    const firstMs = ISO('2026-11-23T10:00:00Z') + period * 60_000;
    const conditions = Array.from({ length: 90 }, (_, at) => {
      return conditionAt(new Date(firstMs + at * 10_000).toISOString(), null, often);
    });
    expect(conditions).toEqual(conditions.map((_, at) => (at < 12 ? 'new' : 'missed')));
  });

  test('one that is due every minute is ok while each firing begins within two, and missed soon after the last', () => {
    const often = { when: '* * * * *' };
    const last = { atMs: ISO('2026-11-23T10:07:50Z') };
    expect(conditionAt('2026-11-23T10:08:40Z', last, often)).toBe('ok');
    expect(conditionAt('2026-11-23T10:09:59Z', last, often)).toBe('ok');
    expect(conditionAt('2026-11-23T10:10:00Z', last, often)).toBe('missed');
  });

  test('what was missed is told by its time, not by that of a later one that may yet fire', () => {
    writeSchedule(home.state, schedule());
    const [line] = readScheduleLines(home.state, { now: () => ISO('2026-11-23T11:31:00Z') } as World);
    expect(line).toMatchObject({
      condition: 'missed',
      awaitedMs: ISO('2026-11-23T10:30:00Z'),
      dueMs: ISO('2026-11-23T11:30:00Z'),
    });
  });

  test('it is over at its expiry', () => {
    const expiresMs = ISO('2026-11-24T00:00:00Z');
    expect(conditionAt('2026-11-23T23:59:59Z', { atMs: ISO('2026-11-23T23:30:00Z') }, { expiresMs })).toBe('ok');
    expect(conditionAt('2026-11-24T00:00:00Z', null, { expiresMs })).toBe('expired');
  });

  test.each([
    ['fired at the first', '2026-11-01T05:30:02Z', 'ok'],
    ['fired at the second', '2026-11-01T06:30:02Z', 'ok'],
    ['not fired', '2026-10-31T05:30:02Z', 'missed'],
  ])('its time came twice, since clocks went back: %s', (_, at, condition) => {
    vi.stubEnv('TZ', 'America/New_York');
    onTestFinished(() => void vi.unstubAllEnvs());
    const daily = { when: '30 1 * * *', createdMs: ISO('2026-10-01T00:00:00Z') };
    expect(conditionAt('2026-11-01T12:00:00Z', { atMs: ISO(at) }, daily)).toBe(condition);
  });

  test('one that was made between the two has not come', () => {
    vi.stubEnv('TZ', 'America/New_York');
    onTestFinished(() => void vi.unstubAllEnvs());
    const daily = { when: '30 1 * * *', createdMs: ISO('2026-11-01T06:00:00Z') };
    expect(conditionAt('2026-11-01T12:00:00Z', null, daily)).toBe('new');
  });

  test('a note that cannot be read is none', () => {
    mkdirSync(home.state.paths.firings, { mode: 0o700 });
    writeFileSync(join(home.state.paths.firings, 'nightly.json'), '{"version":1', { mode: 0o600 });
    expect(conditionAt('2026-11-23T10:10:00Z', null)).toBe('new');
  });
});

describe('a schedule’s file', () => {
  test('gives back what was put in', () => {
    writeSchedule(home.state, schedule());
    expect(readSchedule(home.state, schedule().name)).toEqual({ kind: 'schedule', schedule: schedule() });
  });

  test('whatever byte of it is changed, it is broken or says the same', () => {
    writeSchedule(home.state, schedule());
    const path = join(home.state.paths.schedules, 'nightly.json');
    const bytes = readFileSync(path);
    const before = readSchedule(home.state, schedule().name);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(path, changed);
      const after = readSchedule(home.state, schedule().name);
      if (after.kind !== 'broken') expect(after).toEqual(before);
    }
  });

  test.each(['', 'null', '[]', '{}', '{"version":1}'])('of %j is broken', (text) => {
    writeSchedule(home.state, schedule());
    writeFileSync(join(home.state.paths.schedules, 'nightly.json'), text);
    expect(readSchedule(home.state, schedule().name)).toMatchObject({ kind: 'broken' });
  });

  test('of another schedule, or another state, is broken', () => {
    const { state } = home;
    const weekly = schedule({ name: 'weekly' as Schedule['name'] });
    writeSchedule(state, weekly);
    copyFileSync(join(state.paths.schedules, 'weekly.json'), join(state.paths.schedules, 'nightly.json'));
    expect(readSchedule(state, schedule().name)).toMatchObject({ kind: 'broken' });
    expect(readSchedule({ ...state, auditKey: new Uint8Array(32) }, weekly.name)).toMatchObject({ kind: 'broken' });
    expect(readSchedule(state, weekly.name)).toMatchObject({ kind: 'schedule' });
  });
});
