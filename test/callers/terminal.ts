import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Asking, ClientHome, Ended } from './client-home.js';

/** script(1) of util-linux gives a command a terminal of its own; BSD's takes other arguments. */
export const HAS_TERMINAL = process.platform === 'linux' && existsSync('/usr/bin/script');

/** What is typed once the terminal shows a text. */
export type Reply = readonly [seen: string, typed: string];

/** Types a command line in a terminal of its own, where outloop is on the path. All that it shows is `stdout`, with plain line feeds. */
export function typeOnTerminal(
  home: Pick<ClientHome, 'path'>,
  line: string,
  { cwd = home.path, env, replies = [] }: Omit<Asking, 'input'> & { readonly replies?: readonly Reply[] } = {},
): Promise<Ended> {
  const path = `${join(home.path, 'bin')}:${process.env['PATH'] ?? ''}`;
  const child = spawn('/usr/bin/script', ['-qec', line, '/dev/null'], {
    cwd,
    env: { PATH: path, HOME: home.path, TERM: 'dumb', SHELL: '/bin/sh', OUTLOOP_HOME: join(home.path, 'state'), ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiting = [...replies];
  let stdout = '';
  let answered = 0;
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const next = waiting[0];
    const at = next === undefined ? -1 : stdout.indexOf(next[0], answered);
    if (next === undefined || at < 0) return;
    answered = at + next[0].length;
    waiting.shift();
    child.stdin.write(next[1]);
  });
  return new Promise((resolve) =>
    child.on('close', (exit) => {
      child.stdin.destroy();
      resolve({ exit, stdout: stdout.replaceAll('\r\n', '\n'), stderr: '' });
    }),
  );
}
