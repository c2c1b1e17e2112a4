import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readMountedFile } from '../../../src/credential/file/mounted-file.js';
import { temporaryHome } from '../../helpers/temporary-home.js';

const uid = process.getuid?.() ?? 0;
const asRoot = uid === 0;
let top: string;
beforeEach(() => {
  top = temporaryHome();
  mkdirSync(join(top, 'mount'), { mode: 0o755 });
  put('key', 0o600);
});

const at = (...parts: readonly string[]) => join(top, 'mount', ...parts);
function put(name: string, mode: number, text = 'a mounted value'): string {
  writeFileSync(at(name), text);
  chmodSync(at(name), mode);
  return at(name);
}
const read = (path: string, mounts: readonly string[] = []) => {
  const answer = readMountedFile(path, { uid, mounts });
  return answer.kind === 'value' ? Buffer.from(answer.bytes).toString() : answer;
};
const refused = (detail: string) => ({ kind: 'damaged', detail: `its file ${detail}` });

describe('a mounted file', () => {
  it('closed to others is read, byte for byte', () => {
    expect(read(at('key'))).toBe('a mounted value');
    expect(read(put('two', 0o400, 'line one\nline two\n'))).toBe('line one\nline two\n');
  });

  it('that others can read is read in a mount alone', () => {
    put('key', 0o444);
    expect(read(at('key'))).toEqual(refused('can be read by others; chmod 600 closes it'));
    expect(read(at('key'), [join(top, 'mount')])).toBe('a mounted value');
    expect(read(at('key'), [join(top, 'moun')])).toEqual(refused('can be read by others; chmod 600 closes it'));
  });

  it.each([0o620, 0o602, 0o666])('of mode %o is refused, in a mount too', (mode) => {
    put('key', mode);
    expect(read(at('key'), [join(top, 'mount')])).toEqual(refused('can be written by others'));
  });

  it('in a folder that others can write is refused', () => {
    for (const mode of [0o777, 0o775]) {
      chmodSync(at(), mode);
      expect(read(at('key'))).toEqual(refused('is in a folder that others can write'));
    }
  });

  it('that is a folder, a FIFO, or too long is refused without waiting', () => {
    mkdirSync(at('folder'));
    execFileSync('mkfifo', ['-m', '600', at('fifo')]);
    expect(read(at('folder'))).toEqual(refused('is not a plain file'));
    expect(read(at('fifo'))).toEqual(refused('is not a plain file'));
    expect(read(put('long', 0o600, 'x'.repeat(65_537)))).toEqual({ kind: 'damaged', detail: 'it is longer than 64 KiB' });
    expect(read(put('full', 0o600, 'x'.repeat(65_536)))).toHaveLength(65_536);
  });

  it('that is not there is absent, and one below a file is refused', () => {
    expect(read(at('nothing'))).toEqual({ kind: 'absent' });
    expect(read(at('key', 'below'))).toEqual(refused('is below something that is no folder'));
    expect(read(at('no', 'such', 'folder'))).toEqual({ kind: 'absent' });
  });

  it('behind links of the operator’s is read, as a container engine lays its mounts', () => {
    mkdirSync(at('..2026_11_25'), { mode: 0o755 });
    writeFileSync(at('..2026_11_25', 'token'), 'the first token', { mode: 0o600 });
    symlinkSync('..2026_11_25', at('..data'));
    symlinkSync('..data/token', at('token'));
    expect(read(at('token'))).toBe('the first token');
  });

  it('behind a link into a folder that others can write, or behind links in a ring, is refused', () => {
    mkdirSync(join(top, 'open'));
    chmodSync(join(top, 'open'), 0o777);
    writeFileSync(join(top, 'open', 'key'), 'placed by anybody', { mode: 0o600 });
    symlinkSync(join(top, 'open', 'key'), at('out'));
    expect(read(at('out'))).toEqual(refused('is in a folder that others can write'));
    symlinkSync(join(top, 'mount', 'key'), join(top, 'open', 'in'));
    expect(read(join(top, 'open', 'in'))).toEqual(refused('is in a folder that others can write'));
    symlinkSync(at('ring'), at('ring'));
    expect(read(at('ring'))).toEqual(refused('is behind too many links'));
  });

  it.runIf(asRoot)('of another user, in another user’s folder, or behind another user’s link is refused', () => {
    chownSync(put('theirs', 0o600), 4242, 4242);
    expect(read(at('theirs'))).toEqual(refused('belongs to another user'));
    symlinkSync(at('key'), at('link'));
    execFileSync('chown', ['-h', '4242', at('link')]);
    expect(read(at('link'))).toEqual(refused('is behind another user’s link'));
    chownSync(at(), 4242, 4242);
    expect(read(at('key'))).toEqual(refused('is in another user’s folder'));
  });
});
