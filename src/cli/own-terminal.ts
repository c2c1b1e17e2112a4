import { spawnSync, type StdioOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { RunStreams } from '../broker/performance.js';
import { isInBackground } from './is-in-background.js';
import { watchStops } from './watch-stops.js';

type CallerTerminal = Awaited<ReturnType<NonNullable<RunStreams['terminal']>>>;

/** Where stty(1) is: /bin on most systems, /usr/bin where those are one. */
const STTY = ['/bin/stty', '/usr/bin/stty'];
/** stty talks to a terminal, and one may be gone. */
const STTY_MS = 2000;
/** Linux writes numbers, BSD names with them; neither can be an option. */
const SAVED = /^[0-9A-Za-z=:]+$/;

/**
 * Takes our own terminal for a child that has one of its own. `keys`: standard input is the same terminal, and what is typed is for the child. It is
 * in raw mode then until `close`: Ctrl-C and the rest are bytes, and the child's terminal makes of them what it is set to.
 */
export function openOwnTerminal({ keys }: { readonly keys: boolean }): CallerTerminal {
  const { stdout } = process;
  // A terminal that has gone shows by SIGHUP.
  stdout.on('error', () => undefined);
  const taken = keys ? takeKeys() : null;
  let onResize: (() => void) | null = null;
  return {
    size: () => ({ columns: stdout.columns || 0, rows: stdout.rows || 0 }),
    onResize(listener) {
      onResize = listener;
      stdout.on('resize', listener);
    },
    keys: taken?.stdin ?? null,
    imprint(descriptor) {
      // Where ours is not in raw mode it ends the lines itself, and once is enough.
      const settings = taken === null ? '-opost' : taken.settings;
      if (settings !== null) stty([settings], [descriptor, 'ignore', 'ignore']);
    },
    close() {
      if (onResize !== null) stdout.off('resize', onResize);
      taken?.giveBack();
    },
  };
}

/** `settings` are the terminal's own as stty(1) saves them, null where it does not. */
type TakenKeys = { readonly stdin: typeof process.stdin; readonly settings: string | null; giveBack(): void };

function takeKeys(): TakenKeys {
  const saved = stty(['-g'], ['inherit', 'pipe', 'ignore']);
  const settings = saved !== null && SAVED.test(saved) ? saved : null;
  const { stdin } = process;
  // A terminal that is not read takes no settings by Node's way, which waits for what is being written; `-drain` is GNU's.
  const restore = () => {
    const ways = settings === null ? [] : [['-drain', settings], [settings]];
    if (!ways.some((way) => stty(way, ['inherit', 'ignore', 'ignore']) !== null)) stdin.setRawMode(false);
  };
  let isTaken = true;
  const setRaw = () => {
    stdin.setRawMode(true);
    // Node's raw mode still makes CR LF of LF on its way out, which a program that draws does not expect.
    stty(['-opost'], ['inherit', 'ignore', 'ignore']);
  };
  const onContinue = () => {
    // A shell that we were stopped for has set the terminal as it likes it.
    if (!isTaken || isInBackground()) return;
    stdin.setRawMode(false);
    setRaw();
  };
  stdin.on('error', () => undefined);
  setRaw();
  // Typed, Ctrl-Z is a byte; sent, whoever looks at the terminal meanwhile finds it as it was.
  const stopWatching = watchStops({ beforeStop: restore, onContinue });
  return {
    stdin,
    settings,
    giveBack() {
      if (!isTaken) return;
      isTaken = false;
      stopWatching();
      stdin.pause();
      // From another job's place the system would stop us for that, and that job has set the terminal for itself.
      if (!isInBackground()) restore();
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
