// What outloop and its keychain helper say to each other: one JSON text on the helper's standard input, one on its standard
// output. Values travel as base64. Nothing of it stands in argv or in the environment.

/** One request. `service` and `account` name the item; `list` and `probe` leave `account` empty. */
export type HelperRequest = {
  readonly op: 'get' | 'put' | 'remove' | 'list' | 'probe';
  readonly service: string;
  readonly account: string;
  /** `put`: the text to store. Otherwise empty. */
  readonly text: string;
};

/** What went wrong, in words of ours. The keychain's own text stays in the helper. */
export type HelperFault = 'locked' | 'no-module' | 'no-service' | 'no-collection' | 'ambiguous' | 'failed';

const HELPER_FAULTS: readonly HelperFault[] = ['locked', 'no-module', 'no-service', 'no-collection', 'ambiguous', 'failed'];

export type HelperAnswer =
  | { readonly kind: 'value'; readonly base64: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'done' }
  | { readonly kind: 'accounts'; readonly accounts: readonly string[] }
  | { readonly kind: 'fault'; readonly fault: HelperFault };

/** Reads a request; null when it is not one. */
export function parseRequest(text: string): HelperRequest | null {
  const value = parseObject(text);
  const { op, service, account, text: stored } = value;
  if (op !== 'get' && op !== 'put' && op !== 'remove' && op !== 'list' && op !== 'probe') return null;
  if (typeof service !== 'string' || typeof account !== 'string' || typeof stored !== 'string') return null;
  return { op, service, account, text: stored };
}

/** Reads an answer; a helper that gave none, or half of one, has failed. */
export function parseAnswer(text: string): HelperAnswer {
  const { kind, base64, accounts, fault } = parseObject(text);
  if (kind === 'absent' || kind === 'done') return { kind };
  if (kind === 'value' && typeof base64 === 'string') return { kind, base64 };
  if (kind === 'accounts' && Array.isArray(accounts)) return { kind, accounts: accounts.filter((account) => typeof account === 'string') };
  return { kind: 'fault', fault: HELPER_FAULTS.find((known) => known === fault) ?? 'failed' };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
