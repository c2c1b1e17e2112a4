import type { BackendKind } from './kind.js';

/** Every kind of backend with its module, which is loaded when it is first needed: a run that uses one does not pay for another. */
const KINDS = {
  embedded: async () => (await import('./embedded/embedded-backend.js')).embedded,
  keychain: async () => (await import('./keychain/keychain-backend.js')).keychain,
  '1password': async () => (await import('./1password/1password-backend.js')).onePassword,
  infisical: async () => (await import('./infisical/infisical-backend.js')).infisical,
  doppler: async () => (await import('./doppler/doppler-backend.js')).doppler,
  vault: async () => (await import('./vault/vault-backend.js')).vault,
  env: async () => (await import('./env/env-backend.js')).env,
  file: async () => (await import('./file/file-backend.js')).file,
  exec: async () => (await import('./exec/exec-backend.js')).exec,
} as const satisfies Record<string, () => Promise<BackendKind>>;

export type KindName = keyof typeof KINDS;

/** The kinds that outloop may fill. They bind a reference to its tenant by themselves and take no settings. */
export const OWN_KINDS = ['embedded', 'keychain'] as const;

/** Every kind's name, in the order of the documents. */
export const KIND_NAMES = Object.keys(KINDS).filter(isKindName);

/** The kinds that settings.yaml may set up, under their own name or another. */
export const CONFIGURABLE_KINDS = KIND_NAMES.filter(isConfigurable);

/** Whether a text is the name of a kind of backend. */
export function isKindName(name: string): name is KindName {
  return Object.hasOwn(KINDS, name);
}

/** Whether a text is the name of a kind that settings.yaml may set up. */
export function isConfigurable(name: string): name is Exclude<KindName, (typeof OWN_KINDS)[number]> {
  return isKindName(name) && !OWN_KINDS.some((own) => own === name);
}

/** The kind of that name. Throws when its code cannot be loaded. */
export function loadKind(name: KindName): Promise<BackendKind> {
  return KINDS[name]();
}
