import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { copyTool } from '../../src/state/copy-tool.js';
import type { Tool } from '../../src/model/action.js';
import { temporaryHome } from '../helpers/temporary-home.js';

const CONTENT = Buffer.from(`#!/bin/sh\necho hello\n${'#'.repeat(600_000)}`);

let home: string;
let tool: Tool;
beforeEach(() => {
  home = temporaryHome();
  const path = join(home, 'tool');
  writeFileSync(path, CONTENT, { mode: 0o755 });
  tool = { path, sha256: createHash('sha256').update(CONTENT).digest('hex'), size: CONTENT.length, system: false };
});

describe('a tool’s copy', () => {
  test('is whole, can be executed, and cannot be written', () => {
    const copy = copyTool(tool, join(home, 'bin'), 'tool');
    expect(copy).toBe(join(home, 'bin/tool'));
    expect(readFileSync(join(home, 'bin/tool')).equals(CONTENT)).toBe(true);
    expect(statSync(join(home, 'bin/tool')).mode & 0o777).toBe(0o500);
    expect(statSync(join(home, 'bin')).mode & 0o777).toBe(0o700);
    expect(execFileSync(join(home, 'bin/tool')).toString()).toBe('hello\n');
  });

  test.each([
    ['of other bytes', (path: string) => writeFileSync(path, Buffer.concat([CONTENT.subarray(1), Buffer.from('x')])), 'TOOL_CHANGED'],
    ['that is longer', (path: string) => writeFileSync(path, Buffer.concat([CONTENT, Buffer.from('x')])), 'TOOL_CHANGED'],
    ['that is shorter', (path: string) => writeFileSync(path, CONTENT.subarray(1)), 'TOOL_CHANGED'],
    ['that is gone', (path: string) => rmSync(path), 'TOOL_NOT_FOUND'],
    ['that is a link now', (path: string) => (rmSync(path), symlinkSync('/bin/true', path)), 'TOOL_NOT_FOUND'],
    ['that is a folder now', (path: string) => (rmSync(path), mkdirSync(path)), 'TOOL_CHANGED'],
    ['that is a pipe now', (path: string) => (rmSync(path), execFileSync('mkfifo', [path])), 'TOOL_CHANGED'],
  ])('is not made of one %s', (_, change, code) => {
    change(tool.path);
    expect(copyTool(tool, join(home, 'bin'), 'tool')).toMatchObject({ code });
  });

  test('is never what a writer put in its place meanwhile', async () => {
    // A writer that swaps the file between two contents of one size, as fast as it can, while copies are taken.
    const other = Buffer.from(CONTENT);
    other[15] = 0x48;
    const writer = join(home, 'swap.mjs');
    writeFileSync(join(home, 'a'), CONTENT);
    writeFileSync(join(home, 'b'), other);
    writeFileSync(
      writer,
      `import { readFileSync, writeFileSync } from 'node:fs';
const [a, b] = ['a', 'b'].map((name) => readFileSync(process.argv[2] + '/' + name));
for (;;) { writeFileSync(process.argv[2] + '/tool', b); writeFileSync(process.argv[2] + '/tool', a); }`,
    );
    const child = spawn(process.execPath, [writer, home], { stdio: 'ignore' });
    try {
      for (let i = 0; i < 40; i++) {
        const copy = copyTool(tool, join(home, `bin${i}`), 'tool');
        if (typeof copy !== 'string') continue;
        expect(readFileSync(copy).equals(CONTENT)).toBe(true);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      child.kill('SIGKILL');
    }
  });
});
