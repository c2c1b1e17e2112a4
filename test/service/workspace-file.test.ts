import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import type { Alias } from '../../src/model/service.js';
import { readParameters } from '../../src/service/read-parameters.js';
import { openFiles } from '../../src/service/workspace-file.js';
import { compileDemo } from './compiling.js';
import { temporaryHome } from '../helpers/temporary-home.js';

let top: string;
let workspace: string;
let alias: Alias;
beforeEach(async () => {
  top = temporaryHome();
  workspace = join(top, 'acme');
  mkdirSync(join(workspace, 'in'), { recursive: true });
  writeFileSync(join(workspace, 'in', 'a.csv'), 'a,b\n');
  writeFileSync(join(top, 'outside'), 'not yours');
  alias = await compileDemo(`    title: T
    effect: write
    params: { f: { type: file, maxBytes: 100 } }
    http: { method: PUT, path: /, raw: { param: f, contentType: text/csv } }
`);
});

const read = (path: string, folder: string | null = workspace) => readParameters(alias, [{ name: 'f', kind: 'text', text: path }], folder);

describe('a file parameter', () => {
  it('is read whole from the workspace', () => {
    expect(read('in/a.csv')).toMatchObject({ values: { f: 'in/a.csv' }, files: { f: { name: 'a.csv', bytes: Buffer.from('a,b\n') } } });
    expect(read('./in//a.csv')).toMatchObject({ files: { f: { name: 'a.csv' } } });
  });

  it.each(['/etc/passwd', '../outside', 'in/../../outside', 'in/..', '', 'in/a\0.csv'])('%j is unsafe', (path) => {
    expect(read(path)).toMatchObject({ code: 'PARAM_UNSAFE', facts: { param: 'f' } });
  });

  it('a link out of the workspace is not followed, as the last part or before it', () => {
    symlinkSync(join(top, 'outside'), join(workspace, 'link'));
    symlinkSync(top, join(workspace, 'folder'));
    expect(read('link')).toMatchObject({ code: 'PARAM_UNSAFE' });
    expect(read('folder/outside')).toMatchObject({ code: 'PARAM_UNSAFE' });
  });

  it('a link within the workspace is no file, and a folder on the way may be one', () => {
    symlinkSync('in/a.csv', join(workspace, 'near'));
    expect(read('near')).toMatchObject({ code: 'PARAM_UNSAFE', facts: { detail: 'it is a symbolic link' } });
    symlinkSync('in', join(workspace, 'also-in'));
    expect(read('also-in/a.csv')).toMatchObject({ files: { f: { name: 'a.csv' } } });
  });

  it('a neighbour whose name begins as the workspace’s is outside', () => {
    mkdirSync(join(top, 'acme-2'));
    writeFileSync(join(top, 'acme-2', 'x'), 'x');
    symlinkSync(join(top, 'acme-2'), join(workspace, 'next'));
    expect(read('next/x')).toMatchObject({ code: 'PARAM_UNSAFE' });
  });

  it('a FIFO does not hang the run, and a folder is no file', () => {
    if (spawnSync('mkfifo', [join(workspace, 'fifo')]).status === 0) expect(read('fifo')).toMatchObject({ code: 'PARAM_INVALID' });
    expect(read('in')).toMatchObject({ code: 'PARAM_INVALID' });
    expect(read('.')).toMatchObject({ code: 'PARAM_INVALID' });
  });

  it('what is not there, too large, or without a workspace is invalid', () => {
    writeFileSync(join(workspace, 'big'), 'x'.repeat(101));
    writeFileSync(join(workspace, 'fits'), 'x'.repeat(100));
    expect(read('big')).toMatchObject({ code: 'PARAM_INVALID' });
    expect(read('fits')).toMatchObject({ missing: [] });
    expect(read('gone')).toMatchObject({ code: 'PARAM_INVALID' });
    expect(read('in/a.csv/b')).toMatchObject({ code: 'PARAM_INVALID' });
    expect(read('x'.repeat(5000))).toMatchObject({ code: 'PARAM_INVALID' });
    expect(read('in/a.csv', null)).toMatchObject({ code: 'PARAM_INVALID' });
  });

  it('an endless file is read no further than its limit', () => {
    symlinkSync('/dev', join(workspace, 'dev'));
    expect(isDenial(read('dev/zero'))).toBe(true);
  });

  it('a file that was opened is not opened again', () => {
    const opened = { f: { name: 'a.csv', bytes: new Uint8Array([1]) } };
    linkSync(join(top, 'outside'), join(workspace, 'hard'));
    expect(openFiles({ alias, values: { f: 'hard' }, workspace, opened })).toEqual(opened);
  });
});
