import child_process from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { waitForLock } from '../../src/state/wait-for-lock.js';
import { replaceBuiltin, systemError } from '../helpers/replace-builtin.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outloop-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function isOpenHere(): boolean {
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  });
}

const WAYS = {
  'is refused by the system at once': () => {
    throw systemError('ENOMEM', 'spawn');
  },
  'is refused by the system a moment later': () => {
    const child = new EventEmitter();
    process.nextTick(() => child.emit('error', systemError('EAGAIN', 'spawn')));
    return child;
  },
};

describe.each(Object.keys(WAYS) as (keyof typeof WAYS)[])('where the start of a program that locks %s', (way) => {
  test('the lock is refused, and its file and the signal are let go', async () => {
    replaceBuiltin(child_process, 'spawn', () => WAYS[way] as typeof child_process.spawn);
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    expect(await waitForLock(path, 1000, signal)).toMatchObject({ kind: 'refused' });
    expect(isOpenHere()).toBe(false);
    expect(removed.mock.calls.length).toBe(added.mock.calls.length);
  });
});
