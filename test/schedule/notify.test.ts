import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunRecord } from '../../src/model/run.js';
import type { Schedule } from '../../src/model/schedule.js';
import { notify } from '../../src/schedule/notify.js';
import { isRunning, until } from '../helpers/outloop.js';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'outloop-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function call(script: string, limitMs = 20_000): Promise<string | null> {
  const command = join(directory, 'notify');
  writeFileSync(command, `#!/bin/sh\n${script}\n`);
  chmodSync(command, 0o755);
  const schedule = { name: 'nightly', notify: [command, 'x'] } as unknown as Schedule;
  const record = { run: '01J', code: 'ALIAS_NOT_ALLOWED', exit: 105, reason: 'because', next: null } as unknown as RunRecord;
  return notify({ schedule, record, home: '/nonexistent', user: 'ann' }, limitMs);
}

test('a command that ends well is no news', async () => {
  expect(await call(`cat > ${directory}/told`)).toBeNull();
  expect(JSON.parse(readFileSync(join(directory, 'told'), 'utf8'))).toMatchObject({ schedule: 'nightly', code: 'ALIAS_NOT_ALLOWED' });
});

test('one that does not read its input is as good', async () => {
  expect(await call('exit 0')).toBeNull();
});

test('one that hangs is killed with what it started, and waited for no longer than the limit', async () => {
  const startedMs = Date.now();
  expect(await call(`sleep 60 & echo $! > ${directory}/pid; wait`, 3000)).toBe('did not end within 3 s');
  expect(Date.now() - startedMs).toBeLessThan(15_000);
  const pid = Number(readFileSync(join(directory, 'pid'), 'utf8'));
  expect(pid).toBeGreaterThan(0);
  await until(() => !isRunning(pid));
});

test.each([
  ['exit 3', 'ended with 3'],
  ['kill -9 $$', 'was ended by SIGKILL'],
])('%s: %s', async (script, why) => {
  expect(await call(script)).toBe(why);
});

test.each([
  ['is not there', 'none'],
  ['would be in a file', 'file/notify'],
  ['is a link to itself', 'loop'],
])('one that %s cannot be started', async (_, path) => {
  writeFileSync(join(directory, 'file'), '');
  symlinkSync('loop', join(directory, 'loop'));
  const schedule = { name: 'nightly', notify: [join(directory, path)] } as unknown as Schedule;
  expect(await notify({ schedule, record: { next: null } as unknown as RunRecord, home: '/', user: 'ann' }, 20_000)).toBe(
    'cannot be started',
  );
});
