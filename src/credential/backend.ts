import type { Tool } from '../model/action.js';
import type { State } from '../state/open-state.js';

/** Who asks, and for what. A backend gives nothing of another tenant; it stops early when `signal` is aborted. */
export type Ask = {
  readonly tenant: string;
  readonly credential: string;
  readonly signal: AbortSignal;
  /**
   * Is told every further secret that the answer took, such as the backend's own token, so that the run hides it. The bytes pass over. Left
   * out where nothing of a service or a child is shown.
   */
  readonly alsoHide?: (bytes: Uint8Array) => void;
};

/** The place could not be used just now. `detail` is a clause in fixed words: no value, no text of a library or a service. */
export type Hindrance =
  /** It is locked, waits for a person, or does not take outloop's own token. Trying again does not help. */
  | { readonly kind: 'locked'; readonly detail?: string }
  /** It cannot be reached or used. `retryAfterMs` null: the backend does not know. */
  | { readonly kind: 'unavailable'; readonly detail: string; readonly retryAfterMs: number | null };

/** What `get` gives. The bytes of a value belong to whoever asked, who may overwrite them. */
export type BackendAnswer =
  | { readonly kind: 'value'; readonly bytes: Uint8Array }
  /** The backend was asked properly and holds nothing under that reference. Anything less certain is a hindrance. */
  | { readonly kind: 'absent' }
  | Hindrance
  /** Something is there that must not be used: changed, cut, moved, or not unambiguous. */
  | { readonly kind: 'damaged'; readonly detail: string };

/** What `put` gives. After `done` a `get` finds those bytes; after anything else the old or the new ones, whole. `refused`: not this value, or not there; `next` is what mends it. */
export type PutAnswer =
  { readonly kind: 'done' } | Hindrance | { readonly kind: 'refused'; readonly detail: string; readonly next?: string };

/** What `remove` gives. `absent`: there was nothing to remove. */
export type RemoveAnswer = PutAnswer | { readonly kind: 'absent' };

/** What `list` gives: the tenant's references, sorted, and no value. */
export type ListAnswer = { readonly kind: 'refs'; readonly refs: readonly string[] } | Hindrance;

/**
 * Whether a backend would answer now. `detail` is a clause for the operator, in fixed words. `damaged`: it will not before somebody mends it, as
 * `next` says where that is known.
 */
export type ProbeAnswer =
  | { readonly kind: 'ready' | 'locked' | 'unavailable'; readonly detail: string }
  | { readonly kind: 'damaged'; readonly detail: string; readonly next?: string };

/**
 * Where secret values rest. What the outside does is an answer, never an exception; an exception is a bug of the backend, and
 * its text is shown to nobody. Calls may overlap. An aborted signal ends the wait: the answer is then `unavailable`.
 */
export interface Backend {
  readonly name: string;
  /** A run gives it this long; FETCH_LIMIT_MS where it says nothing. */
  readonly limitMs?: number;
  /** The value under `ref`, which has passed `checkReference` for `ask.tenant`; a backend checks it again all the same. */
  get(ref: string, ask: Ask): Promise<BackendAnswer>;
  /** When the value under `ref` was last set, in milliseconds since the epoch; null: it does not know. Absent: it never does. No value is asked for. */
  timeOf?(ref: string, ask: Ask): Promise<number | null>;
  /** Where the operator puts the value under `ref` (`the variable FOO`), for a backend that outloop does not fill; absent: at `ref` in the backend. */
  placeOf?(ref: string): string;
  /** Tells its state without asking for a credential and without a prompt. It changes nothing. */
  probe(signal: AbortSignal): Promise<ProbeAnswer>;
}

/** A backend that outloop may fill. The operator's commands call these under the state's lock. */
export interface WritableBackend extends Backend {
  /** Puts `bytes` (at most MAX_SECRET_BYTES) under `ref`, replacing what was there in one step. The bytes stay the caller's. */
  put(ref: string, bytes: Uint8Array, ask: Ask): Promise<PutAnswer>;
  remove(ref: string, ask: Ask): Promise<RemoveAnswer>;
  list(ask: Pick<Ask, 'tenant' | 'signal'>): Promise<ListAnswer>;
}

/** What a backend is made from: everything that it may know of the world. */
export type BackendSetting = {
  readonly state: State;
  /** `outloop/1.2.3`. */
  readonly userAgent: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** This process. */
  readonly pid: number;
  /** Cryptographically strong random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  /** The caller's environment, of which a backend reads the variables that it documents. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes a variable out of this process's environment for good; null when it is not set. Asked again, it gives the same. */
  readonly takeVariable: (name: string) => string | null;
  /** Where private directories are made. */
  readonly temporary: string;
  /** The keychain helper's script: an absolute path. */
  readonly helper: string;
  /** The Node executable that runs it. */
  readonly execPath: string;
};

/** What one backend is opened with. */
export type OpenSetting = BackendSetting & {
  /** What a tenant's credential calls it. */
  readonly name: string;
  /** The executable of its kind's `program`, as it was vetted and still is; null where it runs none, or it is not fit. */
  readonly tool: Tool | null;
  /** The settings' `http://host:port`; null for none. */
  readonly proxy: string | null;
};

/** A credential is at most 64 KiB: room for a key file or a certificate chain. */
export const MAX_SECRET_BYTES = 65_536;

/** Whether values can be put into this backend. */
export function isWritable(backend: Backend): backend is WritableBackend {
  return 'put' in backend && 'remove' in backend && 'list' in backend;
}

/** Where the operator puts the value under `ref` themselves; null: outloop puts it there. */
export function placeToFill(backend: Backend, ref: string): string | null {
  return isWritable(backend) ? null : (backend.placeOf?.(ref) ?? `${ref} in the ${backend.name} backend`);
}

/** The answer to a call whose signal was aborted. */
export function cancelled(): Hindrance {
  return { kind: 'unavailable', detail: 'the request was cancelled', retryAfterMs: null };
}
