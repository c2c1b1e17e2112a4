import type { Json } from '../model/service.js';

/** A value as it stands in text (a path, a query, a header, an argument): a string as it is, anything else as its JSON. */
export function formatValue(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
