import type { Denial } from '../../denial/denial.js';
import type { BackendAnswer } from '../backend.js';

/** A call without an answer. `final`: the same call would end the same way. */
export type Failure = {
  readonly kind: 'failure';
  readonly final: boolean;
  readonly answer: Extract<BackendAnswer, { readonly kind: 'unavailable' | 'damaged' }>;
};

/** Puts what the connection's parts deny into a backend's words. */
export function describeFailure({ code, facts }: Denial): Failure {
  const said = facts['detail'];
  const why = typeof said === 'string' ? `: ${said}` : '';
  if (code === 'RUN_TIMEOUT') return passing('it did not answer in time');
  if (code === 'UPSTREAM_UNREACHABLE') return passing(typeof said === 'string' ? said : 'it cannot be reached');
  if (code === 'UPSTREAM_TLS_FAILED') return final(`its TLS connection was not accepted${why}`);
  if (code === 'EGRESS_BLOCKED') return final('its address is not allowed; its networks in settings.yaml must list it');
  if (code === 'OUTPUT_LIMIT')
    return { kind: 'failure', final: true, answer: { kind: 'damaged', detail: 'the backend’s answer is larger than 1 MiB' } };
  return final('its answer cannot be read');
}

function passing(detail: string): Failure {
  return { kind: 'failure', final: false, answer: { kind: 'unavailable', detail, retryAfterMs: null } };
}

function final(detail: string): Failure {
  return { ...passing(detail), final: true };
}
