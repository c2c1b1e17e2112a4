import fs from 'node:fs';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listKeys, listTenantsIn } from '../../src/approval/approval-store.js';
import type { TenantName } from '../../src/model/ids.js';
import { replaceBuiltin, systemError } from '../helpers/replace-builtin.js';

const ACME = 'acme' as TenantName;
const uid = process.getuid?.() ?? 0;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outloop-requests-'));
  mkdirSync(join(directory, ACME), { mode: 0o700 });
  writeFileSync(join(directory, 'No tenant'), '');
  writeFileSync(join(directory, ACME, `${'a'.repeat(32)}.json`), '');
  writeFileSync(join(directory, ACME, 'overflow.json'), '');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

test('the tenants and the keys on file are listed, and nothing else that stands there', () => {
  expect(listTenantsIn(directory, uid)).toEqual([ACME]);
  expect(listKeys(directory, ACME, uid)).toEqual(['a'.repeat(32)]);
});

test('of a folder that is not there there are none', () => {
  expect(listTenantsIn(join(directory, 'gone'), uid)).toEqual([]);
  expect(listKeys(directory, 'globex' as TenantName, uid)).toEqual([]);
});

test('a folder that cannot be read is told as a clause', () => {
  replaceBuiltin(fs, 'readdirSync', () => () => {
    throw systemError('EACCES', 'scandir');
  });
  expect(listTenantsIn(directory, uid)).toBe('cannot be read (EACCES)');
  expect(listKeys(directory, ACME, uid)).toBe('cannot be read (EACCES)');
});
