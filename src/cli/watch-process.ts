import { deny } from '../denial/denial.js';
import { interruptedBy } from '../model/interruption.js';

/** What would end this process, and can be taken, with the child still running: all that a person, a terminal or a limit sends (signal(7)). A run passes it on to what it runs. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGXCPU'] as const;
/** An action that is ended by a bug of ours has its grace (5 s), and its result is put on record; then there is no more waiting. */
const ENDING_MS = 10_000;

/** What may end a run from outside of it. */
export type Watch = {
  /** Aborts with an Interruption for a signal that no action takes, with INTERNAL_ERROR for a bug that shows outside of any call. */
  readonly signal: AbortSignal;
  /** Calls for each signal that should reach what is run, until it is unsubscribed. */
  readonly onSignal: (listener: (signal: NodeJS.Signals) => void) => () => void;
  /** Resolves when no answer can be waited for any more. */
  readonly givenUp: Promise<void>;
  /** The last signal that came, whoever took it. */
  readonly last: () => NodeJS.Signals | null;
  /** From now on a signal ends this process as it ends any other. */
  readonly release: () => void;
};

/**
 * Watches this process from now on: an error that nobody caught prints nothing and ends the run, and so does an answer that nothing is
 * left to bring.
 */
export function watchProcess(): Watch {
  const controller = new AbortController();
  const listeners = new Set<(signal: NodeJS.Signals) => void>();
  let last: NodeJS.Signals | null = null;
  for (const name of FORWARDED) {
    process.on(name, () => {
      last = name;
      if (listeners.size === 0) controller.abort(interruptedBy(name));
      for (const listener of listeners) listener(name);
    });
  }
  const givenUp = new Promise<void>((resolve) => {
    // A rejection that nobody handled arrives here as well (nodejs.org/docs/latest-v20.x/api/cli.html, --unhandled-rejections).
    process.on('uncaughtException', () => {
      controller.abort(deny('INTERNAL_ERROR'));
      setTimeout(resolve, ENDING_MS);
    });
    process.on('beforeExit', () => resolve());
  });
  return {
    signal: controller.signal,
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    givenUp,
    last: () => last,
    release() {
      for (const name of FORWARDED) process.removeAllListeners(name);
    },
  };
}
