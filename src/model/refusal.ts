import type { ConfigProblem } from './problem.js';

/**
 * Why an operator's command did not do what it was asked, in a sentence without its full stop that holds no secret value;
 * `next` is what the operator can type or do, `problems` what is wrong in a file.
 */
export type Refusal = {
  readonly kind: 'refusal';
  readonly message: string;
  readonly next: string | null;
  readonly problems: readonly ConfigProblem[];
};

export function refusal(message: string, next: string | null = null, problems: readonly ConfigProblem[] = []): Refusal {
  return { kind: 'refusal', message, next, problems };
}

/** Tells a refusal from what the command gives. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'refusal';
}
