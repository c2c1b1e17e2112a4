import type { EntryOptions } from 'keytar';

/**
 * The OS keychain as keytar spoke of it. Each call may throw the keychain's own error; see `classifyError`. Pinned to the Secret Service
 * on Linux: unpinned, the module falls back without a word to the kernel's keyring, which forgets.
 */
export type Keytar = {
  /** The item's bytes, null when there is none. */
  getPassword(service: string, account: string): Promise<Uint8Array | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  /** False when there was none. */
  deletePassword(service: string, account: string): Promise<boolean>;
  /** The accounts of every item of this service. The module reads their values too; they stay here. */
  findAccounts(service: string): Promise<string[]>;
};

const PINNED: EntryOptions = { linux: { store: 'secret-service' } };

/** Loads the optional native module `keytar` (an alias of @napi-rs/keyring). Throws when it is not installed for this platform. */
export async function loadKeytar(): Promise<Keytar> {
  const { AsyncEntry, findCredentialsAsync } = await import('keytar');
  return {
    async getPassword(service, account) {
      const bytes = await new AsyncEntry(service, account, PINNED).getSecret();
      return bytes === null ? null : Uint8Array.from(bytes);
    },
    setPassword: async (service, account, password) => new AsyncEntry(service, account, PINNED).setPassword(password),
    deletePassword: async (service, account) => new AsyncEntry(service, account, PINNED).deletePassword(),
    findAccounts: async (service) => (await findCredentialsAsync(service)).map((found) => found.account),
  };
}
