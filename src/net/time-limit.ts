import { deny, isDenial, type Denial } from '../denial/denial.js';

/**
 * What ends a request before its time: the caller, the total limit, or the limit of one phase. `signal` aborts once, with a
 * Denial as its reason; `ended()` gives that Denial, null while nothing ended it. `startPhase` gives the function that ends
 * the phase. `close()` stops every clock and must be called when the request is over; the signal does not abort after it.
 */
export type TimeLimit = {
  readonly signal: AbortSignal;
  readonly ended: () => Denial | null;
  readonly startPhase: (limitMs: number, denial: Denial) => () => void;
  readonly close: () => void;
};

/** Starts the total limit: after `timeoutMs` RUN_TIMEOUT; when `cancel` aborts, UPSTREAM_UNREACHABLE (the caller, who cancelled, knows better). */
export function openTimeLimit({ host, timeoutMs, cancel }: { host: string; timeoutMs: number; cancel: AbortSignal }): TimeLimit {
  const controller = new AbortController();
  const clocks = new Set<NodeJS.Timeout>();
  const startPhase = (limitMs: number, denial: Denial): (() => void) => {
    const clock = setTimeout(() => {
      controller.abort(denial);
    }, limitMs);
    clocks.add(clock);
    return () => {
      clearTimeout(clock);
      clocks.delete(clock);
    };
  };
  const onCancel = (): void => {
    controller.abort(deny('UPSTREAM_UNREACHABLE', { host, detail: 'the request was cancelled' }));
  };
  startPhase(timeoutMs, deny('RUN_TIMEOUT', { limitMs: timeoutMs }));
  cancel.addEventListener('abort', onCancel, { once: true });
  if (cancel.aborted) onCancel();
  return {
    signal: controller.signal,
    ended: () => (isDenial(controller.signal.reason) ? controller.signal.reason : null),
    startPhase,
    close: () => {
      for (const clock of clocks) clearTimeout(clock);
      clocks.clear();
      cancel.removeEventListener('abort', onCancel);
    },
  };
}

/** The promise's value, or null as soon as the signal aborts; a rejection after that is swallowed. */
export function waitUnlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      resolve(null);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}
