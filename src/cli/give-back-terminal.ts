import { constants } from 'node:os';
import { isInBackground } from './is-in-background.js';
import { raiseSignal } from './raise-signal.js';

/** What ends a process that does not listen to it (signal(7)). Where the terminal is in raw mode, Ctrl-C is a byte. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGALRM', 'SIGUSR2'] as const;

/**
 * For a prompt that takes signals itself, so that Node does not give the terminal back for us: a signal that ends us calls `giveBack` first, else whoever
 * has the terminal next would type without echo. The caller calls what it gets, once the terminal is given back.
 */
export function giveBackOnSignal(giveBack: () => void): () => void {
  const end = (signal: NodeJS.Signals) => {
    try {
      // From another job's place the system would stop us for that, and that job has set the terminal for itself.
      if (!isInBackground()) giveBack();
    } finally {
      raiseSignal(signal);
      // One that would leave a core dump has not ended us.
      process.exit(128 + constants.signals[signal]);
    }
  };
  for (const signal of ENDING) process.on(signal, end);
  return () => {
    for (const signal of ENDING) process.off(signal, end);
  };
}
