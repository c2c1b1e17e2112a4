/** What happens around a stop: `beforeStop` on Ctrl-Z (SIGTSTP), `onContinue` when this process goes on, whatever stopped it. */
export type AroundStop = { readonly beforeStop: () => void; readonly onContinue: () => void };

/** Calls these from now on, until what it gives is called. To whoever waits for this process it stops as any other does. */
export function watchStops({ beforeStop, onContinue }: AroundStop): () => void {
  let isWatching = true;
  let isStopping = false;
  const stop = () => {
    process.off('SIGTSTP', onStop);
    process.kill(process.pid, 'SIGTSTP');
    // Sent to an orphaned group it is nothing (signal(7)), and no SIGCONT follows.
    setImmediate(() => {
      isStopping = false;
      if (!isWatching) return;
      process.on('SIGTSTP', onStop);
      onContinue();
    });
  };
  const onStop = () => {
    if (isStopping) return;
    isStopping = true;
    beforeStop();
    // A stream that was paused is still read until the next tick.
    setImmediate(stop);
  };
  process.on('SIGCONT', onContinue).on('SIGTSTP', onStop);
  return () => {
    isWatching = false;
    process.off('SIGCONT', onContinue).off('SIGTSTP', onStop);
  };
}
