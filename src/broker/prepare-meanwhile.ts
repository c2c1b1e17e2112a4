import type { Redactor } from '../redact/redactor.js';

/** When the redactor is made: what the first bytes need after so many milliseconds, what many need so many later. */
export type Pace = { readonly firstMs: number; readonly moreMs: number };

/** Makes the redactor while something else is waited for, a little at a time, so that no byte of an output waits for long. A second `start` does nothing, nor does one after `stop`. */
export function prepareMeanwhile(redactor: Redactor, { firstMs, moreMs }: Pace): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let next: NodeJS.Immediate | undefined;
  const makeMore = () => {
    if (redactor.prepareMore()) next = setImmediate(makeMore);
  };
  const makeFirst = () => {
    if (redactor.prepare()) next = setImmediate(makeFirst);
    else timer = setTimeout(makeMore, moreMs);
  };
  return {
    start() {
      if (!stopped) timer ??= setTimeout(makeFirst, firstMs);
    },
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      clearImmediate(next);
    },
  };
}
