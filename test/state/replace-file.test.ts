import { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { replaceFile } from '../../src/state/replace-file.js';
import { otherGroup } from '../helpers/other-group.js';
import { temporaryHome } from '../helpers/temporary-home.js';

let home = '';
let path = '';

beforeEach(() => {
  home = temporaryHome();
  path = join(home, 'file');
  writeFileSync(path, 'old', { mode: 0o600 });
});

const bytes = Buffer.from('new');
const isRoot = process.getuid?.() === 0;
const gid = process.getgid?.() ?? 0;

test('a file is replaced with the given mode', () => {
  expect(replaceFile(path, { bytes, mode: 0o640, gid, isSame: () => true })).toBeNull();
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(readdirSync(home)).toEqual(['file']);
});

test('whether it is the same is asked when all is written, and one that is not stays', () => {
  const isSame = () => {
    const temporary = readdirSync(home).find((name) => name !== 'file') ?? '';
    expect(readFileSync(join(home, temporary), 'utf8')).toBe('new');
    return false;
  };
  expect(replaceFile(path, { bytes, mode: 0o600, gid, isSame })).toBe('was changed in the meantime');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(home)).toEqual(['file']);
});

test.skipIf(otherGroup === undefined)('a file keeps its group', () => {
  chownSync(path, -1, otherGroup ?? gid);
  expect(replaceFile(path, { bytes, mode: 0o640, gid: otherGroup ?? gid, isSame: () => true })).toBeNull();
  expect(statSync(path)).toMatchObject({ gid: otherGroup, mode: 0o100640 });
});

test.skipIf(!isRoot)('where its group may not be given, a file stays when that has rights, and is replaced when it has none', () => {
  chownSync(path, 65_534, 54_321);
  chownSync(home, 65_534, gid);
  chmodSync(path, 0o640);
  process.seteuid?.(65_534);
  try {
    const said = replaceFile(path, { bytes, mode: 0o640, gid: 54_321, isSame: () => true });
    expect(said).toBe('gives rights to a group that you may not give to a new file');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(home)).toEqual(['file']);
    expect(replaceFile(path, { bytes, mode: 0o600, gid: 54_321, isSame: () => true })).toBeNull();
    expect(readFileSync(path, 'utf8')).toBe('new');
  } finally {
    process.seteuid?.(0);
  }
});
