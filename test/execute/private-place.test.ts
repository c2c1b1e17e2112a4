import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { makePrivatePlace, type PrivatePlace } from '../../src/execute/private-place.js';
import type { Tool } from '../../src/model/action.js';
import { temporaryHome } from '../helpers/temporary-home.js';
import { groundAt } from './make-command.js';

let temporary: string;
beforeEach(() => {
  temporary = temporaryHome();
});

const SYSTEM: Tool = { path: '/bin/true', sha256: '', size: 0, system: true };
function make(tool = SYSTEM): PrivatePlace {
  const place = makePrivatePlace(tool, groundAt(temporary), null);
  if (isDenial(place)) throw new Error(place.code);
  return place;
}

describe('a run’s private place', () => {
  test('is a directory of its own with folders that only this user can enter', () => {
    const place = make();
    for (const path of [place.directory, place.home, place.tmp, place.run, place.work]) expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(readdirSync(place.work)).toEqual([]);
    expect(make().directory).not.toBe(place.directory);
  });

  test('runs a tool that only root can change where it stands, and any other from a copy', () => {
    expect(make().executable).toBe('/bin/true');
    const path = join(temporary, 'tool');
    writeFileSync(path, 'content');
    const own: Tool = { path, sha256: createHash('sha256').update('content').digest('hex'), size: 7, system: false };
    const { executable, directory } = make(own);
    expect(executable.startsWith(directory)).toBe(true);
    expect(readFileSync(executable, 'utf8')).toBe('content');
  });

  test('is taken away again where the tool is not the vetted one', () => {
    const path = join(temporary, 'tool');
    writeFileSync(path, 'changed');
    expect(makePrivatePlace({ path, sha256: '0'.repeat(64), size: 7, system: false }, groundAt(temporary), null)).toMatchObject({
      code: 'TOOL_CHANGED',
    });
    // What stays is the empty folder that all places stand in.
    const left = readdirSync(temporary, { recursive: true, encoding: 'utf8' });
    expect(left.filter((name) => name !== 'tool' && !/^outloop-\d+$/.test(name))).toEqual([]);
  });

  test('that cannot be made is ISOLATION_UNAVAILABLE', () => {
    expect(makePrivatePlace(SYSTEM, groundAt(join(temporary, 'none')), null)).toMatchObject({ code: 'ISOLATION_UNAVAILABLE' });
  });

  test.each([
    ['', 'the temporary directory (TMPDIR) is not an absolute path'],
    ['.', 'the temporary directory (TMPDIR) is not an absolute path'],
    ['tmp', 'the temporary directory (TMPDIR) is not an absolute path'],
    ['/nonexistent', 'there is no such temporary directory'],
    ['/etc/passwd', '/etc/passwd is no directory, where the temporary directory is'],
  ])('is not made in %j', (path, why) => {
    const detail = `no private directory can be made: ${why}`;
    expect(makePrivatePlace(SYSTEM, groundAt(path), null)).toMatchObject({ code: 'ISOLATION_UNAVAILABLE', facts: { detail } });
  });

  test.each([
    [0o777, 0o700],
    [0o700, 0o777],
    [0o730, 0o700],
  ])('is not made where others can change the folder (mode %o) or one above it (%o)', (mode, above) => {
    const folder = join(temporary, 'folder');
    mkdirSync(folder);
    chownSync(folder, -1, (process.getgid?.() ?? 0) === 0 && mode === 0o730 ? 1 : -1);
    chmodSync(folder, mode);
    chmodSync(temporary, above);
    const begun = makePrivatePlace(SYSTEM, groundAt(folder), null);
    const open = above === 0o777 ? temporary : folder;
    expect(begun).toMatchObject({
      code: 'ISOLATION_UNAVAILABLE',
      facts: { detail: expect.stringContaining(`others can write ${open}, where`) },
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('lies where a link leads that only this user could change, and its path names no link', () => {
    const real = join(temporary, 'real');
    mkdirSync(real, { mode: 0o700 });
    symlinkSync(real, join(temporary, 'link'));
    const place = makePrivatePlace(SYSTEM, groundAt(join(temporary, 'link')), null);
    if (isDenial(place)) throw new Error(place.code);
    expect(place.directory.startsWith(`${real}/`)).toBe(true);
    place.remove();
  });

  test('goes whole, whatever modes the child left behind, and nothing that it points to', () => {
    const outside = join(temporary, 'outside');
    writeFileSync(outside, 'stays');
    const place = make();
    mkdirSync(join(place.work, 'deep/er'), { recursive: true });
    writeFileSync(join(place.work, 'deep/er/file'), 'x');
    symlinkSync(outside, join(place.work, 'link'));
    symlinkSync(temporary, join(place.work, 'folder'));
    chmodSync(join(place.work, 'deep/er'), 0);
    chmodSync(join(place.work, 'deep'), 0);
    place.remove();
    expect(existsSync(place.directory)).toBe(false);
    expect(readFileSync(outside, 'utf8')).toBe('stays');
    place.remove();
  });
});
