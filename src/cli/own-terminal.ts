import { spawnSync, type StdioOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { RunStreams } from '../broker/perform.js';
import { isInBackground } from './is-in-background.js';

type CallerTerminal = Awaited<ReturnType<NonNullable<RunStreams['terminal']>>>;

/** Where stty(1) is: /bin on most systems, /usr/bin where those are one. */
const STTY = ['/bin/stty', '/usr/bin/stty'];
/** stty talks to a terminal, and one may be gone. */
const STTY_MS = 2000;

/**
 * Takes our own terminal for a child that has one of its own. With `keys`, and where standard input is a terminal, that is in raw mode until `close`:
 * Ctrl-C and the rest are bytes, and the child's terminal makes of them what it is set to.
 */
export function openOwnTerminal({ keys }: { readonly keys: boolean }): CallerTerminal {
  const { stdin, stdout } = process;
  const types = keys && stdin.isTTY;
  const settings = types ? stty(['-g'], ['inherit', 'pipe', 'ignore']) : null;
  const isUsable = settings !== null && /^[0-9A-Za-z=:]+$/.test(settings);
  const takeKeys = () => {
    stdin.setRawMode(true);
    // Node's raw mode still makes CR LF of LF on its way out, which a program that draws does not expect.
    stty(['-opost'], ['inherit', 'ignore', 'ignore']);
  };
  let isClosed = false;
  const onContinue = () => {
    // A shell that we were stopped for has set the terminal as it likes it.
    if (isClosed || isInBackground()) return;
    stdin.setRawMode(false);
    takeKeys();
  };
  // Typed, it is a byte; sent, whoever looks at the terminal meanwhile finds it as it was. Sent to an orphaned group it is nothing (signal(7)).
  const onStop = () => {
    stdin.setRawMode(false);
    process.off('SIGTSTP', onStop);
    process.kill(process.pid, 'SIGTSTP');
    setImmediate(() => {
      if (isClosed) return;
      process.on('SIGTSTP', onStop);
      onContinue();
    });
  };
  // A terminal that has gone shows by SIGHUP.
  for (const stream of [stdin, stdout]) stream.on('error', () => undefined);
  if (types) {
    takeKeys();
    process.on('SIGCONT', onContinue).on('SIGTSTP', onStop);
  }
  let onResize: (() => void) | null = null;
  return {
    size: () => ({ columns: stdout.columns || 0, rows: stdout.rows || 0 }),
    onResize(listener) {
      onResize = listener;
      stdout.on('resize', listener);
    },
    keys: types ? stdin : null,
    imprint(descriptor) {
      // Where ours is not in raw mode it ends the lines itself, and once is enough.
      if (!types) stty(['-opost'], [descriptor, 'ignore', 'ignore']);
      else if (isUsable) stty([settings], [descriptor, 'ignore', 'ignore']);
    },
    close() {
      if (onResize !== null) stdout.off('resize', onResize);
      if (!types) return;
      isClosed = true;
      process.off('SIGCONT', onContinue).off('SIGTSTP', onStop);
      stdin.pause();
      // From another job's place the system would stop us for that, and that job has set the terminal for itself.
      if (!isInBackground()) stdin.setRawMode(false);
    },
  };
}

/** Runs stty(1) with nothing of our environment; what it says, null where it could not. */
function stty(args: readonly string[], stdio: StdioOptions): string | null {
  const path = STTY.find((one) => existsSync(one));
  if (path === undefined) return null;
  const { status, stdout } = spawnSync(path, args, { env: {}, cwd: '/', stdio, timeout: STTY_MS, encoding: 'utf8' });
  return status === 0 ? (stdout ?? '').trim() : null;
}
