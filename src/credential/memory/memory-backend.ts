import { setTimeout as wait } from 'node:timers/promises';
import { MAX_SECRET_BYTES, cancelled } from '../backend.js';
import type { Ask, BackendAnswer, Hindrance, ListAnswer, ProbeAnswer, PutAnswer, RemoveAnswer, WritableBackend } from '../backend.js';
import { faultOfAccount } from '../reference.js';

/** How a memory backend behaves: as a backend does, or as one that is locked or out of reach. */
export type Mood = 'ready' | 'locked' | 'unavailable';

/** Keeps values in this process, for tests and as the example of a backend. No tenant's file can name it. */
export class MemoryBackend implements WritableBackend {
  readonly name = 'memory';
  /** How often a value was asked for. */
  calls = 0;
  mood: Mood = 'ready';
  /** Each call takes this long. */
  delayMs = 0;
  readonly #values = new Map<string, Uint8Array>();

  /** @param values reference → value; text stands for its UTF-8. */
  constructor(values: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [ref, value] of Object.entries(values)) this.#values.set(ref, Buffer.from(value));
  }

  async get(ref: string, ask: Ask): Promise<BackendAnswer> {
    this.calls += 1;
    const hindrance = await this.#answer(ask.signal);
    if (hindrance !== null) return hindrance;
    const fault = faultOfAccount(ref, ask.tenant);
    if (fault !== null) return { kind: 'damaged', detail: fault };
    const bytes = this.#values.get(ref);
    return bytes === undefined ? { kind: 'absent' } : { kind: 'value', bytes: Uint8Array.from(bytes) };
  }

  async probe(signal: AbortSignal): Promise<ProbeAnswer> {
    const hindrance = await this.#answer(signal);
    return { kind: hindrance?.kind ?? 'ready', detail: 'values are kept in memory' };
  }

  async put(ref: string, bytes: Uint8Array, ask: Ask): Promise<PutAnswer> {
    const hindrance = await this.#answer(ask.signal);
    if (hindrance !== null) return hindrance;
    const fault = faultOfAccount(ref, ask.tenant) ?? (bytes.length > MAX_SECRET_BYTES ? 'it is longer than 64 KiB' : null);
    if (fault !== null) return { kind: 'refused', detail: fault };
    this.#values.set(ref, Uint8Array.from(bytes));
    return { kind: 'done' };
  }

  async remove(ref: string, ask: Ask): Promise<RemoveAnswer> {
    const hindrance = await this.#answer(ask.signal);
    if (hindrance !== null) return hindrance;
    const fault = faultOfAccount(ref, ask.tenant);
    if (fault !== null) return { kind: 'refused', detail: fault };
    return { kind: this.#values.delete(ref) ? 'done' : 'absent' };
  }

  async list({ tenant, signal }: Pick<Ask, 'tenant' | 'signal'>): Promise<ListAnswer> {
    const hindrance = await this.#answer(signal);
    if (hindrance !== null) return hindrance;
    return { kind: 'refs', refs: [...this.#values.keys()].filter((ref) => ref.startsWith(`${tenant}/`)).sort() };
  }

  async #answer(signal: AbortSignal): Promise<Hindrance | null> {
    if (this.delayMs > 0) await wait(this.delayMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return cancelled();
    switch (this.mood) {
      case 'ready':
        return null;
      case 'locked':
        return { kind: 'locked' };
      case 'unavailable':
        return { kind: 'unavailable', detail: 'it was told to be', retryAfterMs: null };
    }
  }
}
