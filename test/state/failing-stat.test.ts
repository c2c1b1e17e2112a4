import fs from 'node:fs';
import { lstatSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { openPrivate, READING } from '../../src/audit/log-file.js';
import { walkLines } from '../../src/audit/walk-lines.js';
import { openWorkspace } from '../../src/execute/workspace.js';
import { replaceBuiltin, systemError } from '../helpers/replace-builtin.js';
import { temporaryHome } from '../helpers/temporary-home.js';

let folder: string;
beforeEach(() => {
  folder = temporaryHome();
  writeFileSync(join(folder, '2026-11.jsonl'), '', { mode: 0o600 });
});

/** The system refuses to say what was opened, as a network's file system does that went away. */
function failToStat(): void {
  replaceBuiltin(fs, 'fstatSync', () => () => {
    throw systemError('EIO', 'fstat');
  });
}

/** What of the folder this process holds open. */
function openHere(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return [];
    }
  });
}

test('a file of the log that cannot be looked at is AUDIT_UNAVAILABLE and closed', () => {
  failToStat();
  expect(openPrivate(folder, '2026-11.jsonl', { flags: READING, uid: null })).toMatchObject({
    code: 'AUDIT_UNAVAILABLE',
    facts: { detail: '2026-11.jsonl cannot be read (EIO)' },
  });
  expect(openHere()).toEqual([]);
});

test('a linked folder that cannot be looked at is LINK_NOT_APPROVED and closed', () => {
  const link = { directory: folder, inode: String(lstatSync(folder, { bigint: true }).ino) } as Parameters<typeof openWorkspace>[0];
  failToStat();
  expect(openWorkspace(link)).toMatchObject({ code: 'LINK_NOT_APPROVED' });
  expect(openHere()).toEqual([]);
});

test('a file of the log whose lines are read is closed where it cannot be looked at', async () => {
  const probe = await open(folder);
  const stat = vi.spyOn(Object.getPrototypeOf(probe) as FileHandle, 'stat').mockRejectedValue(systemError('EIO', 'fstat'));
  await probe.close();
  try {
    await expect(walkLines(folder, '2026-11.jsonl').next()).rejects.toMatchObject({ code: 'EIO' });
    expect(openHere()).toEqual([]);
  } finally {
    stat.mockRestore();
  }
});
