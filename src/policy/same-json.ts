import type { Json } from '../model/service.js';

/**
 * Whether two JSON values are the same: of the same type, all the way down. `1` is not `"1"`, an absent field is not `null`,
 * the order of an object's keys does not matter and that of an array's items does. Recurses as deep as the values do.
 */
export function isSameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => isSameItem(item, b[i]));
  if (isList(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSameItem(a[key], b[key]));
}

function isSameItem(a: Json | undefined, b: Json | undefined): boolean {
  return a !== undefined && b !== undefined && isSameJson(a, b);
}

/** Array.isArray does not narrow readonly arrays. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
