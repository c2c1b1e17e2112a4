import { PAUSE_MS } from '../model/byte-filter.js';

/** Calls once the stream has been silent for PAUSE_MS, where the filter waits for that. */
export function openPause(call: () => void): { after(waits: boolean): void } {
  let timer: NodeJS.Timeout | null = null;
  return {
    after(waits) {
      if (timer !== null) clearTimeout(timer);
      timer = waits ? setTimeout(call, PAUSE_MS) : null;
    },
  };
}
