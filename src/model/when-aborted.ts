/** Resolves with a promise of the caller's, which never rejects, or once the signal has aborted. Nothing of it stays on the signal. */
export function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      signal.removeEventListener('abort', go);
      resolve();
    };
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', go, { once: true });
    void promise.then(go);
  });
}

/** Resolves once the signal has aborted. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
