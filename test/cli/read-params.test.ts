import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { readParamsFile } from '../../src/cli/read-params.js';
import { temporaryHome } from '../helpers/temporary-home.js';

let home: string;
beforeEach(() => {
  home = temporaryHome();
});

function read(bytes: string | Uint8Array) {
  const path = join(home, 'params.json');
  writeFileSync(path, bytes);
  return readParamsFile(path);
}
const depth = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;

describe('a parameter file', () => {
  test('gives each key as a parameter of its JSON value', () => {
    expect(read('{"owner":"acme","page":2,"labels":["a",null],"deep":{"x":true}}')).toEqual({
      kind: 'ok',
      params: [
        { name: 'owner', kind: 'json', value: 'acme' },
        { name: 'page', kind: 'json', value: 2 },
        { name: 'labels', kind: 'json', value: ['a', null] },
        { name: 'deep', kind: 'json', value: { x: true } },
      ],
    });
  });

  test('may be empty of parameters, and hold a name that JavaScript knows', () => {
    expect(read('{}')).toEqual({ kind: 'ok', params: [] });
    expect(read('{"__proto__":1}')).toEqual({ kind: 'ok', params: [{ name: '__proto__', kind: 'json', value: 1 }] });
  });

  test('may be a pipe, which is read to its end', async () => {
    const fifo = join(home, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const writer = spawn('sh', ['-c', `exec > "$0"; printf '{"a":'; sleep 0.05; printf '1}'`, fifo]);
    expect(readParamsFile(fifo)).toEqual({ kind: 'ok', params: [{ name: 'a', kind: 'json', value: 1 }] });
    await new Promise((resolve) => writer.on('close', resolve));
  });

  test('may hold JSON as deep as a parameter may be', () => {
    expect(read(depth(64))).toMatchObject({ kind: 'ok' });
    expect(read(depth(65))).toEqual({ kind: 'unreadable', detail: '--params: it nests deeper than 65 levels' });
  });

  test('may be a mebibyte long, and no more', () => {
    const fill = (size: number) => `{"a":"${'x'.repeat(size - 8)}"}`;
    expect(read(fill(1024 * 1024))).toMatchObject({ kind: 'ok' });
    expect(read(fill(1024 * 1024 + 1))).toEqual({ kind: 'unreadable', detail: '--params: the file is longer than 1048576 bytes' });
  });

  test.each([
    ['S3CRET', '--params: it is not JSON at character 1'],
    ['{"a":S3CRET}', '--params: it is not JSON at character 6'],
    ['{"S3CRET":1', '--params: it is not JSON at character 12'],
    ['{"a":"S3CRET}', '--params: it is not JSON at character 6'],
    ['{"a":1}S3CRET', '--params: it is not JSON at character 8'],
    ['', '--params: it is not JSON at character 1'],
    ['["S3CRET"]', '--params: the file must hold one JSON object'],
    ['"S3CRET"', '--params: the file must hold one JSON object'],
    ['null', '--params: the file must hold one JSON object'],
    [Buffer.from([0x7b, 0xff, 0x7d]), '--params: the file is not UTF-8'],
  ])('that is broken says where, and nothing of what it holds (%j)', (bytes, detail) => {
    const answer = read(bytes);
    expect(answer).toEqual({ kind: 'unreadable', detail });
    expect(JSON.stringify(answer)).not.toContain('S3CRET');
  });

  test('that is not there, is a folder or may not be read cannot be read', () => {
    const unreadable = { kind: 'unreadable', detail: '--params: the file cannot be read' };
    expect(readParamsFile(join(home, 'none'))).toEqual(unreadable);
    mkdirSync(join(home, 'folder'));
    expect(readParamsFile(join(home, 'folder'))).toEqual(unreadable);
    writeFileSync(join(home, 'shut'), '{}');
    chmodSync(join(home, 'shut'), 0);
    if (process.getuid?.() !== 0) expect(readParamsFile(join(home, 'shut'))).toEqual(unreadable);
  });
});
