/** Why a run was ended from outside: a signal that reached outloop while nothing ran that could take it. */
export type Interruption = { readonly kind: 'interruption'; readonly signal: NodeJS.Signals };

export function interruptedBy(signal: NodeJS.Signals): Interruption {
  return { kind: 'interruption', signal };
}

/** Tells an interruption from any other reason of an AbortSignal. */
export function isInterruption(value: unknown): value is Interruption {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'interruption';
}
