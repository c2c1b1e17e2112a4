import { deny } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import { Secret } from '../model/secret.js';
import type { Credential } from '../model/tenant.js';
import { cancelled, isWritable, placeToFill } from './backend.js';
import type { Backend, BackendAnswer } from './backend.js';
import { checkSecretBytes } from './check-secret.js';

/** A backend that has not answered by then is given up, unless it has a limit of its own: a run never waits for a person. */
export const FETCH_LIMIT_MS = 10_000;
/** How long to wait before another try where the backend does not know better. */
const RETRY_AFTER_MS = 5000;

export type FetchRequest = {
  readonly tenant: string;
  /** The credential's name in the tenant. */
  readonly name: string;
  readonly credential: Credential;
  /** The backend that `credential.backend` names, opened. */
  readonly backend: Backend;
  readonly signal: AbortSignal;
  /** As in Ask; whoever shows nothing of a service's answer may leave it out. */
  readonly alsoHide?: (bytes: Uint8Array) => void;
  /** For tests: another limit than the backend's own. */
  readonly limitMs?: number;
};

/**
 * Asks the backend once for the credential's value and checks that it can be used. The reference must have passed
 * `checkReference`. Refused: SECRET_MISSING, BACKEND_LOCKED, BACKEND_UNAVAILABLE, SECRET_UNUSABLE. Whoever gets the Secret wipes it.
 * It never throws: what a backend throws becomes BACKEND_UNAVAILABLE, in words of ours.
 */
export async function fetchCredential(request: FetchRequest): Promise<Secret | Denial> {
  const { tenant, name, credential } = request;
  const facts = { tenant, credential: name, backend: credential.backend };
  const answer = await ask(request);
  switch (answer.kind) {
    case 'absent': {
      const place = placeToFill(request.backend, credential.ref);
      return deny('SECRET_MISSING', place === null ? facts : { ...facts, place, pointer: name });
    }
    case 'locked':
      return deny('BACKEND_LOCKED', answer.detail === undefined ? facts : { ...facts, detail: answer.detail });
    case 'unavailable':
      return deny('BACKEND_UNAVAILABLE', { ...facts, detail: answer.detail }, answer.retryAfterMs ?? RETRY_AFTER_MS);
    case 'damaged':
      return deny('SECRET_UNUSABLE', { ...facts, ...whereToMend(request), detail: answer.detail });
    case 'value': {
      const unfit = checkSecretBytes(answer.bytes, credential.allowShort);
      if (unfit === null) return new Secret(name, answer.bytes);
      answer.bytes.fill(0);
      return deny('SECRET_UNUSABLE', { ...facts, ...whereToMend(request), detail: unfit });
    }
  }
}

/** A value that outloop cannot set is mended in its backend, and asked for again. */
function whereToMend({ backend, name }: FetchRequest): { readonly pointer?: string } {
  return isWritable(backend) ? {} : { pointer: name };
}

async function ask(request: FetchRequest): Promise<BackendAnswer> {
  const { tenant, name, credential, backend, signal } = request;
  const alsoHide = request.alsoHide ?? hideNothing;
  const limitMs = request.limitMs ?? backend.limitMs ?? FETCH_LIMIT_MS;
  if (signal.aborted) return cancelled();
  const limit = new AbortController();
  const { promise: givenUp, resolve: giveUp } = hold<BackendAnswer>();
  // Not AbortSignal.timeout: its timer does not keep the process alive, which would then end without an answer.
  const timer = setTimeout(() => {
    giveUp({ kind: 'unavailable', detail: `it did not answer within ${limitMs / 1000} s`, retryAfterMs: null });
    limit.abort();
  }, limitMs);
  const cancel = (): void => {
    giveUp(cancelled());
    limit.abort();
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await Promise.race([backend.get(credential.ref, { tenant, credential: name, signal: limit.signal, alsoHide }), givenUp]);
  } catch {
    return { kind: 'unavailable', detail: 'the backend failed', retryAfterMs: null };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}

function hideNothing(bytes: Uint8Array): void {
  bytes.fill(0);
}

/** A promise with its resolver: Promise.withResolvers, which Node 20 does not have. */
function hold<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
