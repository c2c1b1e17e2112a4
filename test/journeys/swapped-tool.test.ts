import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDemo } from '../helpers/demo.js';
import { OUTLOOP, waitFor, type Home } from '../helpers/outloop.js';

let home: Home;
beforeAll(async () => {
  home = await makeDemo();
});
afterAll(() => home.remove());

/** Puts another program of the same size in the tool's place and back again, as fast as it can: by rename, and by writing over it. */
const SWAPPER = `
const { copyFileSync, readFileSync, renameSync, writeFileSync, chmodSync } = require('node:fs');
const [tool] = process.argv.slice(1);
const good = readFileSync(tool);
const evil = Buffer.alloc(good.length, '#');
evil.write('#!/bin/sh\\necho swapped "$KEY"\\nexit 0\\n');
for (let turn = 0; ; turn++) {
  for (const bytes of [evil, good]) {
    if (turn % 2 === 0) writeFileSync(tool, bytes);
    else {
      writeFileSync(tool + '.new', bytes, { mode: 0o755 });
      renameSync(tool + '.new', tool);
    }
  }
}
`;

test('a tool that is swapped while runs start is never run but as it was vetted', async () => {
  const swapper = spawn(process.execPath, ['-e', SWAPPER, home.path('bin/tool')], { stdio: 'ignore' });
  try {
    const script = `for n in 1 2 3 4 5 6 7 8 9 10; do "${OUTLOOP}" run demo.use verb=print; echo "exit $?"; done`;
    const env = { PATH: process.env['PATH'], OUTLOOP_HOME: home.state };
    const loops = await Promise.all(
      [1, 2].map(() => waitFor(spawn('/bin/sh', ['-c', script], { cwd: home.path('acme'), env, stdio: ['ignore', 'pipe', 'pipe'] }))),
    );
    const output = loops.map(({ stdout }) => stdout).join('');
    expect(output).not.toContain('swapped');
    const exits = [...output.matchAll(/exit (\d+)/g)].map(([, exit]) => exit);
    expect(exits).toHaveLength(20);
    // Passed, or refused as changed; the tool may also be caught while it is written, when it is not there or not executable yet.
    expect(exits.filter((exit) => exit !== '0' && exit !== '109')).toEqual([]);
    expect(exits).toContain('109');
  } finally {
    swapper.kill('SIGKILL');
  }
});
