import { cancelled } from '../backend.js';
import type { Ask, Backend, BackendAnswer, OpenSetting, ProbeAnswer } from '../backend.js';
import { defineKind } from '../kind.js';
import { promised } from '../../model/promised.js';

/** Variables of outloop's own environment, such as a CI system's secrets. A reference is the variable's name. */
export const env = defineKind<object>({
  shape: () => ({}),
  defaults: {},
  faultOfReference: faultOfVariable,
  program: () => null,
  token: () => null,
  place: () => 'this environment',
  open: (setting) => new EnvBackend(setting),
});

/** outloop's own variables choose a state or a principal, and are no credentials. */
function faultOfVariable(ref: string): string | null {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,254}$/.test(ref)) return 'its ref is not the name of a variable';
  return ref.startsWith('OUTLOOP_') ? 'its ref is a variable of outloop’s own' : null;
}

/**
 * A variable that was read is gone from this process's environment, so nothing that is started later can inherit it. What the kernel shows
 * of the environment that outloop was started with stays as it was.
 */
class EnvBackend implements Backend {
  readonly #setting: OpenSetting;

  constructor(setting: OpenSetting) {
    this.#setting = setting;
  }

  get name(): string {
    return this.#setting.name;
  }

  get(ref: string, ask: Ask): Promise<BackendAnswer> {
    return promised(() => {
      if (ask.signal.aborted) return cancelled();
      const fault = faultOfVariable(ref);
      if (fault !== null) return { kind: 'damaged', detail: fault };
      const text = this.#setting.takeVariable(ref);
      if (text === null) return { kind: 'absent' };
      // Node has put this character in place of bytes that are not UTF-8.
      if (text.includes('\ufffd')) return { kind: 'damaged', detail: 'its variable is not valid UTF-8' };
      return { kind: 'value', bytes: Uint8Array.from(Buffer.from(text)) };
    });
  }

  placeOf(ref: string): string {
    return `the variable ${ref}`;
  }

  probe(signal: AbortSignal): Promise<ProbeAnswer> {
    return promised(() =>
      signal.aborted
        ? { kind: 'unavailable', detail: 'the request was cancelled' }
        : { kind: 'ready', detail: 'it reads this process’s environment' },
    );
  }
}
