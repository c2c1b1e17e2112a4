import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createPrivateFile, readPrivateFile, writePrivateFile } from '../../src/state/private-file.js';
import { temporaryHome } from '../helpers/temporary-home.js';

const uid = process.getuid?.() ?? 0;
let home = '';
let path = '';

beforeEach(() => {
  home = temporaryHome();
  path = join(home, 'file');
});

const read = (at = path, rule: { maxBytes?: number; ownerOnly?: boolean } = {}) => readPrivateFile(at, { uid, maxBytes: 100, ...rule });

describe('reading a private file', () => {
  test('gives the whole of it', () => {
    writeFileSync(path, 'content', { mode: 0o600 });
    expect(read()).toEqual({ kind: 'ok', bytes: Buffer.from('content') });
  });

  test('an empty file is a file', () => {
    writeFileSync(path, '', { mode: 0o600 });
    expect(read()).toEqual({ kind: 'ok', bytes: Buffer.alloc(0) });
  });

  test('nothing there is absent', () => {
    expect(read()).toEqual({ kind: 'absent' });
  });

  test('the cap counts bytes, and the last one fits', () => {
    writeFileSync(path, 'x'.repeat(100), { mode: 0o600 });
    expect(read()).toMatchObject({ kind: 'ok' });
    writeFileSync(path, 'x'.repeat(101));
    expect(read()).toEqual({ kind: 'refused', why: 'is larger than 100 bytes' });
  });

  test('a huge sparse file is refused without being read', () => {
    writeFileSync(path, '', { mode: 0o600 });
    truncateSync(path, 2 ** 40);
    expect(read()).toMatchObject({ kind: 'refused' });
  });

  test('a symbolic link is refused, dangling or not', () => {
    writeFileSync(join(home, 'real'), 'x', { mode: 0o600 });
    symlinkSync(join(home, 'real'), path);
    expect(read()).toEqual({ kind: 'refused', why: 'is a symbolic link' });
    symlinkSync(join(home, 'nowhere'), join(home, 'dangling'));
    expect(read(join(home, 'dangling'))).toEqual({ kind: 'refused', why: 'is a symbolic link' });
  });

  test('a FIFO without a writer is refused at once', () => {
    execFileSync('mkfifo', ['-m', '600', path]);
    expect(read()).toEqual({ kind: 'refused', why: 'is not a regular file' });
  });

  test('a directory, a device and a socket are refused', async () => {
    mkdirSync(join(home, 'd'), { mode: 0o700 });
    expect(read(join(home, 'd'))).toEqual({ kind: 'refused', why: 'is not a regular file' });
    expect(read('/dev/zero')).toMatchObject({ kind: 'refused' });
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    expect(read()).toEqual({ kind: 'refused', why: 'is not a regular file' });
    await new Promise((resolve) => server.close(resolve));
  });

  test.each([0o620, 0o602, 0o666])('mode %o is refused, since others may write', (mode) => {
    writeFileSync(path, 'x');
    chmodSync(path, mode);
    expect(read()).toEqual({ kind: 'refused', why: 'can be written by others' });
  });

  test('readable by others is refused only where nobody else may know it', () => {
    writeFileSync(path, 'x');
    chmodSync(path, 0o640);
    expect(read()).toMatchObject({ kind: 'ok' });
    expect(read(path, { ownerOnly: true })).toEqual({ kind: 'refused', why: 'is open to others' });
  });

  test.runIf(uid === 0)("another user's file is refused", () => {
    writeFileSync(path, 'x', { mode: 0o600 });
    chownSync(path, 12345, 12345);
    expect(read()).toEqual({ kind: 'refused', why: 'belongs to another user' });
  });
});

describe('writing a private file', () => {
  test('replaces the content with mode 0600, whatever the umask', () => {
    const before = process.umask(0o777);
    try {
      writePrivateFile(path, 'one');
      writePrivateFile(path, Buffer.from('two'));
    } finally {
      process.umask(before);
    }
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(home)).toEqual(['file']);
  });

  test('replaces a link instead of writing through it', () => {
    writeFileSync(join(home, 'victim'), 'safe');
    symlinkSync(join(home, 'victim'), path);
    writePrivateFile(path, 'new');
    expect(readFileSync(join(home, 'victim'), 'utf8')).toBe('safe');
    expect(lstatSync(path).isFile()).toBe(true);
  });

  test('leaves nothing behind when it fails, and passes the error on', () => {
    mkdirSync(path);
    writeFileSync(join(path, 'x'), '');
    expect(() => writePrivateFile(path, 'x')).toThrow();
    expect(readdirSync(home)).toEqual(['file']);
    expect(() => writePrivateFile(join(home, 'missing', 'x'), 'x')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  test("a dead process's temporary file is not in the way", () => {
    writeFileSync(join(home, `.file.${process.pid}-0.tmp`), 'stale');
    symlinkSync('/nowhere', join(home, `.file.${process.pid}-1.tmp`));
    writePrivateFile(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  test('creating never replaces what is there', () => {
    expect(createPrivateFile(path, 'first')).toBe(true);
    expect(createPrivateFile(path, 'second')).toBe(false);
    symlinkSync('/nowhere', join(home, 'link'));
    expect(createPrivateFile(join(home, 'link'), 'x')).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('first');
    expect(readdirSync(home).sort()).toEqual(['file', 'link']);
  });
});
