import type { DenialCode } from './catalogue.js';

/** What a denial's wording may name: names, counts and paths, never values. */
export type Facts = Readonly<Record<string, string | number | readonly string[]>>;

/** An expected refusal, as a value. `retryAfterMs` is null where waiting does not help. */
export type Denial = {
  readonly kind: 'denial';
  readonly code: DenialCode;
  readonly facts: Facts;
  readonly retryAfterMs: number | null;
};

/**
 * A refusal with its facts. Facts are names, counts and paths; a value of a parameter, a file or a credential never is one.
 * The fact `detail`, where given, is a sentence without its full stop that stands after the catalogue's reason.
 */
export function deny(code: DenialCode, facts: Facts = {}, retryAfterMs: number | null = null): Denial {
  return { kind: 'denial', code, facts, retryAfterMs };
}

/** Tells a stage's denial from its noun. */
export function isDenial(value: unknown): value is Denial {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'denial';
}
