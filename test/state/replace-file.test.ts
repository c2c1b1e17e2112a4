import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { replaceFile } from '../../src/state/replace-file.js';
import { temporaryHome } from '../helpers/temporary-home.js';

let home = '';
let path = '';

beforeEach(() => {
  home = temporaryHome();
  path = join(home, 'file');
  writeFileSync(path, 'old', { mode: 0o600 });
});

const bytes = Buffer.from('new');

test('a file is replaced with the given mode', () => {
  expect(replaceFile(path, { bytes, mode: 0o640, isSame: () => true })).toBeNull();
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
  expect(replaceFile(path, { bytes, mode: 0o600, isSame })).toBe('was changed in the meantime');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(home)).toEqual(['file']);
});
