import { constants } from 'node:os';
import type { Denial } from '../denial/denial.js';
import { describeDenial } from '../denial/describe.js';
import { HTTP_ERROR_EXIT } from '../denial/exits.js';
import type { Interruption } from '../model/interruption.js';
import { NO_REDACTIONS, type NextStep, type Redactions, type RunRecord } from '../model/run.js';
import { type Trail, trailFields } from './trail.js';

/** How an action that was performed ended. `withheld`, `limit` and the like are denials, not outcomes. */
export type Outcome =
  | { readonly kind: 'command'; readonly exit: number | null; readonly signal: NodeJS.Signals | null }
  /** `retryAfterMs`: how long the service asks to wait, null where it does not say. */
  | { readonly kind: 'http'; readonly status: number; readonly retryAfterMs: number | null }
  /** A stream of the caller's own came to its end. */
  | { readonly kind: 'stream' }
  | Interruption;

/** What happened besides: how long it took, what was replaced, whether the backend was asked. */
export type Circumstances = {
  readonly durationMs: number;
  readonly backendCalled: boolean;
  readonly redactions: Redactions;
  readonly httpStatus: number | null;
  readonly auditFailed: boolean;
};

/** What there is to say of a request that came to no credential by `nowMs`. */
export function nothingDone({ startedMs }: Trail, nowMs: number): Circumstances {
  return { durationMs: nowMs - startedMs, backendCalled: false, redactions: NO_REDACTIONS, httpStatus: null, auditFailed: false };
}

/** The status record of a run that a denial ended. */
export function recordDenial(trail: Trail, denial: Denial, circumstances: Circumstances): RunRecord {
  const { exit, reason, retryable, retryAfterMs, next } = describeDenial(denial);
  const { childExit, request } = denial.facts;
  return {
    ...blank(trail, circumstances),
    origin: 'outloop',
    code: denial.code,
    exit,
    retryable,
    retry_after_ms: retryAfterMs,
    reason,
    next,
    child_exit: typeof childExit === 'number' ? childExit : null,
    ...(typeof request === 'string' ? { request } : {}),
  };
}

/** A service that takes no more requests for a while, and has done nothing (RFC 6585 §4). */
const TOO_MANY = 429;

/**
 * What helps after an answer of 400 or more. One that failed itself says 5xx (RFC 9110 §15.6), maybe after it had done what was asked: no other request is
 * better.
 */
function stepAfter(status: number, retryAfterMs: number | null): NextStep {
  if (status === 401) return UNAUTHORISED_NEXT;
  if (status === TOO_MANY) {
    return { who: 'agent', do: `wait ${retryAfterMs === null ? 'a minute or more' : 'retry_after_ms'}, then try again`, command: null };
  }
  if (status >= 500) return { who: 'agent', do: 'check the service’s state before trying again', command: null };
  return { who: 'agent', do: 'read the service’s answer on stdout and correct the request', command: null };
}

/** A service that does not take the credential says 401 (RFC 9110 §15.5.2), and no other request is better. */
const UNAUTHORISED_NEXT = {
  who: 'operator',
  do: 'do not try again: carry on with other work, and report that the service does not take the credential',
  command: 'outloop secret check --all',
} as const;

/** The status record of a rehearsal that ended in a permit. */
export function recordPermit(trail: Trail, circumstances: Circumstances): RunRecord {
  return { ...blank(trail, circumstances), reason: `${trail.alias ?? 'the alias'} is permitted; nothing was run` };
}

/** The number of the signal that ended a command, or null. */
export function signalNumber(outcome: Outcome): number | null {
  return 'signal' in outcome && outcome.signal !== null ? constants.signals[outcome.signal] : null;
}

/** The status record of an action that came to its own end. A child's signal is `128 + n` here; the surface raises it again. */
export function recordOutcome(trail: Trail, outcome: Outcome, circumstances: Circumstances, signalNumber: number | null): RunRecord {
  const record = blank(trail, circumstances);
  if (outcome.kind === 'stream') return { ...record, reason: 'the stream came to its end' };
  if (outcome.kind === 'http') {
    if (outcome.status < 400) return { ...record, origin: 'service', code: 'OK', reason: `the service answered ${outcome.status}` };
    return {
      ...record,
      origin: 'service',
      code: 'HTTP_ERROR',
      exit: HTTP_ERROR_EXIT,
      reason: `the service answered ${outcome.status}`,
      retryable: outcome.status === TOO_MANY,
      retry_after_ms: outcome.retryAfterMs,
      next: stepAfter(outcome.status, outcome.retryAfterMs),
    };
  }
  if (outcome.signal !== null) {
    const exit = 128 + (signalNumber ?? 0);
    return {
      ...record,
      origin: outcome.kind === 'command' ? 'child' : 'outloop',
      code: 'CHILD_SIGNALED',
      exit,
      child_signal: outcome.signal,
      reason: `the ${outcome.kind === 'command' ? 'command' : 'action'} was ended by ${outcome.signal}`,
    };
  }
  const exit = outcome.exit ?? 1;
  return {
    ...record,
    origin: 'child',
    code: exit === 0 ? 'OK' : 'CHILD_FAILED',
    exit,
    child_exit: exit,
    reason: `the command ended with ${exit}`,
  };
}

function blank(trail: Trail, circumstances: Circumstances): RunRecord {
  const { run, ...fields } = trailFields(trail);
  return {
    v: 1,
    run,
    origin: 'outloop',
    code: 'OK',
    exit: 0,
    retryable: false,
    retry_after_ms: null,
    reason: '',
    next: null,
    ...fields,
    backend_called: circumstances.backendCalled,
    child_exit: null,
    child_signal: null,
    http_status: circumstances.httpStatus,
    redactions: circumstances.redactions.stdout + circumstances.redactions.stderr,
    redactions_by: circumstances.redactions,
    secret_exposed: false,
    duration_ms: Math.round(circumstances.durationMs),
    ...(circumstances.auditFailed ? { audit_result: 'failed' as const } : {}),
  };
}
