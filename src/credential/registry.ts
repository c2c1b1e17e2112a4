import type { Backend, BackendSetting } from './backend.js';
import { faultOfAccount, faultOfOwnReference } from './reference.js';

/** A backend's line: which references a tenant may use (null: this one), and how it is opened. Its code is loaded when it is opened. */
export type BackendLine = {
  readonly faultOfReference: (ref: string, tenant: string) => string | null;
  readonly open: (setting: BackendSetting) => Promise<Backend>;
};

const BACKENDS = {
  embedded: {
    faultOfReference: faultOfOwnReference,
    open: async (setting) => (await import('./embedded/embedded-backend.js')).openEmbedded(setting),
  },
  keychain: {
    faultOfReference: faultOfAccount,
    open: async (setting) => (await import('./keychain/keychain-backend.js')).openKeychain(setting),
  },
} as const satisfies Record<string, BackendLine>;

export type BackendName = keyof typeof BACKENDS;

/** Every backend that a tenant's file may name, in the order of the documents. */
export const BACKEND_NAMES: readonly BackendName[] = ['embedded', 'keychain'];

/** Whether a tenant's file may name this backend. */
export function isBackendName(name: string): name is BackendName {
  return Object.hasOwn(BACKENDS, name);
}

/** The backend's line. */
export function findBackend(name: BackendName): BackendLine {
  return BACKENDS[name];
}

/** Opens a backend without asking it anything. Throws when the name is not one, or when its code cannot be loaded. */
export async function openBackend(name: string, setting: BackendSetting): Promise<Backend> {
  if (!isBackendName(name)) throw new RangeError('not the name of a backend');
  return BACKENDS[name].open(setting);
}
