import { constants } from 'node:os';

/** Signals that end a process and leave no core dump, which would hold a credential (signal(7)). SIGUSR1 is not among them: Node takes it. */
const RAISED: ReadonlySet<string> = new Set([
  'SIGHUP',
  'SIGINT',
  'SIGKILL',
  'SIGALRM',
  'SIGTERM',
  'SIGUSR2',
  'SIGVTALRM',
  'SIGPROF',
  'SIGIO',
]);

/** Ends this process as a child was ended. Any other signal falls through: the caller exits with `128 + n`. */
export function raiseSignal(name: string): void {
  if (!RAISED.has(name) || !(name in constants.signals)) return;
  const signal = name as NodeJS.Signals;
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
