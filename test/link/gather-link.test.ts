import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLinkFile } from '../../src/link/create-link-file.js';
import { gatherFolder, gatherLink } from '../../src/link/gather-link.js';
import { othersCanWrite } from '../../src/state/trusted-path.js';
import type { LinkFile } from '../../src/model/link.js';
import { temporaryHome } from '../helpers/temporary-home.js';

const UID = process.getuid?.() ?? 0;
const isRoot = UID === 0;

let root: string;
let client: string;
beforeEach(() => {
  root = temporaryHome();
  client = join(root, 'acme');
  mkdirSync(join(client, 'src', 'deep'), { recursive: true, mode: 0o755 });
});

const link = (directory = client): string => join(directory, '.outloop');
const put = (directory = client, text = 'version: 1\n'): void => writeFileSync(link(directory), text, { mode: 0o644 });
const gather = (cwd = client, uid = UID): LinkFile => gatherLink({ uid, cwd: () => cwd }).file;

describe('the nearest link file', () => {
  it('is found in the current folder, with the folder’s path, inode and the bytes', () => {
    put();
    const { ino, dev } = lstatSync(client);
    expect(gather()).toMatchObject({ kind: 'found', directory: client, inode: String(ino), device: String(dev) });
    const file = gather();
    expect(file.kind === 'found' && Buffer.from(file.bytes).toString()).toBe('version: 1\n');
  });

  it('is found in a folder above', () => {
    put();
    expect(gather(join(client, 'src', 'deep'))).toMatchObject({ kind: 'found', directory: client });
  });

  it('decides, and no parent’s is asked, whatever is wrong with it', () => {
    put();
    symlinkSync('../.outloop', link(join(client, 'src')));
    expect(gather(join(client, 'src', 'deep'))).toEqual({ kind: 'untrusted', directory: join(client, 'src'), why: 'symlink' });
  });

  it('is none where there is none up to the root', () => {
    expect(gather()).toEqual({ kind: 'none' });
  });

  it('is none, with no folder, where the current folder is gone', () => {
    const gone = (): string => {
      throw Object.assign(new Error('uv_cwd'), { code: 'ENOENT' });
    };
    expect(gatherLink({ uid: UID, cwd: gone })).toEqual({ cwd: null, file: { kind: 'none' } });
    expect(gatherLink({ uid: UID, cwd: () => '(unreachable)/x' })).toEqual({ cwd: null, file: { kind: 'none' } });
    expect(gatherFolder({ uid: UID, cwd: gone })).toBeNull();
  });

  it.each(['with a\nnewline', '\u001b[2Jescape', 'naïve — ✓', '"quotes"', ' '])(
    'is found in a folder whose name is unusual: %j',
    (name) => {
      const directory = join(client, name);
      mkdirSync(directory);
      put(directory);
      expect(gather(directory)).toMatchObject({ kind: 'found', directory });
    },
  );

  it('is not looked for where the path is not UTF-8, which another folder’s name could stand for', () => {
    const decoy = join(client, '\ufffd');
    mkdirSync(decoy);
    put(decoy);
    expect(gather(decoy)).toMatchObject({ kind: 'untrusted', why: 'not-utf8' });
  });
});

describe('a link file is not trusted', () => {
  it.each<[string, () => void, string]>([
    ['that is a symlink', () => (put(root), symlinkSync('../.outloop', link())), 'symlink'],
    ['that is a symlink to nothing', () => symlinkSync('nowhere', link()), 'symlink'],
    ['that is a FIFO', () => void spawnSync('mkfifo', [link()]), 'not-a-file'],
    ['that is a folder', () => mkdirSync(link()), 'not-a-file'],
    ['that is over 4 KiB', () => put(client, '#'.repeat(4_097)), 'too-large'],
    ['that everybody can write', () => (put(), chmodSync(link(), 0o646)), 'others-can-write'],
    ['in a folder that everybody can write', () => (put(), chmodSync(client, 0o777)), 'others-can-write'],
    ['below a folder that everybody can write', () => (put(), chmodSync(root, 0o777)), 'others-can-write'],
  ])('%s', (_, change, why) => {
    change();
    expect(gather()).toEqual({ kind: 'untrusted', directory: client, why });
  });

  it('that is a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(link(), resolve));
    expect(gather()).toMatchObject({ why: 'not-a-file' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('that belongs to another user than the caller', () => {
    put();
    expect(gather(client, UID + 1)).toMatchObject({ kind: 'untrusted', why: 'other-owner' });
  });

  it.skipIf(isRoot)('that the caller cannot read (as root there is none)', () => {
    put();
    chmodSync(link(), 0o200);
    expect(gather()).toMatchObject({ why: 'unreadable' });
  });

  it.skipIf(!isRoot)('that root owns, for a caller who is not root (needs root to make)', () => {
    put();
    for (const path of [root, client]) chownSync(path, 1_234, 1_234);
    expect(gather(client, 1_234)).toMatchObject({ why: 'other-owner' });
    chownSync(link(), 1_234, 1_234);
    expect(gather(client, 1_234)).toMatchObject({ kind: 'found' });
  });

  it.skipIf(!isRoot)('below a folder of another user, even one with no special file (needs root to make)', () => {
    put();
    chownSync(root, 1_234, 1_234);
    expect(gather()).toMatchObject({ why: 'folder-of-another' });
    chownSync(root, 65_534, 65_534);
    expect(gather()).toMatchObject({ why: 'folder-of-another' });
  });

  it.skipIf(!isRoot)('below a folder that a shared group can write; the owner’s own group may (needs root to make)', () => {
    put();
    for (const path of [root, client, link()]) chownSync(path, 1_234, 1_234);
    chmodSync(client, 0o775);
    expect(gather(client, 1_234)).toMatchObject({ kind: 'found' });
    chownSync(client, 1_234, 50);
    expect(gather(client, 1_234)).toMatchObject({ why: 'others-can-write' });
    chmodSync(client, 0o1775);
    expect(gather(client, 1_234)).toMatchObject({ why: 'others-can-write' });
    chmodSync(client, 0o1777);
    expect(gather(client, 1_234)).toMatchObject({ kind: 'found' });
    chownSync(client, 0, 50);
    chmodSync(client, 0o1775);
    expect(gather(client, 1_234)).toMatchObject({ kind: 'found' });
  });

  it('unless the folder that everybody can write is sticky', () => {
    put();
    chmodSync(root, 0o1777);
    expect(gather()).toMatchObject({ kind: 'found' });
  });
});

describe('a folder’s own evidence, for the operator', () => {
  it('does not take a parent’s link file for its own', () => {
    put();
    const src = join(client, 'src');
    expect(gatherFolder({ uid: UID, cwd: () => src })).toMatchObject({
      directory: src,
      inode: String(lstatSync(src).ino),
      file: { kind: 'none' },
    });
  });

  it('says where a link would be refused before one is written', () => {
    chmodSync(root, 0o777);
    expect(gatherFolder({ uid: UID, cwd: () => client })?.file).toMatchObject({ kind: 'untrusted', why: 'others-can-write' });
  });

  it('is the same that a run gathers once the file is written', () => {
    const before = gatherFolder({ uid: UID, cwd: () => client });
    createLinkFile(client, Buffer.from('version: 1\n'));
    expect(lstatSync(link()).mode & 0o777).toBe(0o644);
    expect(gather()).toMatchObject({ kind: 'found', directory: before?.directory, inode: before?.inode, device: before?.device });
  });
});

describe('a new link file', () => {
  it('never replaces what stands there, and never follows it', () => {
    symlinkSync(join(root, 'target'), link());
    expect(() => createLinkFile(client, Buffer.from('x'))).toThrow('EEXIST');
    expect(lstatSync(root).isDirectory() && lstatSync(join(root, 'target'), { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('others can write', () => {
  it.each<[number, number, number, boolean]>([
    [0o644, 1000, 1000, false],
    [0o664, 1000, 1000, false],
    [0o664, 1000, 100, true],
    [0o775, 0, 0, false],
    [0o775, 0, 50, true],
    [0o646, 1000, 1000, true],
    [0o1777, 0, 0, true],
  ])('mode %o, owner %i, group %i: %s', (mode, uid, gid, expected) => {
    expect(othersCanWrite({ mode, uid, gid })).toBe(expected);
  });
});

describe('a folder that is moved', () => {
  it('keeps its inode under another path, and a new one in its place has another', () => {
    put();
    const first = gather();
    renameSync(client, join(root, 'moved'));
    mkdirSync(client);
    put();
    const second = gather();
    const moved = gather(join(root, 'moved'));
    expect(
      first.kind === 'found' &&
        second.kind === 'found' &&
        moved.kind === 'found' && [first.inode === moved.inode, first.inode === second.inode],
    ).toEqual([true, false]);
  });
});
