import type { IOType } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDemo } from '../helpers/demo.js';
import { waitFor, type Home } from '../helpers/outloop.js';

let home: Home;
beforeAll(async () => {
  home = await makeDemo({
    aliases: `  demo.descriptors.list: { title: Descriptors, effect: read, command: { argv: [/bin/ls, /proc/self/fd], credentials: { KEY: token } } }\n`,
  });
});
afterAll(() => home.remove());

/** The standard streams as pipes, and further descriptors at their numbers. */
function stdio(more: Readonly<Record<number, IOType | number>>): (IOType | number)[] {
  const numbers = Object.keys(more).map(Number);
  return Array.from({ length: Math.max(2, ...numbers) + 1 }, (_, number) => more[number] ?? (number <= 2 ? 'pipe' : 'ignore'));
}

/** `ls` holds 3 itself, to read the folder. */
const NONE_BUT_LS_OWN = '0\n1\n2\n3\n';

describe('descriptors', () => {
  test.concurrent('a child gets none above its standard streams, whichever the caller left open', async () => {
    const file = openSync(home.put('open.txt', ''), 'a');
    const left = stdio({ 3: file, 9: file, 15: file, 16: file, 20: file, 64: file, 65: 'pipe', 200: file });
    const child = home.start(['run', 'demo.descriptors.list'], { cwd: home.path('acme'), stdio: left });
    child.stdin?.end();
    expect(await waitFor(child)).toMatchObject({ exit: 0, stdout: NONE_BUT_LS_OWN });
    closeSync(file);
  });

  for (const number of [3, 15, 16, 37, 200]) {
    test.concurrent(`the status record goes to a file at ${number} and no child gets it`, async () => {
      const path = home.put(`status-${number}`, '');
      const file = openSync(path, 'a');
      const child = home.start(['run', 'demo.descriptors.list', '--status-fd', String(number)], {
        cwd: home.path('acme'),
        stdio: stdio({ [number]: file }),
      });
      closeSync(file);
      child.stdin?.end();
      expect(await waitFor(child)).toMatchObject({ exit: 0, stdout: NONE_BUT_LS_OWN });
      const lines = readFileSync(path, 'utf8').split('\n');
      expect(lines).toHaveLength(2);
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ code: 'OK', exit: 0 });
    });
  }

  test.concurrent.each([5, 40])('the status record of a denial goes to a socket at %d', async (number) => {
    const child = home.start(['run', 'demo.lost', '--status-fd', String(number)], {
      cwd: home.path('acme'),
      stdio: stdio({ [number]: 'pipe' }),
    });
    child.stdin?.end();
    let status = '';
    const socket = child.stdio[number as 3];
    if (socket === null || socket === undefined || !('on' in socket)) throw new Error('no socket');
    socket.on('data', (chunk: Buffer) => (status += chunk.toString()));
    expect((await waitFor(child)).exit).toBe(105);
    expect(JSON.parse(status)).toMatchObject({ code: 'ALIAS_UNKNOWN', exit: 105 });
  });

  test.concurrent.each([5, 40])('the status record goes to a pipe at %d', async (number) => {
    const path = home.path(`pipe-${number}`);
    execFileSync('mkfifo', [path]);
    const pipe = openSync(path, constants.O_RDWR);
    const child = home.start(['run', 'demo.descriptors.list', '--status-fd', String(number)], {
      cwd: home.path('acme'),
      stdio: stdio({ [number]: pipe }),
    });
    child.stdin?.end();
    expect(await waitFor(child)).toMatchObject({ exit: 0, stdout: NONE_BUT_LS_OWN });
    const buffer = Buffer.alloc(8192);
    const length = readSync(pipe, buffer);
    closeSync(pipe);
    expect(JSON.parse(buffer.toString('utf8', 0, length))).toMatchObject({ code: 'OK' });
  });

  test.concurrent('records of one run after another do not overwrite each other where they share a descriptor', async () => {
    const path = home.put('shared', '');
    const file = openSync(path, 'r+');
    for (const alias of ['demo.lost', 'demo.descriptors.list']) {
      const child = home.start(['run', alias, '--status-fd', '30'], { cwd: home.path('acme'), stdio: stdio({ 30: file }) });
      child.stdin?.end();
      await waitFor(child);
    }
    closeSync(file);
    const codes = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { code: string }).code);
    expect(codes).toEqual(['ALIAS_UNKNOWN', 'OK']);
  });

  test.concurrent.each([
    ['is closed', '9', {}],
    ['is one of Node’s own', '18', {}],
    ['can only be read', '17', { 17: openSync('/dev/null', 'r') }],
    ['is a folder', '17', { 17: openSync('/', 'r') }],
    ['is a standard stream', '2', {}],
    ['is no number', 'x', {}],
    ['is larger than any', '4294967299', {}],
  ] as const)('a status descriptor that %s is USAGE', async (_, number, more) => {
    const child = home.start(['run', 'demo.descriptors.list', '--status-fd', number], { cwd: home.path('acme'), stdio: stdio(more) });
    child.stdin?.end();
    const { exit, stdout, stderr } = await waitFor(child);
    expect({ exit, stdout }).toEqual({ exit: 102, stdout: '' });
    expect(stderr).toMatch(/^outloop: denied USAGE \(102\) run=\w{26}: .*--status-fd.*\n$/);
  });
});
