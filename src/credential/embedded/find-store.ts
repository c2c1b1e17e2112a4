import type { State } from '../../state/open-state.js';
import { errorCode } from '../../model/error-code.js';
import type { Hindrance } from '../backend.js';
import { listEntryFiles } from './entry-file.js';
import { readStore, storePath, type Store } from './store-file.js';

/** `none`: the vault is empty, and was not made. `damaged`: no entry opens; `next` is what mends it. `detail` is a clause without a value. */
export type FoundStore =
  | { readonly kind: 'store'; readonly store: Store }
  | { readonly kind: 'none' }
  | { readonly kind: 'damaged'; readonly detail: string; readonly next: string }
  | Hindrance;

/** The vault's store. Entries beside a store that is gone were sealed with a key that nothing names any more. */
export function findStore(state: State): FoundStore {
  const answer = readStore(state);
  switch (answer.kind) {
    case 'store':
      return answer;
    case 'absent':
      return lookForEntries(state);
    case 'refused': {
      const isOpen = answer.why.endsWith('can be written by others');
      return {
        kind: 'damaged',
        detail: answer.why,
        next: isOpen ? `chmod 600 ${storePath(state)}` : replaceInVault('vault/store.json', state),
      };
    }
  }
}

/** What mends a vault that lost what its entries open with. */
export function replaceInVault(lost: string, { paths }: State): string {
  return `put ${lost} back from a backup; else move ${paths.vault} away, run outloop init, and set every value anew`;
}

function lookForEntries(state: State): FoundStore {
  try {
    if (listEntryFiles(state, null).length === 0) return { kind: 'none' };
  } catch (error) {
    return { kind: 'unavailable', detail: `the vault cannot be read (${errorCode(error)})`, retryAfterMs: null };
  }
  const detail = 'the vault holds entries but vault/store.json is missing';
  return { kind: 'damaged', detail, next: replaceInVault('vault/store.json', state) };
}
