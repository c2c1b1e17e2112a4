import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OUTLOOP, until, waitFor } from '../helpers/outloop.js';
import { makeHome, type MadeHome } from './made-home.js';

const SERVICE = `
version: 1
service: own
title: A tool in the folder
slots: { token: { scheme: bearer, hosts: [service.invalid] } }
aliases:
  own.list:
    title: List
    effect: read
    params: { word: { type: string, default: none } }
    command: { argv: [/bin/ls, --hide, '{word}'], cwd: workspace }
`;

let home: MadeHome;
beforeAll(async () => {
  home = await makeHome();
  writeFileSync(join(home.home, 'own.yaml'), SERVICE);
  await home.setUp(['service', 'add', './own.yaml', '--yes']);
  await home.setUp(['service', 'vet', 'own', '--yes']);
  await home.setUp(['grant', 'add', 'acme', '--permit', 'own.*', '--workspace', '--yes']);
});
afterAll(() => home.remove());

/** A linked folder with a file in it, and another client's folder beside it. */
async function makeFolders(name: string): Promise<{ readonly folder: string; readonly swap: () => void }> {
  const folder = join(home.home, name);
  mkdirSync(folder, { mode: 0o700 });
  await home.setUp(['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd: folder });
  writeFileSync(join(folder, 'mine'), '');
  const other = `${folder}-other`;
  mkdirSync(other, { mode: 0o700 });
  writeFileSync(join(other, 'theirs'), '');
  return {
    folder,
    swap: () => {
      renameSync(folder, `${folder}-moved`);
      symlinkSync(other, folder);
    },
  };
}

function start(folder: string, ...rest: string[]): ChildProcess {
  const env = { PATH: process.env['PATH'], OUTLOOP_HOME: home.state };
  return spawn(OUTLOOP, ['run', 'own.list', ...rest], { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] });
}

describe('a folder in whose place another one is put', () => {
  test('while parameters are waited for is no linked one any more', async () => {
    const { folder, swap } = await makeFolders('awaited');
    const child = start(folder, '--params', '-');
    const ended = waitFor(child);
    child.stdin?.write('{"word":');
    // It reads: nothing else of the start takes that long.
    await new Promise((resolve) => setTimeout(resolve, 700));
    swap();
    child.stdin?.end('"x"}');
    expect(await ended).toMatchObject({ exit: 103, stdout: '', stderr: expect.stringContaining('LINK_NOT_APPROVED') as string });
  });

  test.runIf(existsSync('/proc/self/fd'))('while the log is waited for is not what the child works in', async () => {
    const { folder, swap } = await makeFolders('locked');
    const holder = spawn('/usr/bin/flock', ['-x', join(home.state, 'audit/lock'), '/bin/sh', '-c', 'echo held; read line'], {
      stdio: 'pipe',
    });
    let held = '';
    holder.stdout.on('data', (chunk: Buffer) => (held += chunk.toString()));
    await until(() => held !== '');
    const child = start(folder);
    child.stdin?.end();
    const ended = waitFor(child);
    await new Promise((resolve) => setTimeout(resolve, 700));
    swap();
    holder.stdin.end('\n');
    expect(await ended).toMatchObject({ exit: 0, stdout: 'mine\n' });
  });
});
