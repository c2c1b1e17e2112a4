import { splitPath } from '../path-reference.js';

/** Where a value is: the mount's path, the secret's path below it, and the field. */
export type VaultPlace = { readonly mount: readonly string[]; readonly path: readonly string[]; readonly field: string };

/** Reads `mount/path#field`, or `path#field` where the mount is given; null when it is not spelt so. Vault takes no part that ends in a dot. */
export function parseVaultReference(ref: string, mount: string | null): VaultPlace | null {
  const hash = ref.indexOf('#');
  const parts = hash < 0 ? null : splitPath(ref.slice(0, hash));
  const field = ref.slice(hash + 1);
  if (parts === null || splitPath(field) === null || field.includes('/') || parts.some((part) => part.endsWith('.'))) return null;
  if (mount !== null) return { mount: mount.split('/'), path: parts, field };
  const [first, ...path] = parts;
  return first === undefined || path.length === 0 ? null : { mount: [first], path, field };
}

/** Why a reference is not one, as a clause; null when it is. */
export function faultOfVaultReference(ref: string, mount: string | null): string | null {
  if (parseVaultReference(ref, mount) !== null) return null;
  return mount === null ? 'its ref is not spelt as MOUNT/PATH#FIELD' : 'its ref is not spelt as PATH#FIELD';
}
