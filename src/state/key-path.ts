/** The keys and indices that lead to a value. */
export type KeyPath = readonly PropertyKey[];

/** `['aliases', 'a.b', 0]` as `aliases.a.b.0`; a key longer than 128 characters is cut. */
export function formatKeyPath(path: KeyPath): string {
  return path.map((key) => (String(key).length > 128 ? `${String(key).slice(0, 127)}…` : String(key))).join('.');
}
